import { type Scalar, type Tensor3D, tf } from '../tensors/index.js';
import { total } from '../tensors/ops.js';
import type { Region } from './labels.js';
import { averagePool, correlateEach } from './pool.js';
import type { TensorLoss } from './tensor-loss.js';
import { meanOver } from './view.js';

const STENCIL = [
  [0, -1, 0],
  [-1, 4, -1],
  [0, -1, 0],
];
const SIDE = STENCIL.length;
const MARGIN = (SIDE - 1) / 2;

export interface LaplacianOptions {
  /** Sides of the blocks of pixels, and what they count beside each other. */
  pools: readonly { number: number; weight: number }[];
}

/**
 * Difference of Laplacians, of pictures of the same size: edges and details are to be where the target has them,
 * whatever the colours between. With P_p the mean over blocks of p×p pixels (rows and columns that fill none are
 * dropped) and D the stencil [0 −1 0; −1 4 −1; 0 −1 0] on each colour, where it lies within the pooled picture,
 *
 *     E = Σ_p a_p mean (D P_p x − D P_p y)² / Σ_p a_p
 *
 * over pixels and colours, p = 1, 2, 4, 8 by default. Pools that leave fewer than 3 pixels on a side are left out, and
 * for a label those at which none of its pixels is an inner one; where none is left, E = 0.
 *
 * Li, Xu, Nie, Chua, "Laplacian-steered neural style transfer", ACM Multimedia 2017; there sums instead of means.
 */
export const laplacian = ({ pools }: LaplacianOptions): TensorLoss<Tensor3D> => ({
  name: 'laplacian',
  layers: [],
  pairs: true,
  stochastic: false,
  leastSide: SIDE * Math.min(...pools.map(({ number }) => number)),
  // A tensor of its own, as it is kept longer than what it is taken from.
  prepare: ({ colours }) => colours.clone(),
  measure({ colours: { shape }, region }, target) {
    const seen = pools.filter(({ number }) => {
      return hasInnerPixels(region, Math.floor(shape[0] / number), Math.floor(shape[1] / number));
    });
    if (seen.length === 0) return () => tf.scalar(0);
    const weights = seen.reduce((sum, { weight }) => sum + weight, 0);
    return (picture) => {
      const terms = seen.map(({ number, weight }) => {
        const map = laplacianMap(picture.colours, target, number);
        return tf.mul(meanOver(picture, map, MARGIN), weight / weights) as Scalar;
      });
      return total(terms);
    };
  },
});

/** (D P_p x − D P_p y)² of each inner pixel after a pool of p, from h×w×3 to ⌊h/p⌋−2 × ⌊w/p⌋−2 × 3. */
export const laplacianMap = (picture: Tensor3D, target: Tensor3D, pool: number): Tensor3D =>
  // Both are linear, so the difference is taken once, before them; nothing cancels where pictures are almost equal.
  tf.square(correlateEach(averagePool(tf.sub(picture, target), pool), STENCIL));

function hasInnerPixels(region: Region, height: number, width: number): boolean {
  return Math.min(height, width) >= SIDE && region.pixels(height, width, MARGIN)?.length !== 0;
}
