import { type Tensor2D, tf } from '../tensors/index.js';

/** `most` of `count` places, one out of each equal run; where in the run varies, so as not to follow a picture's column. */
export function evenPlaces(count: number, most: number): Int32Array {
  const place = (k: number) => Math.floor(((k + ((k * 0.6180339887498949) % 1)) * count) / most);
  return Int32Array.from({ length: most }, (_, k) => Math.min(count - 1, place(k)));
}

/** At most so many rows of a matrix, evenly taken. */
export function thinned(rows: Tensor2D, most: number): Tensor2D {
  const [count] = rows.shape;
  return count <= most ? rows : tf.gather(rows, tf.tensor1d(evenPlaces(count, most), 'int32'));
}
