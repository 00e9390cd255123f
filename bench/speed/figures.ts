import type { Psi } from '../../engine/psi.js';
import { toVector } from '../../engine/psi-vector.js';
import { peerLoss } from '../peer-scene.js';
import type { Figures } from './events.js';
import type { Rendering } from './scene.js';

/** The peers agree among themselves to 5e-4; more than this is another picture or another gradient. */
export const AGREEMENT = 2e-3;

/** Sums over all knots of the gradient by r, g, b and extinction. */
export function gradientSums(psi: Psi, gradient: Float64Array): number[] {
  const sums = [0, 0, 0, 0];
  for (const [i, path] of toVector(psi).paths.entries()) {
    const channel = path.endsWith('.extinction') ? 3 : /\.color\.(\d)$/.exec(path)?.[1];
    if (channel !== undefined) sums[Number(channel)]! += gradient[i]!;
  }
  return sums;
}

/** Of a rendering that has warmed up. */
export function figuresOf({ scene, picture, gradient }: Rendering): Figures | undefined {
  if (!picture || !gradient) return undefined;
  return { mean: peerLoss(picture).mean, gradient: gradientSums(scene.psi, gradient) };
}

/** The largest difference, relative to the reference's largest mean or gradient. */
export function difference(figures: Figures, reference: Figures): number {
  const relative = (key: 'mean' | 'gradient') => {
    const scale = Math.max(...reference[key].map(Math.abs));
    return Math.max(...figures[key].map((value, i) => Math.abs(value - reference[key][i]!))) / scale;
  };
  return Math.max(relative('mean'), relative('gradient'));
}
