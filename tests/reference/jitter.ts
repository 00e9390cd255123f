/** What shares the samples of a ray are moved by: sample k lies at (k + share)·Δt behind the entry. */

/** Without jitter: samples lie in the middle of their steps. */
export const MIDDLE = 0.5;

/** PCG's hash (O'Neill 2014, RXS-M-XS) of a pixel's index column + width·row, as a share in [0, 1). */
export function pixelJitter(index: number): number {
  const state = (Math.imul(index, 747796405) + 2891336453) >>> 0;
  const word = Math.imul((state >>> ((state >>> 28) + 4)) ^ state, 277803737) >>> 0;
  return (((word >>> 22) ^ word) >>> 8) / 2 ** 24;
}
