import type { Random } from '../random.js';

/** Edge of a structure: 1 inside, 0 outside, a smooth step of the given width around distance 0 (negative inside). */
export function coverage(distance: number, width: number): number {
  const t = Math.min(1, Math.max(0, 0.5 - distance / width));
  return t * t * (3 - 2 * t);
}

/** A sample of the Poisson distribution: Knuth's product of uniforms for few photons, else its normal limit. */
export function poisson(mean: number, random: Random): number {
  if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.normal()));
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random.uniform(); product > limit; product *= random.uniform()) count++;
  return count;
}
