import { type Tensor3D, tf } from '../tensors/index.js';
import type { Tensor4D } from '../tensors/tf.js';

/*
 * Pools and filters of fixed weights, of each channel of a map (height × width × channels) by itself. All are
 * differentiable.
 */

/** Means of size × size blocks; rows and columns at the end that fill no block are dropped. */
export const averagePool = (map: Tensor3D, size: number): Tensor3D =>
  size === 1 ? map : tf.avgPool(map, size, size, 'valid');

/** Weights of a filter, row by row. */
export type Taps = readonly (readonly number[])[];

/**
 * Correlation of each channel with the taps (they aren't flipped), without padding, so that the map loses as many rows
 * and columns as the filter has, but for one.
 */
export function correlateEach(map: Tensor3D, taps: Taps): Tensor3D {
  const channels = map.shape[2];
  const values = taps.flatMap((row) => row.flatMap((tap) => Array<number>(channels).fill(tap)));
  const filter: Tensor4D = tf.tensor4d(values, [taps.length, taps[0]!.length, channels, 1]);
  return tf.depthwiseConv2d(map, filter, 1, 'valid');
}
