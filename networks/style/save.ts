import { basename, dirname, join } from 'node:path';
import { VoxstyleError } from '../../errors.js';
import { readManifest } from '../../features/manifest.js';
import { planLayers } from '../../features/plan.js';
import { readWeights } from '../../features/weights.js';
import { writeFileWhole } from '../../files.js';
import { type Dtype, encodeSafetensors, type Product, type WrittenTensor } from '../training/index.js';
import {
  convolutionsOf,
  parameterCount,
  STYLE_ARCHITECTURE,
  type StyleArchitecture,
  type TrainedConvolution,
} from './architecture.js';
import type { StyleModel } from './model.js';

export interface SaveOptions {
  /** Of the file's numbers. Half precision halves the file. Default F32. */
  dtype?: Dtype | undefined;
  /** For people: what it was trained on, say. */
  about?: unknown;
}

/**
 * Writes a style network in the format of features/: a manifest, and beside it the weights under the same name.
 * `loadNetwork`, and so `--features`, takes the manifest.
 *
 * @param path of the manifest, ending in .json.
 * @throws VoxstyleError `cannot-write`.
 */
export async function saveStyle(path: string, model: StyleModel, { dtype, about }: SaveOptions = {}): Promise<void> {
  const { architecture, weights } = model;
  const file = `${basename(path, '.json')}.safetensors`;
  const tensors = convolutionsOf(architecture).flatMap((convolution) => stored(convolution, weights));
  const { kernels: _, ...layers } = architecture;
  const manifest = { name: 'f_style', weights: file, ...layers, ...(about === undefined ? {} : { about }) };
  // The manifest last, so that what it names is there.
  await writeFileWhole(join(dirname(path), file), encodeSafetensors(tensors, dtype));
  await writeFileWhole(path, `${JSON.stringify(manifest, null, 2)}\n`);
}

/** What a training of a style network leaves in its folder. */
export const styleProduct = ({
  architecture = STYLE_ARCHITECTURE,
  ...options
}: SaveOptions & { architecture?: StyleArchitecture | undefined } = {}): Product => ({
  manifest: 'f_style.json',
  save: (path, weights) => saveStyle(path, { architecture, weights }, options),
});

/** Kernels out × in × height × width, as PyTorch has them. */
function stored({ layer, shape, begin, bias, end }: TrainedConvolution, weights: Float32Array): WrittenTensor[] {
  const [tall, wide, inputs, outputs] = shape;
  const kernel = new Float32Array(bias - begin);
  eachNumber(shape, (own, file) => {
    kernel[file] = weights[begin + own]!;
  });
  return [
    { name: `${layer.tensor}.weight`, shape: [outputs, inputs, tall, wide], values: kernel },
    { name: `${layer.tensor}.bias`, shape: [outputs], values: weights.slice(bias, end) },
  ];
}

/** Where each number of a kernel is in k×k×Cin×Cout and in Cout×Cin×k×k. */
function eachNumber(shape: TrainedConvolution['shape'], visit: (own: number, file: number) => void): void {
  const [tall, wide, inputs, outputs] = shape;
  const taps = tall * wide;
  for (let own = 0; own < taps * inputs * outputs; own++) {
    const [output, input] = [own % outputs, Math.floor(own / outputs) % inputs];
    const tap = Math.floor(own / (outputs * inputs));
    visit(own, (output * inputs + input) * taps + tap);
  }
}

/**
 * Reads a style network, to be trained further or evaluated.
 *
 * @throws VoxstyleError `missing-input`, `bad-input`, or `usage` for a network that can't be trained here.
 */
export async function loadStyle(path: string): Promise<StyleModel> {
  const manifest = await readManifest(path);
  const { input, layers, taps, code } = manifest;
  const planned = planLayers(manifest, await readWeights(path, manifest)).filter((layer) => 'convolution' in layer);
  const kernels = planned.map(({ shape: [channels, , tall, wide] }) => {
    if (tall === wide) return { channels, size: tall };
    const found = `${tall}×${wide}`;
    throw new VoxstyleError('bad-input', {
      where: path,
      expected: 'square kernels',
      found,
      fix: 'load it as features',
    });
  });
  const architecture: StyleArchitecture = { ...(input && { input }), layers, taps, ...(code && { code }), kernels };
  const weights = new Float32Array(parameterCount(architecture));
  for (const [index, { shape, begin, bias }] of convolutionsOf(architecture).entries()) {
    const { weight, bias: offsets } = planned[index]!;
    eachNumber(shape, (own, file) => {
      weights[begin + own] = weight[file]!;
    });
    weights.set(offsets!, bias);
  }
  return { architecture, weights };
}
