import { createHash } from 'node:crypto';
import { VoxstyleError } from '../errors.js';
import type { Architecture, ConvolutionLayer, PoolLayer } from './architecture.js';
import { tensorIn, type Weights } from './weights.js';

export interface PlannedPool {
  readonly pool: PoolLayer;
  readonly channels: number;
}

export interface PlannedConvolution {
  readonly convolution: ConvolutionLayer;
  /** Of its outcome. */
  readonly channels: number;
  /** out × in × height × width, as PyTorch has it. */
  readonly shape: readonly [number, number, number, number];
  readonly weight: Float32Array;
  readonly bias: Float32Array | undefined;
}

export type PlannedLayer = PlannedConvolution | PlannedPool;

/**
 * Brings the layers and their weights together.
 *
 * @throws VoxstyleError `bad-input` when a tensor is missing, isn't finite or doesn't fit its layer or the layer
 *   before.
 */
export function planLayers({ layers }: Architecture, weights: Weights): PlannedLayer[] {
  let channels = 3;
  let before = 'the picture';
  return layers.map((layer): PlannedLayer => {
    if (layer.type !== 'conv') return { pool: layer, channels };
    const shape = weightShape(layer, weights, channels, before);
    [channels] = shape;
    before = layer.name;
    const weight = weights.values(`${layer.tensor}.weight`);
    const bias = layer.bias ? biasOf(layer, weights, channels) : undefined;
    return { convolution: layer, channels, shape, weight, bias };
  });
}

function weightShape({ tensor }: ConvolutionLayer, weights: Weights, channels: number, before: string) {
  const name = `${tensor}.weight`;
  const { shape } = weights.find(name);
  const [out, inputs, height, width] = shape;
  if (shape.length !== 4 || shape.includes(0)) {
    throw misfit(weights, name, 'out × in × height × width', shape);
  }
  if (inputs !== channels) throw misfit(weights, name, `${channels} channels in, those of ${before}`, shape);
  return [out!, inputs, height!, width!] as const;
}

function biasOf({ tensor }: ConvolutionLayer, weights: Weights, channels: number): Float32Array {
  const name = `${tensor}.bias`;
  const { shape } = weights.find(name);
  if (shape.join() !== `${channels}`) throw misfit(weights, name, `shape ${channels}, one for each channel`, shape);
  return weights.values(name);
}

const misfit = (weights: Weights, name: string, expected: string, shape: readonly number[]) =>
  new VoxstyleError('bad-input', {
    where: tensorIn(weights.path, name),
    expected,
    found: `shape ${shape.join('×')}`,
    fix: 'correct the manifest or the weights',
  });

/**
 * Pixels that a picture must have on each side for the last of these layers to have one: as many as each window needs,
 * and more than the border that is reflected.
 */
export function leastSide(layers: readonly PlannedLayer[]): number {
  return layers.reduceRight((side, planned) => {
    if ('pool' in planned) {
      const { size, stride, ceil } = planned.pool;
      // With `ceil` it's enough for the last window to have one pixel more than the window before.
      return Math.max(1, ceil ? (side - 2) * stride + size + 1 : (side - 1) * stride + size);
    }
    const { padding, stride } = planned.convolution;
    const kernel = Math.max(planned.shape[2], planned.shape[3]);
    const bordered = (side - 1) * stride + kernel - 2 * padding.width;
    return Math.max(bordered, padding.mode === 'reflect' ? padding.width + 1 : 1);
  }, 1);
}

/** Of all that decides what the network computes, however it is stored. */
export function digestOf(architecture: Architecture, plan: readonly PlannedLayer[]): string {
  const { input, layers, taps, code } = architecture;
  const hash = createHash('sha256');
  // Where the weights come from is of no account.
  const described = layers.map((layer) => (layer.type === 'conv' ? { ...layer, tensor: undefined } : layer));
  hash.update(JSON.stringify([input, described, taps, code]));
  for (const planned of plan) {
    if ('pool' in planned) continue;
    hash.update(JSON.stringify(planned.shape)).update(planned.weight);
    if (planned.bias) hash.update(planned.bias);
  }
  return hash.digest('hex').slice(0, 16);
}
