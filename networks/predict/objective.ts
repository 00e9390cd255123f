import { type Scalar, type Tensor2D, type Tensor3D, tf } from '../../tensors/index.js';
import type { Outputs } from './model.js';

/**
 * How much the best hypothesis counts before the others: with 0 all learn the same mean, with a large number only the
 * nearest learns.
 */
const SHARPNESS = 12;
/** Of the mean error of all hypotheses, so that one that is never the nearest is drawn near. */
const ALIVE = 0.05;

/** N×K errors of rows against N true ones: the means of squares in units of each number's spread, by the weights (N×R). */
export function rowErrors(rows: Tensor3D, truth: Tensor2D, weights: Tensor2D): Tensor2D {
  const squares = tf.square(tf.sub(rows, tf.expandDims(truth, 1)));
  const share = tf.div(weights, tf.sum(weights, 1, true));
  return tf.sum(tf.mul(squares, tf.expandDims(share, 1)), 2) as Tensor2D;
}

/**
 * The error in Ψ of several hypotheses with weights, since one style has many Ψ: the negative logarithm of a mixture,
 *
 *     L = mean over queries of  −1/β log Σ_k w_k exp(−β E_k)  +  α mean_k E_k,   w = softmax(logits).
 *
 * Bishop, "Mixture density networks", 1994, with spreads that aren't learned.
 */
export function psiError({ logits }: Pick<Outputs, 'logits'>, errors: Tensor2D): Scalar {
  const scores = tf.sub(tf.logSoftmax(logits), tf.mul(errors, SHARPNESS));
  const mixture = tf.mul(tf.mean(tf.logSumExp(scores, 1)), -1 / SHARPNESS);
  return tf.add(mixture, tf.mul(tf.mean(errors), ALIVE)) as Scalar;
}
