import type { Psi } from '../../engine/psi.js';
import { compositeRays } from './composite.js';
import { following, type RaySamples, recordBranches } from './renderer.js';
import { type Derivative, ridders } from './ridders.js';
import { getScalar, specOf, withScalar } from './scalars.js';
import { developPicture } from './tone.js';

export interface ScalarGradient extends Derivative {
  path: string;
  /** ∂L/∂Ψ_j. */
  value: number;
  /** Σ over pixels of |that pixel's part of `value`|: what an absolute tolerance should be relative to. */
  scale: number;
  /** Estimate of the absolute error of `value`: of the order of 1e-9·scale, more where rounding leaves nothing better. */
  error: number;
}

export interface GradientOptions {
  /** The largest step as a share of each scalar's own scale. */
  step?: number;
}

/**
 * The gradient of L(Ψ) = Σ weights·picture, by extrapolated central differences with the branches frozen at Ψ. On a kink
 * that is the one-sided derivative that engine/image-formation.md documents.
 *
 * @param weights ∂L/∂picture: four a pixel.
 * @param paths scalars that leave the rays as they are; `differentiablePaths` lists them.
 */
export function referenceGradient(
  rays: RaySamples,
  psi: Psi,
  paths: readonly string[],
  weights: Float32Array | Float64Array,
  { step = 2 ** -10 }: GradientOptions = {},
): ScalarGradient[] {
  if (weights.length !== rays.hit.length * 4) {
    throw new Error(`referenceGradient: expected ${rays.hit.length * 4} weights, got ${weights.length}`);
  }
  const frozen = recordBranches(rays, psi);
  const light = (at: Psi) => following(frozen.samples, (points) => compositeRays(rays, at, points));
  const lightAtPsi = light(psi);

  return paths.map((path) => {
    if (!specOf(path)?.differentiable || /^(camera|clip|sampling)\./.test(path)) {
      throw new Error(`referenceGradient: expected a differentiable scalar that keeps the rays, got ${path}`);
    }
    // Not even the reference's rounding depends on it.
    if (isOff(psi, path)) return { path, value: 0, scale: 0, error: 0 };
    const x = getScalar(psi, path);
    // What follows the rays doesn't change the light that they bring, so that need not be summed again.
    const afterRays = /^(tone|background)\./.test(path);
    const pictureAt = (value: number) => {
      const moved = withScalar(psi, path, value);
      const arriving = afterRays ? lightAtPsi : light(moved);
      return following(frozen.pixels, (points) => developPicture(arriving, rays, moved, points));
    };
    const central = (h: number) => weightedDifference(pictureAt(x - h), pictureAt(x + h), 2 * h, weights);
    return { path, ...ridders(central, step * scaleOf(psi, path)) };
  });
}

/** Whether a scalar belongs to a channel that isn't enabled. */
function isOff(psi: Psi, path: string): boolean {
  const channel = /^channels\.(\d+)\./.exec(path);
  return channel !== null && psi.channels[Number(channel[1])]?.enabled === false;
}

/** Of a picture's values, relative: an ulp or two for each of a few dozen operations in a row. */
const ROUNDING = 2 ** -50;

/** Subtracts pixel by pixel before the sum, so that a large L costs no digits. */
function weightedDifference(
  below: Float64Array,
  above: Float64Array,
  distance: number,
  weights: Float32Array | Float64Array,
): Derivative {
  let value = 0;
  let scale = 0;
  let error = 0;
  let unseen = 0;
  for (let pixel = 0; pixel < weights.length; pixel += 4) {
    let part = 0;
    let rounding = 0;
    let changed = false;
    for (let i = pixel; i < pixel + 4; i++) {
      const change = above[i]! - below[i]!;
      part += (weights[i]! * change) / distance;
      rounding += (ROUNDING * Math.abs(weights[i]! * above[i]!)) / distance;
      changed ||= change !== 0;
    }
    // A pixel that didn't change at all doesn't depend on the scalar …
    if (changed) error += rounding;
    else unseen += rounding;
    value += part;
    scale += Math.abs(part);
  }
  // … but if none did, they may all depend on it too little to be seen, as on a background behind dense fog.
  return { value, scale, error: error === 0 ? unseen : error };
}

/** The change of a scalar on which the picture changes as a whole; steps are a small share of it. */
function scaleOf(psi: Psi, path: string): number {
  const { bijection, bounds } = specOf(path)!;
  const x = getScalar(psi, path);
  switch (bijection) {
    case 'log':
      return Math.abs(x);
    case 'asinh':
      return Math.max(Math.abs(x), 1);
    case 'linear':
      return (bounds[1] - bounds[0]) / 8;
    case 'ordered':
      return Math.min(...gaps(psi, path));
  }
}

/** The distances > 0 from an ordered scalar to its neighbours: a step has to be small against the narrowest. */
function gaps(psi: Psi, path: string): number[] {
  const [, channelIndex, group, knotIndex] = path.split('.');
  const { window, knots } = psi.channels[Number(channelIndex)]!;
  if (group === 'window') return [window.hi - window.lo];
  const i = Number(knotIndex);
  const neighbours = [knots[i - 1], knots[i + 1]].flatMap((knot) => (knot ? [Math.abs(knot.x - knots[i]!.x)] : []));
  return [1, ...neighbours.filter((gap) => gap > 0)];
}
