import type { PsiChannel } from '../../engine/psi.js';

type Mapping = Pick<PsiChannel, 'window' | 'gamma'>;

/**
 * Least distance of two knots. The kernels look a piece up in a table of 1024 cells; knots that share a cell would need another
 * kernel (see isCrowded in engine/lookup.ts).
 */
export const LEAST_GAP = 2.5 / 1024;

/** The windowed intensity u in [0, 1] of an intensity, as the renderer maps it; knots stand on it. */
export function placeOf(intensity: number, { window: { lo, hi }, gamma }: Mapping): number {
  return Math.min(1, Math.max(0, (intensity - lo) / (hi - lo))) ** gamma;
}

/** Its inverse within the window. */
export function intensityAt(place: number, { window: { lo, hi }, gamma }: Mapping): number {
  return lo + (hi - lo) * place ** (1 / gamma);
}

/** The same places, those that are too near moved up and, at the end, down. @param places rising, in [0, 1]. */
export function spreadApart(places: readonly number[]): number[] {
  const apart: number[] = [];
  for (const place of places) apart.push(Math.max(place, (apart.at(-1) ?? -1) + LEAST_GAP));
  for (let k = apart.length - 1, most = 1; k >= 0; k--, most = apart[k + 1]! - LEAST_GAP) {
    apart[k] = Math.min(apart[k]!, most);
  }
  return apart;
}
