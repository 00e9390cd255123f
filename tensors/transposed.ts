import { type Tensor2D, tf } from './tf.js';

/** Rows whose number is a multiple of this are moved apart. */
const CONFLICTING = 256;

/**
 * Aᵀ. What the wasm backend writes is one column of A after another at once; when they are a power of 2 apart, they drive each other
 * out of the processor's cache, and the whole takes up to 10 times as long. So pictures of 256×256 have a few more rows here.
 */
export function transposed(a: Tensor2D): Tensor2D {
  const [rows, columns] = a.shape;
  if (rows === 0 || rows % CONFLICTING !== 0 || columns < 8 || tf.getBackend() !== 'wasm')
    return tf.transpose(a, [1, 0]);
  const apart = tf.transpose(
    tf.pad(a, [
      [0, 16],
      [0, 0],
    ]),
    [1, 0],
  );
  return tf.slice(apart, [0, 0], [columns, rows]) as Tensor2D;
}
