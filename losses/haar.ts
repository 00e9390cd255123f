import { type Scalar, type Tensor2D, type Tensor3D, tf } from '../tensors/index.js';
import { secondMoments, total } from '../tensors/ops.js';
import { averagePool } from './pool.js';
import type { TensorLoss } from './tensor-loss.js';
import { meanOver, samplesOf, squaredDistance, type View } from './view.js';

/*
 * The Haar wavelet transform of colours. Of each 2×2 block a b / c d (a last odd row or column is dropped) it makes
 *
 *     LL = (a + b + c + d)/4    LH = (c + d − a − b)/4    HL = (b + d − a − c)/4    HH = (a + d − b − c)/4,
 *
 * and the next level is that of LL. So LL is the block's mean, and that of level L is an average pool of 2^L pixels; an
 * orthonormal transform would have twice each of these numbers.
 *
 * Yoo, Uh, Chun, Kang, Ha, "Photorealistic style transfer via wavelet transforms" (WCT²), ICCV 2019, which pools a
 * network's features so: LL stands for what a picture shows, the others for its texture. Here they are taken of the
 * colours themselves.
 */

export interface HaarOptions {
  /** 1 or more. */
  levels: number;
}

/**
 * Difference of the coarsest Haar band, of pictures of the same size: what is there is to stay, details are free.
 *
 *     E = mean (LL − LL′)²    of level `levels`
 *
 * over its ⌊h/2^levels⌋×⌊w/2^levels⌋ pixels and the colours. Where a label has no pixel at that level, E = 0.
 * `haarLowMap` is what isn't reduced. Source: above.
 */
export const haarLow = ({ levels }: HaarOptions): TensorLoss<Tensor3D> => ({
  name: 'haar-low',
  layers: [],
  pairs: true,
  stochastic: false,
  leastSide: 2 ** levels,
  // A tensor of its own, as it is kept longer than what it is taken from.
  prepare: ({ colours }) => colours.clone(),
  measure({ colours: { shape }, region }, target) {
    const [height, width] = [Math.floor(shape[0] / 2 ** levels), Math.floor(shape[1] / 2 ** levels)];
    if (region.pixels(height, width)?.length === 0) return () => tf.scalar(0);
    return (picture) => meanOver(picture, haarLowMap(picture.colours, target, levels));
  },
});

/** (LL − LL′)² of a level: h×w×3 to ⌊h/2^level⌋ × ⌊w/2^level⌋ × 3. */
export const haarLowMap = (picture: Tensor3D, target: Tensor3D, level: number): Tensor3D =>
  // LL is linear, so the difference is taken once, before it.
  tf.square(averagePool(tf.sub(picture, target), 2 ** level));

/**
 * Difference of the Gram matrices of the finer Haar bands: which edges, in which directions and colours, occur
 * together, at each scale, wherever they are. With the N blocks of a level as samples F (N×9) of LH, HL, HH of each
 * colour, A = FᵀF/N, and
 *
 *     E = ‖A − A′‖²_F / (4·9²),
 *
 * the mean of E over the levels, as `gram` has it over layers. A target may have any size. A label counts at the levels
 * at which it has pixels in both pictures. Sources: above, and of the Gram matrices as for `gram`.
 */
export const haarHigh = ({ levels }: HaarOptions): TensorLoss<Moments[]> => ({
  name: 'haar-high',
  layers: [],
  pairs: false,
  stochastic: false,
  leastSide: 2 ** levels,
  prepare: (target) => momentsOf(target, levels),
  measure: (_, goals) => (picture) => {
    const terms = momentsOf(picture, levels).flatMap((moments, level) => {
      const goal = goals[level];
      return moments && goal ? [tf.div(squaredDistance(moments, goal), 4 * moments.shape[0] ** 2) as Scalar] : [];
    });
    return terms.length === 0 ? tf.scalar(0) : (tf.div(total(terms), terms.length) as Scalar);
  },
});

/** FᵀF/N, 9×9; undefined without samples. */
type Moments = Tensor2D | undefined;

/** Of each level, from the finest. */
function momentsOf(view: View, levels: number): Moments[] {
  const moments: Moments[] = [];
  let low = view.colours;
  for (let level = 1; level <= levels; level++) {
    const details = detailsOf(low);
    const [height, width] = details.shape;
    const none = view.region.pixels(height, width)?.length === 0;
    moments.push(none ? undefined : secondMoments(samplesOf(view, details)));
    low = averagePool(low, 2);
  }
  return moments;
}

/** Weights of a, b, c, d. */
const DETAILS = [
  [-1, -1, 1, 1],
  [-1, 1, -1, 1],
  [1, -1, -1, 1],
];

/** LH, HL and HH of each channel: height × width × C to ⌊height/2⌋ × ⌊width/2⌋ × 3C. */
function detailsOf(map: Tensor3D): Tensor3D {
  const channels = map.shape[2];
  const values = [0, 1, 2, 3].flatMap((corner) =>
    Array.from({ length: channels }, (_, from) =>
      DETAILS.flatMap((signs) => Array.from({ length: channels }, (_, to) => (from === to ? signs[corner]! / 4 : 0))),
    ).flat(),
  );
  return tf.conv2d(map, tf.tensor4d(values, [2, 2, channels, DETAILS.length * channels]), 2, 'valid');
}
