import type { Picture } from '../engine/picture.js';
import { VoxstyleError } from '../errors.js';
import { seededRandom } from '../random.js';
import { createArgsort } from './argsort.js';
import { type Direction, randomDirections } from './directions.js';
import type { Loss, LossFactory } from './loss.js';

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
  const argsortTarget = createArgsort();
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
      const quantiles = new Float64Array(count);
      const pull = new Float64Array(picture.data.length);
      let sum = 0;
      const random = seededRandom(seed, iteration);
      const directions = Array.from({ length: rotations }, () => randomDirections(random)).flat();
      for (const direction of directions) {
        project(thinned.colours, direction, projectedTarget);
        readQuantiles(projectedTarget, argsortTarget(projectedTarget), quantiles);
        project(picture.data, direction, projected);
        sum += transport(projected, argsort(projected), quantiles, direction, pull);
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

/** Fills `quantiles` with the sorted values' quantiles at the levels (i + ½)/N. */
function readQuantiles(values: Float32Array, order: Uint32Array, quantiles: Float64Array): void {
  const last = values.length - 1;
  const ratio = values.length / quantiles.length;
  for (let i = 0; i < quantiles.length; i++) {
    const position = Math.min(Math.max((i + 0.5) * ratio - 0.5, 0), last);
    const below = Math.floor(position);
    const low = values[order[below]!]!;
    const high = values[order[Math.min(below + 1, last)]!]!;
    quantiles[i] = low + (position - below) * (high - low);
  }
}

/** Adds p − q along the direction to each pixel's `pull`, ties sharing their mean, and returns Σ (p − q)². */
function transport(
  projected: Float32Array,
  order: Uint32Array,
  quantiles: Float64Array,
  [x, y, z]: Direction,
  pull: Float64Array,
): number {
  const count = projected.length;
  let squares = 0;
  for (let start = 0, end = 0; start < count; start = end) {
    const value = projected[order[start]!]!;
    let total = 0;
    // A NaN equals nothing, itself included, and is a group of one.
    for (end = start; end === start || (end < count && projected[order[end]!]! === value); end++) {
      const difference = value - quantiles[end]!;
      squares += difference * difference;
      total += difference;
    }
    const mean = total / (end - start);
    for (let i = start; i < end; i++) {
      const at = 4 * order[i]!;
      pull[at] = pull[at]! + mean * x;
      pull[at + 1] = pull[at + 1]! + mean * y;
      pull[at + 2] = pull[at + 2]! + mean * z;
    }
  }
  return squares;
}

/** At most `limit` pixels, one out of each equal run; its place varies from run to run, so as not to follow a column. */
function thin(colours: Float32Array, limit: number): Float32Array {
  const count = colours.length / 4;
  if (count <= limit) return colours;
  const kept = new Float32Array(limit * 4);
  for (let k = 0; k < limit; k++) {
    const pixel = Math.min(count - 1, Math.floor(((k + ((k * 0.6180339887498949) % 1)) * count) / limit));
    kept.set(colours.subarray(4 * pixel, 4 * pixel + 4), 4 * k);
  }
  return kept;
}
