import { z } from 'zod';
import { usage } from '../../errors.js';
import {
  type Architecture,
  architectureFields,
  type ConvolutionLayer,
  checkNames,
  type PoolLayer,
} from '../../features/architecture.js';

/*
 * f_style: a picture to a code s of its style, of unit length. A code is the mean over the picture of what the last
 * layer makes of each place, and borders are reflections, so it matters little where something is, and a picture may
 * have any size from 15 pixels on. It is said as a manifest of features/ says a network, so that what was trained is a
 * network like any other there.
 */

/** The length of codes. */
const CODE = 128;

const convolution = (index: number, size: 1 | 3 | 5, stride = 1) => ({
  type: 'conv' as const,
  name: `relu${index}`,
  tensor: `conv${index}`,
  padding: { mode: 'reflect' as const, width: (size - 1) / 2 },
  stride,
  bias: true,
  relu: true,
});
const halved = { type: 'avgpool' as const, size: 2, stride: 2, ceil: false };
const grey: [number, number, number] = [0.5, 0.5, 0.5];

/** What can be trained: an architecture, and the channels and kernel sizes, which a manifest leaves to the weights. */
export interface StyleArchitecture extends Architecture {
  /** In the order of the convolutions. */
  readonly kernels: readonly { readonly channels: number; readonly size: number }[];
}

/** Mean pools blur what strides would alias, and are differentiated faster than strides on the wasm backend. */
export const STYLE_ARCHITECTURE: StyleArchitecture = {
  input: { order: 'RGB', scale: 1, mean: grey, std: [0.25, 0.25, 0.25] },
  layers: [
    convolution(1, 5, 2),
    halved,
    convolution(2, 3),
    halved,
    convolution(3, 3),
    convolution(4, 3),
    convolution(5, 1),
    { ...convolution(6, 1), name: 'code', tensor: 'code', relu: false },
  ],
  taps: ['relu1', 'relu2', 'relu3', 'relu4'],
  code: { layers: ['code'] },
  kernels: [
    { channels: 32, size: 5 },
    { channels: 64, size: 3 },
    { channels: 128, size: 3 },
    { channels: 128, size: 3 },
    { channels: 192, size: 1 },
    { channels: CODE, size: 1 },
  ],
};

/**
 * A convolution's part of the vector of all weights: its kernel, k×k×Cin×Cout, row-major, and after it the bias, Cout.
 */
export interface TrainedConvolution {
  readonly layer: ConvolutionLayer;
  readonly shape: readonly [number, number, number, number];
  readonly begin: number;
  /** Where the bias begins. */
  readonly bias: number;
  readonly end: number;
}

export type TrainedLayer = TrainedConvolution | { readonly pool: PoolLayer };

const schema = z.object(architectureFields).superRefine(checkNames);

/**
 * The layers with their places in the vector of weights.
 *
 * @throws VoxstyleError `usage` for what can't be trained here: other pools than of means that don't overlap,
 *   convolutions without bias, or a code that isn't of the last layer alone.
 */
export function layOut(architecture: StyleArchitecture): TrainedLayer[] {
  const refuse = (expected: string, found: string) =>
    usage('architecture of f_style', expected, found, 'change the architecture');
  const parsed = schema.safeParse(architecture);
  if (!parsed.success) throw refuse('one that a manifest may have', parsed.error.issues[0]!.message);
  const { layers, code } = architecture;
  const convolutions = layers.filter(({ type }) => type === 'conv').length;
  if (convolutions !== architecture.kernels.length)
    throw refuse(`kernels for ${convolutions} convolutions`, `${architecture.kernels.length}`);
  if (code?.layers.join() !== layers.at(-1)!.name) throw refuse('a code of the last layer', `${code?.layers}`);
  let [at, inputs, index] = [0, 3, 0];
  return layers.map((layer) => {
    if (layer.type !== 'conv') {
      const { type, size, stride, ceil } = layer;
      if (type !== 'avgpool' || stride !== size || ceil) throw refuse('avgpool without overlap or ceil', type);
      return { pool: layer };
    }
    if (!layer.bias) throw refuse('convolutions with bias', `${layer.name} without`);
    const { channels, size } = architecture.kernels[index++]!;
    const begin = at;
    const bias = begin + size * size * inputs * channels;
    at = bias + channels;
    const shape = [size, size, inputs, channels] as const;
    inputs = channels;
    return { layer, shape, begin, bias, end: at };
  });
}

export const convolutionsOf = (architecture: StyleArchitecture): TrainedConvolution[] =>
  layOut(architecture).filter((layer) => 'layer' in layer);

/** How many weights an architecture has. */
export const parameterCount = (architecture: StyleArchitecture): number => convolutionsOf(architecture).at(-1)!.end;

/** Of STYLE_ARCHITECTURE: 291,840. */
export const STYLE_PARAMETERS = parameterCount(STYLE_ARCHITECTURE);

/** The length of an architecture's codes. */
export const codeLength = ({ kernels }: StyleArchitecture): number => kernels.at(-1)!.channels;
