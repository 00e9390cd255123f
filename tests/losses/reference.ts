import * as assert from 'uvu/assert';
import { emptyPicture, type Picture } from '../../engine/picture.js';
import type { Direction } from '../../losses/directions.js';
import { seededRandom } from '../../random.js';

/** Colours from −0.2 to 1.3, as a render's highlights and a filter's overshoots have, and transmittances. */
export function randomPicture(width: number, height: number, seed: number): Picture {
  const random = seededRandom(seed);
  const picture = emptyPicture(width, height);
  picture.data.set(Array.from(picture.data, () => random.between(-0.2, 1.3)));
  return picture;
}

/** The colours alone, in float64: three a pixel. */
export function colours(picture: Picture): number[] {
  return Array.from(picture.data).filter((_, i) => i % 4 < 3);
}

/** The three colour gradients of each pixel out of a gradient with four; the fourth has to be 0. */
export function colourGradient(gradient: Float32Array): number[] {
  assert.ok(
    gradient.every((value, i) => i % 4 < 3 || value === 0),
    'the transmittance has a gradient',
  );
  return Array.from(gradient).filter((_, i) => i % 4 < 3);
}

/** Float64 sliced Wasserstein distance by sorting, with quantiles at the levels (i + ½)/N. */
export function naiveSwd(picture: number[], target: number[], directions: Direction[]): number {
  const slices = directions.map((direction) => {
    const sorted = slice(picture, direction).sort((a, b) => a - b);
    const sortedTarget = slice(target, direction).sort((a, b) => a - b);
    const squares = sorted.map((value, i) => (value - quantile(sortedTarget, (i + 0.5) / sorted.length)) ** 2);
    return mean(squares);
  });
  return mean(slices);
}

export function slice(colours: number[], [x, y, z]: Direction): number[] {
  const count = colours.length / 3;
  return Array.from(
    { length: count },
    (_, i) => x * colours[3 * i]! + y * colours[3 * i + 1]! + z * colours[3 * i + 2]!,
  );
}

/** The value of piecewise linear interpolation through (level (j + ½)/M, sorted[j]), constant beyond the ends. */
function quantile(sorted: number[], level: number): number {
  const levels = sorted.map((_, j) => (j + 0.5) / sorted.length);
  const above = levels.findIndex((other) => other >= level);
  if (above === 0) return sorted[0]!;
  if (above === -1) return sorted.at(-1)!;
  const part = (level - levels[above - 1]!) / (levels[above]! - levels[above - 1]!);
  return sorted[above - 1]! + part * (sorted[above]! - sorted[above - 1]!);
}

export function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Central differences of a function of many numbers. */
export function centralDifferences(value: (at: number[]) => number, at: number[], step: number): number[] {
  return at.map((x, i) => {
    const moved = (to: number) => value(at.map((other, j) => (j === i ? to : other)));
    return (moved(x + step) - moved(x - step)) / (2 * step);
  });
}

/** Fails with a table of all entries that differ by more than absolute + relative · |expected|. */
export function assertClose(
  what: string,
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  { absolute = 0, relative = 0 }: { absolute?: number; relative?: number },
): void {
  assert.is(found.length, expected.length, `${what}: length`);
  const rows: string[] = [];
  for (let i = 0; i < expected.length; i++) {
    const tolerance = absolute + relative * Math.abs(expected[i]!);
    const difference = Math.abs(found[i]! - expected[i]!);
    if (!(difference <= tolerance))
      rows.push(`  ${i}: ${found[i]}, expected ${expected[i]}, off ${difference} > ${tolerance}`);
  }
  assert.is(rows.length, 0, `${what}: ${rows.length} of ${expected.length} differ\n${rows.slice(0, 12).join('\n')}`);
}
