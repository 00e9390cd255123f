import { usage } from '../errors.js';
import { type Scalar, type Tensor, type Tensor1D, type Tensor2D, tf } from '../tensors/index.js';
import { transposed } from '../tensors/transposed.js';
import type { LayersOption } from './options.js';
import { patchesOf, SIDE } from './patches.js';
import { overLayers, type TensorLoss } from './tensor-loss.js';
import { evenPlaces } from './thinning.js';
import type { View } from './view.js';

/** Pixels along each border that are no patch's middle. */
const MARGIN = (SIDE - 1) / 2;
/** Patches of a target's layer that are searched at most. */
const TARGET_PATCHES = 1 << 14;
/** Scores of so many pairs of patches are in memory at a time, whatever the pictures' sizes. */
const ROWS = 1 << 12;
const COLUMNS = 1 << 10;
/** Keeps the norm of an empty patch from dividing by 0. */
const LEAST_NORM = 1e-8;

/**
 * Markov random field of patches: each small neighbourhood of features looks like some neighbourhood of the target. Φ_i are the
 * 3×3×C patches of a layer (stride 1, no padding; as vectors, N×9C), and Φ_NN(i) is the target's patch Φ′_j of the greatest
 * normalised correlation Φ_i·Φ′_j/(|Φ′_j| + 1e-8), the first if equal (the norm of Φ_i makes no difference to that):
 *
 *     E = mean over i and entries of (Φ_i − Φ_NN(i))²,
 *
 * the mean of E over the layers, by default the two coarsest. No factor ½; the source sums where here are means. The gradient holds
 * the assignment constant.
 *
 * Where labels count, patches belong to the label of their middle. Of a target's layer with more than 16384 patches so many are
 * taken, evenly, so that time and memory stay bounded.
 *
 * Li, Wand, "Combining Markov random fields and convolutional neural networks for image synthesis", CVPR 2016, eqs. 2 and 3.
 */
export function mrf({ layers }: LayersOption): TensorLoss {
  const loss: TensorLoss<Tensor2D[]> = {
    name: 'mrf',
    layers,
    pairs: false,
    stochastic: false,
    leastSide: 1,
    prepare: (target) =>
      layers.map(({ layer }) => {
        const patches = patchRows(target, layer, TARGET_PATCHES);
        if (patches.shape[0] > 0) return patches;
        const fix = 'paint it larger, or name finer layers';
        throw usage('loss mrf', `patches of each label in ${layer} of the target`, 'none', fix);
      }),
    measure(picture, goals) {
      const matches = layers.map(({ layer }, index) =>
        tf.tidy(() => matched(patchRows(picture, layer), goals[index]!)),
      );
      return (view) =>
        overLayers(layers, (layer, index) => {
          const patches = patchRows(view, layer);
          // A label may be seen at borders alone.
          if (patches.shape[0] === 0) return tf.scalar(0);
          return tf.mean(tf.mean(tf.squaredDifference(patches, matches[index]!), 1)) as Scalar;
        });
    },
  };
  return loss as TensorLoss;
}

/** The patches whose middle counts, N×9C; so many of them at most. */
function patchRows({ maps, region }: View, layer: string, most = Number.POSITIVE_INFINITY): Tensor2D {
  const map = maps.get(layer)!;
  const [height, width] = map.shape;
  if (Math.min(height, width) < SIDE) {
    const least = `${SIDE} pixels on each side of ${layer}`;
    throw usage('loss mrf', least, `${width}×${height}`, 'enlarge the picture, or name finer layers');
  }
  const counted = region.pixels(height, width, MARGIN);
  const count = counted?.length ?? (height - 2 * MARGIN) * (width - 2 * MARGIN);
  if (count <= most) return patchesOf(map, counted);
  // Chosen before there are any: all patches take nine times the memory of their map.
  const places = evenPlaces(count, most);
  return patchesOf(map, counted ? places.map((place) => counted[place]!) : places);
}

/** For each patch (N×9C) the target's (M×9C) that is most like it. */
function matched(patches: Tensor2D, target: Tensor2D): Tensor2D {
  const [count, length] = patches.shape;
  const found: Tensor1D[] = [];
  for (let start = 0; start < count; start += ROWS) {
    const rows = tf.slice(patches, [start, 0], [Math.min(ROWS, count - start), length]);
    found.push(tf.tidy(() => nearest(rows, target)));
  }
  return found.length === 0 ? tf.zeros([0, length]) : tf.gather(target, tf.concat(found));
}

/** The number of the target's most similar patch, for each patch. */
function nearest(patches: Tensor2D, target: Tensor2D): Tensor1D {
  const [count, length] = target.shape;
  let best: { scores: Tensor; numbers: Tensor1D } | undefined;
  for (let start = 0; start < count; start += COLUMNS) {
    const here = tf.tidy(() => {
      const block = tf.slice(target, [start, 0], [Math.min(COLUMNS, count - start), length]);
      const norms = tf.sqrt(tf.sum(tf.square(block), 1, true));
      const scores = tf.matMul(patches, transposed(tf.div(block, tf.add(norms, LEAST_NORM)))) as Tensor2D;
      const greatest = tf.max(scores, 1, true) as Tensor2D;
      const numbers = tf.add(firstGreatest(scores, greatest), tf.scalar(start, 'int32')) as Tensor1D;
      return { scores: tf.squeeze(greatest, [1]), numbers };
    });
    if (best) {
      // The earlier one stays if they are equal.
      const better = tf.greater(here.scores, best.scores);
      best = {
        scores: tf.maximum(here.scores, best.scores),
        numbers: tf.where(better, here.numbers, best.numbers),
      };
    } else best = here;
  }
  return best!.numbers;
}

/** The number of each row's greatest entry, of the first one if several are equal. */
function firstGreatest(scores: Tensor2D, greatest: Tensor2D): Tensor1D {
  if (tf.getBackend() === 'wasm') return tf.argMax(scores, 1);
  // WebGPU's own takes any of them.
  const columns = scores.shape[1];
  const lesser = tf.cast(tf.less(scores, greatest), 'float32');
  return tf.cast(tf.min(tf.add(tf.mul(lesser, columns), tf.range(0, columns)), 1), 'int32');
}
