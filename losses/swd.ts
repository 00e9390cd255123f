import type { Picture } from '../engine/picture.js';
import { VoxstyleError } from '../errors.js';
import { seededRandom } from '../random.js';
import { createArgsort, createSort } from './argsort.js';
import { type Direction, randomDirections } from './directions.js';
import type { Loss, LossFactory } from './loss.js';
import { evenPlaces } from './thinning.js';
import { readQuantiles, transport } from './transport.js';

/** A target of more pixels than this, and than the picture, is thinned: sorting it would outweigh the rest. */
const TARGET_PIXELS = 1 << 18;

export interface SlicedWassersteinOptions {
  /** Random rotations of the 16 directions in each iteration: time grows and noise falls with them. Default 1. */
  rotations?: number;
}

/**
 * Sliced Wasserstein distance between the two colour distributions, whatever the pixels' places and the target's size:
 *
 *     (1/D) Σ_u (1/N) Σ_i (p_u(i) − q_u(i))²,
 *
 * where p_u(i) is the i-th smallest of the picture's N colours projected on direction u, and q_u(i) the target's quantile
 * at level (i + ½)/N, linear between the M sorted values that stand at levels (j + ½)/M. It is on the scale of `l2`:
 * never above it for pictures of one size, and equal to it, |δ|²/3, for a colour shifted everywhere by δ.
 *
 * The D directions are 16 even ones under a rotation that is drawn afresh for each iteration (`randomDirections`). None is
 * fixed: red, green, blue and grey always among them would bias the distance and, measured, leave its noise as large as
 * that of 16 independent directions, a relative deviation of 0.2; the even ones bring it to 0.01 and less.
 *
 * The gradient, (2/DN) Σ_u (p_u(i) − q_u(i)) u, is exact where no two projections tie. Pixels that tie, as those of a
 * plain background do, share the mean of their group's gradients: the members of the group can't be told apart, so their
 * place in the picture must not decide which of them is pulled to the dark.
 *
 * Projections are rounded to float32, sums are float64. The value doesn't change, bit for bit, with the order of pixels.
 *
 * Heitz, Vanhoey, Chambon, Belcour, "A sliced Wasserstein loss for neural texture synthesis", CVPR 2021.
 */
export function slicedWasserstein(options: SlicedWassersteinOptions = {}): LossFactory {
  const rotations = options.rotations ?? 1;
  if (!Number.isInteger(rotations) || rotations < 1) {
    throw new VoxstyleError('usage', {
      where: 'loss swd',
      expected: 'a whole number of rotations, 1 or more',
      found: String(rotations),
      fix: 'pass 1, the default, or more for less noise',
    });
  }
  return (target) => createLoss(target, rotations);
}

export const swd = slicedWasserstein();

function createLoss(target: Picture, rotations: number): Loss {
  const argsort = createArgsort();
  const sort = createSort();
  let thinned = { colours: target.data, limit: Number.POSITIVE_INFINITY };

  return {
    name: 'swd',
    stochastic: true,
    evaluate(picture, { seed, iteration }) {
      const count = picture.width * picture.height;
      const limit = Math.max(count, TARGET_PIXELS);
      if (limit !== thinned.limit) thinned = { colours: thin(target.data, limit), limit };
      const projected = new Float32Array(count);
      const projectedTarget = new Float32Array(thinned.colours.length / 4);
      const sortedTarget = new Float32Array(projectedTarget.length);
      const quantiles = new Float64Array(count);
      const differences = new Float64Array(count);
      const pull = new Float64Array(picture.data.length);
      let sum = 0;
      const random = seededRandom(seed, iteration);
      const directions = Array.from({ length: rotations }, () => randomDirections(random)).flat();
      for (const direction of directions) {
        project(thinned.colours, direction, projectedTarget);
        sort(projectedTarget, sortedTarget);
        readQuantiles(sortedTarget, quantiles);
        project(picture.data, direction, projected);
        sum += transport(projected, argsort(projected), quantiles, differences);
        pullAlong(differences, direction, pull);
      }
      const scale = 1 / (directions.length * count);
      const gradient = new Float32Array(picture.data.length);
      for (let i = 0; i < gradient.length; i++) gradient[i] = 2 * scale * pull[i]!;
      return { value: sum * scale, gradient };
    },
  };
}

function project(colours: Float32Array, [x, y, z]: Direction, projected: Float32Array): void {
  for (let pixel = 0, i = 0; pixel < projected.length; pixel++, i += 4) {
    projected[pixel] = x * colours[i]! + y * colours[i + 1]! + z * colours[i + 2]!;
  }
}

/** Adds each pixel's difference along the direction to its `pull`. */
function pullAlong(differences: Float64Array, [x, y, z]: Direction, pull: Float64Array): void {
  for (let pixel = 0, i = 0; pixel < differences.length; pixel++, i += 4) {
    const difference = differences[pixel]!;
    pull[i] = pull[i]! + difference * x;
    pull[i + 1] = pull[i + 1]! + difference * y;
    pull[i + 2] = pull[i + 2]! + difference * z;
  }
}

/** At most `limit` pixels, evenly taken. */
function thin(colours: Float32Array, limit: number): Float32Array {
  const count = colours.length / 4;
  if (count <= limit) return colours;
  const kept = new Float32Array(limit * 4);
  for (const [k, pixel] of evenPlaces(count, limit).entries()) {
    kept.set(colours.subarray(4 * pixel, 4 * pixel + 4), 4 * k);
  }
  return kept;
}
