import { type Tensor, type Tensor2D, tf } from '../tensors/index.js';
import { rowMean } from '../tensors/ops.js';
import type { LayersOption } from './options.js';
import { compareSummaries } from './tensor-loss.js';
import { squaredDistance } from './view.js';

/** Added to variances: the root's slope at 0 would be infinite, and a channel may well be constant. */
const LEAST_VARIANCE = 1e-5;

/**
 * Difference of the features' means and standard deviations, channel by channel; what adaptive instance normalisation carries over.
 * For samples F (N×C) of a layer, μ and variance over N (not N − 1), σ = √(variance + 1e-5), and
 *
 *     E = (1/C) Σ_c (μ_c − μ′_c)² + (σ_c − σ′_c)²,
 *
 * the mean of E over the layers. No factor ½. Its source takes norms, which have no gradient at their minimum, and sums over
 * layers; here are squares and means.
 *
 * Huang, Belongie, "Arbitrary style transfer in real-time with adaptive instance normalization", ICCV 2017, eq. 13.
 */
export const statistics = ({ layers }: LayersOption) =>
  compareSummaries({
    name: 'statistics',
    layers,
    summary(samples) {
      const moments = meansAndVariances(samples);
      const [means, variances] = tf.split(moments, 2) as [Tensor2D, Tensor2D];
      return { means, deviations: tf.sqrt(tf.add(variances, LEAST_VARIANCE)) };
    },
    distance: (a, b, channels) =>
      tf.div(tf.add(squaredDistance(a.means, b.means), squaredDistance(a.deviations, b.deviations)), channels),
  });

/**
 * Means and variances over the rows of samples (N×C), as a 2×C matrix. The variance is of what is centred, since the difference of
 * two moments would lose its digits. With u and v the upstream gradients of the two, ∂/∂F = u/N + 2(F − μ)v/N: how the mean in
 * the variance moves makes no difference, as deviations from it add up to 0.
 */
const meansAndVariances: (samples: Tensor2D) => Tensor2D = tf.customGrad((f, save) => {
  const samples = f as Tensor2D;
  const means = rowMean(samples);
  const centred = tf.sub(samples, means) as Tensor2D;
  (save as (saved: Tensor[]) => void)([centred]);
  const variances = rowMean(tf.square(centred));
  return {
    value: tf.concat([means, variances], 0),
    gradFunc: (upstream: Tensor, [centred]: Tensor[]) => {
      const [u, v] = tf.split(tf.div(upstream, samples.shape[0]), 2) as [Tensor2D, Tensor2D];
      return tf.add(tf.mul(centred!, tf.mul(v, 2)), u);
    },
  };
}) as (samples: Tensor2D) => Tensor2D;
