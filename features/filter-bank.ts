import { type Tensor3D, tf } from '../tensors/index.js';
import { checkWanted } from './checked.js';
import type { Extraction, Features, Layer, Maps } from './features.js';
import { BASIS, FILTERS, OPPONENT, RADIUS, SIDE } from './filter-kernels.js';
import { Kept } from './kept.js';
import { type Block, convolution, type Kernel, kernel, type Step, sequence, softRectifier } from './layers.js';
import { reflectionPadding } from './padding.js';
import { averagePool } from './pooling.js';

const SCALES = 4;
/**
 * Responses under a step of 8 bits are noise. Rectified with a corner at 0, a plain background, whose responses are what rounding
 * leaves, would have another gradient on each device.
 */
const SOFTNESS = 1 / 255;
const HALVES = FILTERS.length * 2;
const CHANNELS = HALVES + 3;

/** Reflection by the filters' radius needs one pixel more than that at the layer's own scale. */
const layers: Layer[] = Array.from({ length: SCALES }, (_, scale) => ({
  name: `scale${scale + 1}`,
  channels: CHANNELS,
  leastSide: (RADIUS + 1) * 2 ** scale,
}));

/** A 1 × 1 convolution whose output channels are `rows` of input channels. */
function pointwise(rows: readonly (readonly number[])[], bias = rows.map(() => 0)): Kernel {
  const matrix = tf.tensor2d(rows as number[][]);
  return kernel(tf.reshape(tf.transpose(matrix), [1, 1, rows[0]!.length, rows.length]), tf.tensor1d(bias));
}

/** 7 × 7 × 3 × the number of bases. */
function bases(): Kernel {
  const values = new Float32Array(SIDE * SIDE * 3 * BASIS.length);
  for (const [index, { colour, taps }] of BASIS.entries()) {
    for (const [tap, value] of taps.entries()) values[(tap * 3 + colour) * BASIS.length + index] = value;
  }
  return kernel(tf.tensor4d(values, [SIDE, SIDE, 3, BASIS.length]));
}

const unit = (index: number) => [0, 1, 2].map((channel) => (channel === index ? 1 : 0));
const none = (count: number) => Array<number>(count).fill(0);

const kernels = {
  opponent: new Kept(() => pointwise(OPPONENT)),
  bases: new Kept(bases),
  /** To both signs of the filters, and nothing to the channels that are the image's. */
  filters: new Kept(() =>
    pointwise([
      ...FILTERS,
      ...FILTERS.map((shares) => shares.map((s) => -s)),
      ...unit(0).map(() => none(BASIS.length)),
    ]),
  ),
  /** From the image to the channels that are its own, less what the rectifier makes of the nothing that is there. */
  image: new Kept(() =>
    pointwise(
      [...Array.from({ length: HALVES }, () => none(3)), ...[0, 1, 2].map(unit)],
      [...none(HALVES), ...[0, 1, 2].map(() => -SOFTNESS / 2)],
    ),
  ),
};

const halved = averagePool({ size: 2, stride: 2, ceil: false });

/** The map of a scale from its image, height × width × 3 to height × width × 23. */
const responses: Block = (image) => {
  const filtered = sequence([
    reflectionPadding(RADIUS),
    convolution(kernels.bases.get()),
    convolution(kernels.filters.get()),
    softRectifier(SOFTNESS),
  ])(image);
  // Concatenating channels is slow on the wasm backend; here they are added, each part being a constant where the other isn't.
  const copied = convolution(kernels.image.get())(image);
  return {
    value: tf.add(filtered.value, copied.value),
    pullback: (upstream) => tf.add(filtered.pullback(upstream), copied.pullback(upstream)),
  };
};

/**
 * A bank of filters at four scales, which needs no weights: oriented first and second derivatives of a Gaussian on the
 * grey opponent colour, isotropic second derivatives on the two others, the positive and the negative part of each
 * (softly rectified, ½(±b + √(b² + ε²)) with ε = 1/255), and the opponent image itself. 23 channels a layer; `scale1`
 * has the picture's size, each next one half of it.
 */
export const filterBank: Features = {
  name: 'filter bank',
  layers,
  defaultLayers: layers.map(({ name }) => name),
  digest: 'filter-bank-1',
  extract(colours, wanted): Extraction {
    checkWanted(filterBank, colours, wanted);
    const coarsest = layers.findLastIndex(({ name }) => wanted.has(name));
    /** For each scale, its image from that of the one before, and its map where that is wanted. */
    const scales: { image: Step; map: Step | undefined }[] = [];
    let image = colours;
    for (const [scale, { name }] of layers.slice(0, coarsest + 1).entries()) {
      const step = (scale === 0 ? convolution(kernels.opponent.get()) : halved)(image);
      image = step.value;
      scales.push({ image: step, map: wanted.has(name) ? responses(image) : undefined });
    }
    const maps = new Map<string, Tensor3D>();
    for (const [scale, { map }] of scales.entries()) if (map) maps.set(layers[scale]!.name, map.value);
    return {
      maps,
      pullback(upstream: Maps) {
        let gradient: Tensor3D | undefined;
        for (let scale = scales.length - 1; scale >= 0; scale--) {
          const own = upstream.get(layers[scale]!.name);
          const part = own && tf.tidy(() => scales[scale]!.map!.pullback(own));
          if (part) gradient = gradient ? tf.add(gradient, part) : part;
          if (gradient) gradient = scales[scale]!.image.pullback(gradient);
        }
        return gradient ?? tf.zerosLike(colours);
      },
    };
  },
  dispose() {
    for (const kept of Object.values(kernels)) kept.dispose();
  },
};
