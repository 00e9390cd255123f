import { type Features, filterBank } from '../../features/index.js';
import { type Tensor2D, type Tensor3D, type Tensors, tf } from '../../tensors/index.js';
import { secondMoments } from '../../tensors/ops.js';
import type { StyleBatch } from './batch.js';
import type { CodeFunction } from './evaluate.js';

/*
 * What f_style must be better than, as vectors whose squared distances are those of the losses; and codes of features
 * that were loaded, a trained f_style among them.
 */

type Pictures = Pick<StyleBatch, 'size' | 'pictures'>;

/** A code that is computed from one picture (size×size×3 values) after another. */
function oneByOne(of: (picture: Float32Array, size: number) => Promise<Float32Array>): CodeFunction {
  return async ({ size, pictures }: Pictures) => {
    const numbers = size * size * 3;
    const vectors: Float32Array[] = [];
    for (let at = 0; at < pictures.length; at += numbers)
      vectors.push(await of(pictures.subarray(at, at + numbers), size));
    const length = vectors[0]!.length;
    const values = new Float32Array(vectors.length * length);
    for (const [index, vector] of vectors.entries()) values.set(vector, index * length);
    return { length, values };
  };
}

/**
 * Gram matrices A = FᵀF/N of the default layers that pictures of this size have, each divided by 2C√L, so that the
 * squared distance is that of loss `gram`, 1/L Σ ‖A − A′‖²/(4C²).
 */
export function gramCode(tensors: Tensors, features: Features = filterBank): CodeFunction {
  return oneByOne((picture, size) =>
    tensors.run(() => {
      const there = new Set(features.layers.filter(({ leastSide }) => leastSide <= size).map(({ name }) => name));
      const layers = features.defaultLayers.filter((name) => there.has(name));
      const { maps } = features.extract(tf.tensor3d(picture, [size, size, 3]), new Set(layers));
      const moments = layers.map((name) => {
        const map = maps.get(name)!;
        const channels = map.shape[2];
        const samples = tf.reshape(map, [-1, channels]) as Tensor2D;
        return tf.reshape(tf.div(secondMoments(samples), 2 * channels * Math.sqrt(layers.length)), [-1]);
      });
      return tensors.read(tf.concat(moments));
    }),
  );
}

/** Quantiles of each channel in `histogramCode`. */
const LEVELS = 64;

/**
 * Quantiles of red, green and blue at levels (i + ½)/64, so divided that the squared distance is about that of loss
 * `colour-histogram`.
 */
export const histogramCode: CodeFunction = oneByOne(async (picture, size) => {
  const code = new Float32Array(3 * LEVELS);
  const count = size * size;
  for (let channel = 0; channel < 3; channel++) {
    const sorted = Float32Array.from({ length: count }, (_, i) => picture[3 * i + channel]!).sort();
    for (let i = 0; i < LEVELS; i++) {
      const at = Math.min(Math.max(((i + 0.5) / LEVELS) * count - 0.5, 0), count - 1);
      const [below, above] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
      code[channel * LEVELS + i] = (below + (above - below) * (at % 1)) / Math.sqrt(3 * LEVELS);
    }
  }
  return code;
});

/** Bins along each of red, green and blue in `jointHistogramCode`. */
const BINS = 8;

/**
 * Roots of the shares of 8×8×8 bins of colours: distances are Hellinger's, and see which of red, green and blue occur
 * together.
 */
export const jointHistogramCode: CodeFunction = oneByOne(async (picture, size) => {
  const shares = new Float32Array(BINS ** 3);
  const bin = (value: number) => Math.min(BINS - 1, Math.max(0, Math.floor(value * BINS)));
  for (let i = 0; i < picture.length; i += 3) {
    const place = (bin(picture[i]!) * BINS + bin(picture[i + 1]!)) * BINS + bin(picture[i + 2]!);
    shares[place]! += 1 / (size * size);
  }
  return shares.map(Math.sqrt);
});

/** The style code of features that have one. */
export function featureCode(tensors: Tensors, features: Features & Required<Pick<Features, 'code'>>): CodeFunction {
  const { layers, of } = features.code;
  return oneByOne((picture, size) =>
    tensors.run(() => {
      const colours = tf.tensor3d(picture, [size, size, 3]) as Tensor3D;
      return tensors.read(of(features.extract(colours, new Set(layers)).maps));
    }),
  );
}
