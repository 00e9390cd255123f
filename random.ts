import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A seeded source of numbers: the same seed gives the same sequence on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Uniform integer in [0, count). */
  index(count: number): number;
  /** Standard normal, by Box and Muller (1958). */
  normal(): number;
}

/** @param seed any integer; several integers (a run's seed and an iteration, say) are mixed into one stream. */
export function seededRandom(...seed: number[]): Random {
  let mixed = 0x9e3779b9;
  for (const part of seed) {
    mixed = Math.imul(mixed ^ (part | 0), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) ^ (mixed >>> 16);
  }
  const generator = xoroshiro128plus(mixed | 0);
  const uniform = () => uniformFloat64(generator);
  return {
    uniform,
    between: (low, high) => low + (high - low) * uniform(),
    index: (count) => Math.min(count - 1, Math.floor(uniform() * count)),
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  };
}
