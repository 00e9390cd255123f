import { seededRandom } from '../random.js';
import { type Scalar, type Tensor, type Tensor2D, tf } from '../tensors/index.js';
import { rowMean, secondMoments } from '../tensors/ops.js';
import { transposed } from '../tensors/transposed.js';
import type { LayersOption } from './options.js';
import { compareSummaries, overLayers, type TensorLoss } from './tensor-loss.js';
import { samplesOf, squaredDistance } from './view.js';

export interface MmdOptions extends LayersOption {
  kernel: 'linear' | 'polynomial' | 'gaussian';
  /** Positions that the Gaussian kernel compares at most, in each layer. */
  samples: number;
}

/**
 * Maximum mean discrepancy of features: how far apart two distributions are as a kernel k sees them. For samples x of a layer (N×C)
 * and y of the target's (M×C),
 *
 *     E = mean k(x, x′) + mean k(y, y′) − 2 mean k(x, y)
 *
 * over all pairs, a sample with itself included; the mean of E over the layers. No factor ½. Kernels:
 *
 *  - linear, xᵀy/C: E = ‖μ − μ′‖²/C with the means μ;
 *  - polynomial, (xᵀy/C + 1)²: E = ‖A − A′‖²_F/C² + 2‖μ − μ′‖²/C with A = FᵀF/N as in `gram`, which is its first term times 4;
 *  - gaussian, exp(−‖x − y‖²/b), b = max(2 Σ_c variance_c, 1e-3·C) of the target: sees all moments. Pairs are many, so S = min(512,
 *    N, M) positions are drawn afresh for each iteration and layer: u_k uniform in [k/S, (k+1)/S), for rows ⌊uN⌋ of the picture and ⌊uM⌋ of the target.
 *
 * Li, Wang, Liu, Hou, "Demystifying neural style transfer", IJCAI 2017. Division by C, which it hasn't, keeps the kernels on one
 * scale whatever the layer.
 */
export function mmd({ layers, kernel, samples }: MmdOptions): TensorLoss {
  if (kernel === 'gaussian') return gaussian(layers, samples);
  const name = 'mmd';
  const ofMeans = (a: Tensor, b: Tensor, channels: number) => tf.div(squaredDistance(a, b), channels) as Scalar;
  if (kernel === 'linear') return compareSummaries({ name, layers, summary: rowMean, distance: ofMeans });
  return compareSummaries({
    name,
    layers,
    summary: (f) => ({ means: rowMean(f), moments: secondMoments(f) }),
    distance: (a, b, channels) => {
      const moments = tf.div(squaredDistance(a.moments, b.moments), channels ** 2);
      return tf.add(moments, tf.mul(ofMeans(a.means, b.means, channels), 2));
    },
  });
}

/** What is known of a layer of the target. */
interface Goal {
  /** M×C, centred. */
  samples: Tensor2D;
  /** 1×C. */
  means: Tensor2D;
  /** b of the kernel. */
  bandwidth: Scalar;
}

function gaussian(layers: LayersOption['layers'], most: number): TensorLoss {
  const loss: TensorLoss<Goal[]> = {
    name: 'mmd',
    layers,
    pairs: false,
    stochastic: true,
    leastSide: 1,
    prepare: (target) =>
      layers.map(({ layer }) => {
        const samples = samplesOf(target, target.maps.get(layer)!);
        const means = rowMean(samples);
        const centred = tf.sub(samples, means) as Tensor2D;
        const variance = tf.sum(rowMean(tf.square(centred)));
        return { samples: centred, means, bandwidth: tf.maximum(tf.mul(variance, 2), 1e-3 * samples.shape[1]) };
      }),
    measure: (picture, goals, { seed, iteration }) => {
      const drawn = layers.map(({ layer }, index) => {
        const counts = [samplesOf(picture, picture.maps.get(layer)!), goals[index]!.samples].map((f) => f.shape[0]!);
        const random = seededRandom(seed, iteration, index);
        // One from each of as many equal parts: a row is then drawn twice at most, whose gradients add up to the same in either order.
        const drawn = Math.min(most, ...counts);
        const uniforms = Array.from({ length: drawn }, (_, k) => (k + random.uniform()) / drawn);
        return counts.map((count) => uniforms.map((u) => Math.floor(u * count)));
      });
      return (view) =>
        overLayers(layers, (layer, index) => {
          const { samples, means, bandwidth } = goals[index]!;
          const [rows, targetRows] = drawn[index]!.map((numbers) => tf.tensor1d(numbers, 'int32'));
          // Distances don't depend on the origin, but near the samples they are told apart better.
          const x = tf.sub(tf.gather(samplesOf(view, view.maps.get(layer)!), rows!), means) as Tensor2D;
          return discrepancy(x, tf.gather(samples, targetRows!), bandwidth);
        });
    },
  };
  return loss as TensorLoss;
}

/**
 * E of samples x and y (S×C both). With kernels K and their row sums r, ∂E/∂x = 4(K_xx·x − K_xy·y − x(r_xx − r_xy))/(bS²), which takes
 * half the time of what TensorFlow.js would derive.
 */
function discrepancy(x: Tensor2D, y: Tensor2D, bandwidth: Scalar): Scalar {
  const compare = tf.customGrad((given, save) => {
    const x = given as Tensor2D;
    const kernel = (a: Tensor2D, b: Tensor2D) => tf.exp(tf.div(squaredDistances(a, b), tf.neg(bandwidth))) as Tensor2D;
    const own = kernel(x, x);
    const mutual = kernel(x, y);
    const pull = tf.sub(tf.matMul(own, x), tf.matMul(mutual, y));
    const excess = tf.sub(own, mutual);
    const slope = tf.sub(pull, tf.mul(x, tf.sum(excess, 1, true)));
    const scale = tf.div(4 / x.shape[0] ** 2, bandwidth);
    (save as (saved: Tensor[]) => void)([tf.mul(slope, scale)]);
    // Taken apart pair by pair: of equally distributed samples, the three means are nearly the same.
    const differences = tf.add(excess, tf.sub(kernel(y, y), mutual));
    return {
      value: tf.mean(tf.mean(differences, 1)),
      gradFunc: (upstream: Tensor, [gradient]: Tensor[]) => tf.mul(gradient!, upstream),
    };
  });
  return compare(x) as Scalar;
}

/** ‖a_i − b_j‖² of all pairs of rows. */
function squaredDistances(a: Tensor2D, b: Tensor2D): Tensor {
  const norms = (f: Tensor2D) => tf.sum(tf.square(f), 1, true) as Tensor2D;
  const mixed = tf.matMul(a, tf.mul(transposed(b), 2) as Tensor2D);
  return tf.add(tf.sub(norms(a), mixed), transposed(norms(b)));
}
