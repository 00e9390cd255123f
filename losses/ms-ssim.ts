import { type Tensor, type Tensor3D, tf } from '../tensors/index.js';
import { rowMean } from '../tensors/ops.js';
import { averagePool } from './pool.js';
import { type Local, localOf, MARGIN, unlikeness, unlikenessOfBoth, WINDOW } from './structural-similarity.js';
import type { TensorLoss } from './tensor-loss.js';
import { samplesOf, type View } from './view.js';

/** What each scale counts, from the picture itself to a sixteenth of it. */
const WEIGHTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

/** From here down a mean, which may be negative, goes on as a positive number, see `positive`. */
const LEAST = 0.05;

/**
 * Structural similarity at several scales, of pictures of the same size. Scale s + 1 is scale s after a 2×2 average
 * pool; there are as many, up to 5, as leave the shorter side 11 pixels. With l and cs as for `ssim`, means over the
 * windows of a scale, and the exponents w = 0.0448, 0.2856, 0.3001, 0.2363, 0.1333 so scaled that those of the S scales
 * add up to 1,
 *
 *     E = 1 − mean over colours of (mean l_S·cs_S)^w_S · Π_{s<S} (mean cs_s)^w_s,
 *
 * where a mean m under 0.05 counts as 0.05²/(0.1 − m): a power needs it positive, and pictures that are each other's negative at a
 * scale need a gradient that leads out of it. A window has the label that the picture has at its middle; scales where a label is
 * nowhere the middle of a window are left out for it, as if the picture were too small. Nothing is left unreduced, as
 * it is a product of means.
 *
 * Wang, Simoncelli, Bovik, "Multiscale structural similarity for image quality assessment", Asilomar Conference on
 * Signals, Systems and Computers, 2003, eq. 7; there S = 5 always, on grey pictures, and a low-pass filter before each
 * halving.
 */
export const msSsim = (): TensorLoss<Local[]> => ({
  name: 'ms-ssim',
  layers: [],
  pairs: true,
  stochastic: false,
  leastSide: WINDOW,
  prepare: ({ colours }) => scalesOf(colours, scaleCount(colours)).map(localOf),
  measure(view, targets) {
    const empty = targets.findIndex(({ colours }) => isEmpty(view, colours));
    const seen = empty < 0 ? targets : targets.slice(0, empty);
    if (seen.length === 0) return () => tf.scalar(0);
    const weights = WEIGHTS.slice(0, seen.length);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return (picture) => {
      const factors = scalesOf(picture.colours, seen.length).map((colours, s) => {
        const both = unlikeness(colours, seen[s]!);
        const map = s === seen.length - 1 ? unlikenessOfBoth(both) : both.structure;
        const likeness = tf.sub(1, rowMean(samplesOf(picture, map, MARGIN)));
        return tf.pow(positive(likeness), weights[s]! / total);
      });
      const product = factors.reduce((a, b): Tensor => tf.mul(a, b));
      return tf.mean(tf.sub(1, product));
    };
  },
});

/** m above ε, and ε²/(2ε − m) below: positive, increasing, and smooth where they meet. */
const positive = (m: Tensor): Tensor =>
  tf.mul(tf.maximum(m, LEAST), tf.div(LEAST, tf.sub(2 * LEAST, tf.minimum(m, LEAST))));

/** How many scales leave room for the window. */
function scaleCount({ shape: [height, width] }: Tensor3D): number {
  return WEIGHTS.filter((_, s) => Math.floor(Math.min(height, width) / 2 ** s) >= WINDOW).length;
}

/** The picture and its pools. */
function scalesOf(colours: Tensor3D, count: number): Tensor3D[] {
  const scales = [colours];
  while (scales.length < count) scales.push(averagePool(scales.at(-1)!, 2));
  return scales;
}

const isEmpty = ({ region }: View, { shape: [height, width] }: Tensor3D) =>
  region.pixels(height, width, MARGIN)?.length === 0;
