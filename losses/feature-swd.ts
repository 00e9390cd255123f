import { type Random, seededRandom } from '../random.js';
import { type Tensor2D, tf } from '../tensors/index.js';
import { evaluated } from '../tensors/ops.js';
import { transposed } from '../tensors/transposed.js';
import type { LayersOption } from './options.js';
import { overLayers, type TensorLoss } from './tensor-loss.js';
import { thinned } from './thinning.js';
import { createRowTransport } from './transport.js';
import { samplesOf, type View } from './view.js';

export interface FeatureSwdOptions extends LayersOption {
  /** Directions a layer, K. */
  directions: number;
}

/** A target's layer of more pixels than this is thinned: to sort its projections in each iteration would outweigh the rest. */
const TARGET_PIXELS = 1 << 18;

/**
 * Sliced Wasserstein distance of features: of their whole distribution, not of its moments alone. For samples F (N×C) of a layer and
 * K unit vectors u of R^C, with p = Fu, p_(i) its i-th smallest value and q_i the quantile of the target's projection at level
 * (i + ½)/N, linear between its M sorted values that stand at levels (j + ½)/M,
 *
 *     E = (1/K) Σ_u (1/N) Σ_i (p_(i) − q_i)²,
 *
 * the mean of E over the layers; no factor ½. Directions are drawn afresh for each iteration and layer, normals scaled to unit
 * length. The gradient holds q constant, and equal projections share the mean of theirs.
 *
 * Heitz, Vanhoey, Chambon, Belcour, "A sliced Wasserstein loss for neural texture synthesis", CVPR 2021. It has as many
 * directions as a layer has channels; the noise of fewer is averaged by the optimizer. Of a target's layer with more than 2¹⁸
 * pixels, so many of them are taken, evenly.
 */
export function featureSwd({ layers, directions }: FeatureSwdOptions): TensorLoss {
  const rows = createRowTransport();
  const samples = (view: View, layer: string) => samplesOf(view, view.maps.get(layer)!);
  const loss: TensorLoss<Tensor2D[]> = {
    name: 'feature-swd',
    layers,
    pairs: false,
    stochastic: true,
    leastSide: 1,
    prepare: (target) => layers.map(({ layer }) => thinned(samples(target, layer), TARGET_PIXELS)),
    async measure(picture, goals, { seed, iteration, read }) {
      const found: { value: number; gradient: Tensor2D }[] = [];
      for (const [index, { layer }] of layers.entries()) {
        const at = samples(picture, layer);
        const [count, channels] = at.shape;
        const drawn = unitVectors(seededRandom(seed, iteration, index), channels, directions);
        const axes = tf.tensor2d(drawn as number[][], [directions, channels]);
        const along = tf.transpose(axes) as Tensor2D;
        // Each projection is one run of memory to sort.
        const projected = async (of: Tensor2D) => read(transposed(tf.matMul(of, along)));
        const target = rows.sorted(await projected(goals[index]!), directions);
        const { value, gradient } = rows.toSorted(await projected(at), target, directions);
        const ofProjections = tf.transpose(tf.tensor2d(gradient, [directions, count])) as Tensor2D;
        found.push({ value, gradient: tf.matMul(ofProjections, axes) });
      }
      return (view) =>
        overLayers(layers, (layer, index) =>
          evaluated(samples(view, layer), found[index]!.value, found[index]!.gradient),
        );
    },
  };
  return loss as TensorLoss;
}

/** Uniform on the sphere: normals, scaled to unit length, one vector after another. */
export function unitVectors(random: Random, channels: number, count: number): number[][] {
  return Array.from({ length: count }, () => {
    const normals = Array.from({ length: channels }, () => random.normal());
    const length = Math.hypot(...normals);
    return normals.map((value) => value / length);
  });
}
