import { type Scalar, type Tensor, type Tensor2D, tf } from './tf.js';
import { transposed } from './transposed.js';

/** Terms that TensorFlow.js adds at once: its WebGPU kernel binds each, and devices promise few bindings. */
const AT_ONCE = 8;

/** The sum of one or more tensors of the same shape, as many as there are. */
export function total<T extends Tensor>(terms: readonly T[]): T {
  if (terms.length <= AT_ONCE) return tf.addN(terms as T[]);
  const sums = Array.from({ length: Math.ceil(terms.length / AT_ONCE) }, (_, i) =>
    tf.addN(terms.slice(i * AT_ONCE, (i + 1) * AT_ONCE) as T[]),
  );
  return total(sums);
}

/*
 * Sums over as many rows as a picture has pixels. Float32 numbers that are added up one after another lose half of their digits
 * where they are equal, as on a plain background; so rows are summed in parts, and then the parts.
 */

/** Rows of a part. No power of 2, see `transposed`. */
const PART = 2000;

/** FᵀF/N of samples F (N×C): their second moments, a C×C matrix. With U the upstream gradient, ∂/∂F = F·(U + Uᵀ)/N. */
export const secondMoments: (samples: Tensor2D) => Tensor2D = tf.customGrad((f, save) => {
  const samples = f as Tensor2D;
  (save as (saved: Tensor[]) => void)([samples]);
  const [count, channels] = samples.shape;
  const scale = 1 / count;
  const partFrom = (start: number) => tf.slice(samples, [start, 0], [Math.min(PART, count - start), channels]);
  const parts = Array.from({ length: Math.ceil(count / PART) }, (_, i) => partFrom(i * PART));
  return {
    value: tf.mul(total(parts.map((part) => tf.matMul(transposed(part), part))), scale),
    gradFunc: (upstream: Tensor, [saved]: Tensor[]) => {
      const symmetric = tf.mul(tf.add(upstream, transposed(upstream as Tensor2D)), scale);
      return tf.matMul(saved as Tensor2D, symmetric as Tensor2D);
    },
  };
}) as (samples: Tensor2D) => Tensor2D;

/** Rows of samples that are left when those of all parts have been added up. */
const FOLDED = 1 << 8;

/**
 * Means over the rows of samples (N×C), as a 1×C matrix. Products with rows of ones, which are much faster than a sum over the
 * first axis; the first of them sees FOLDED rows as one.
 */
export const rowMean: (samples: Tensor2D) => Tensor2D = tf.customGrad((f, _save) => {
  const samples = f as Tensor2D;
  const count = samples.shape[0];
  const rows = count > 4 * FOLDED ? folded(samples) : samples;
  return {
    value: tf.matMul(tf.fill([1, rows.shape[0]], 1 / count), rows),
    gradFunc: (upstream: Tensor) => tf.matMul(tf.fill([count, 1], 1 / count), upstream as Tensor2D),
  };
}) as (samples: Tensor2D) => Tensor2D;

/** FOLDED×C: row i is the sum of the rows i, i + FOLDED, i + 2·FOLDED, … */
function folded(samples: Tensor2D): Tensor2D {
  const [count, channels] = samples.shape;
  const layers = Math.ceil(count / FOLDED);
  const missing = layers * FOLDED - count;
  const padding: [number, number][] = [
    [0, missing],
    [0, 0],
  ];
  const whole = missing === 0 ? samples : tf.pad(samples, padding);
  const sums = tf.matMul(tf.ones([1, layers]), tf.reshape(whole, [layers, FOLDED * channels]));
  return tf.reshape(sums, [FOLDED, channels]);
}

/**
 * A function that was evaluated elsewhere, in the place where it is differentiated: the scalar `value`, whose gradient with
 * respect to `at` is `gradient`, of the same shape.
 */
export function evaluated(at: Tensor, value: number, gradient: Tensor): Scalar {
  return tf.customGrad((_at, save) => {
    // Saved, as what was made while the function is traced is gone when its gradient is taken.
    (save as (saved: Tensor[]) => void)([gradient]);
    return { value: tf.scalar(value), gradFunc: (upstream: Tensor, [saved]: Tensor[]) => tf.mul(saved!, upstream) };
  })(at) as Scalar;
}
