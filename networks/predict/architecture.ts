import { COARSE, HISTOGRAM_LENGTH } from './descriptor.js';
import { CHANNEL_COUNT, GLOBAL_COUNT } from './layout.js';
import { PALETTE_LENGTH } from './palette.js';

/*
 * f_predict: a style s (its code and palette) and a cube to several rows with weights. Each channel is described by itself and
 * by the mean of all, so that their order does not matter, and there may be any number of them.
 *
 *     coarse copy 16³ ─ convolution 4³, stride 4 ─ convolution 2³, stride 2 ─ mean ─┐
 *     histogram ────────────────────────────────────────────────────────────────────┴─ d_c,  m = mean of d_c over c
 *     (s, m) ─ two layers ─ t ─ globals of each hypothesis, logits of their weights; backgrounds are told as differences from the
 *                             colours at the picture's edges, so that one that was never trained on is met, too
 *     (s, d_c, m) ─ two layers ─ u_c;  (t, u_c) ─ the channel's numbers of each hypothesis
 */
export interface PredictArchitecture {
  /** Length of the style code. */
  readonly code: number;
  readonly hypotheses: number;
  /** Features of the two convolutions. */
  readonly convolutions: readonly [number, number];
  /** Length of d_c. */
  readonly descriptor: number;
  /** Width of the hidden layers. */
  readonly hidden: number;
}

export const PREDICT_ARCHITECTURE: PredictArchitecture = {
  code: 128,
  hypotheses: 5,
  convolutions: [16, 32],
  descriptor: 64,
  hidden: 256,
};

/** Sides of the cubes that the two convolutions take in; as long as their strides. */
export const PATCHES = [4, 2] as const;
/** Places that the second leaves. */
export const PLACES = (COARSE / PATCHES[0] / PATCHES[1]) ** 3;

/** A linear map with a bias: of the vector of all weights, its matrix, inputs×outputs row-major, and after it the bias. */
export interface Dense {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Whether a rectifier follows. */
  readonly relu: boolean;
  readonly begin: number;
  readonly bias: number;
  readonly end: number;
}

export const LAYERS = [
  'convolution1',
  'convolution2',
  'descriptor',
  'style1',
  'style2',
  'channel1',
  'channel2',
  'globals',
  'logits',
  'channels',
] as const;
export type LayerName = (typeof LAYERS)[number];

export function layersOf(architecture: PredictArchitecture): Record<LayerName, Dense> {
  const { code, hypotheses, convolutions, descriptor, hidden } = architecture;
  const [first, second] = convolutions;
  const forms: Record<LayerName, readonly [inputs: number, outputs: number, relu: boolean]> = {
    convolution1: [PATCHES[0] ** 3, first, true],
    convolution2: [PATCHES[1] ** 3 * first, second, true],
    descriptor: [HISTOGRAM_LENGTH + second, descriptor, true],
    style1: [code + PALETTE_LENGTH + descriptor, hidden, true],
    style2: [hidden, hidden, true],
    channel1: [code + PALETTE_LENGTH + 2 * descriptor, hidden, true],
    channel2: [hidden, hidden, true],
    globals: [hidden, hypotheses * GLOBAL_COUNT, false],
    logits: [hidden, hypotheses, false],
    channels: [2 * hidden, hypotheses * CHANNEL_COUNT, false],
  };
  let at = 0;
  const layers: Partial<Record<LayerName, Dense>> = {};
  for (const name of LAYERS) {
    const [inputs, outputs, relu] = forms[name];
    const bias = at + inputs * outputs;
    layers[name] = { name, inputs, outputs, relu, begin: at, bias, end: bias + outputs };
    at = bias + outputs;
  }
  return layers as Record<LayerName, Dense>;
}

export const parameterCount = (architecture: PredictArchitecture) => layersOf(architecture)[LAYERS.at(-1)!].end;
