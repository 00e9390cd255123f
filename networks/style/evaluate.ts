import { usage, VoxstyleError } from '../../errors.js';
import { type Random, seededRandom } from '../../random.js';
import type { Labels, StyleBatch } from './batch.js';

/*
 * How well codes tell styles apart. Of a picture, the query, another picture in the same style is to be found among 32
 * candidates by the nearest code: 16 show the query's own cube in other styles, so that what recognises the cube goes
 * wrong; 15 show other cubes in other styles. The right one shows
 *
 *     same-cube     the query's cube from another side
 *     across-cubes  another cube
 */
export const VARIANTS = ['same-cube', 'across-cubes'] as const;
export type Variant = (typeof VARIANTS)[number];

/** Vectors of N pictures, one after another, whose Euclidean distances count. */
export interface Codes {
  readonly length: number;
  /** N·length. */
  readonly values: Float32Array;
}

/** From pictures to vectors: a network, or what it is compared with. */
export type CodeFunction = (batch: Pick<StyleBatch, 'size' | 'pictures'>) => Promise<Codes>;

export interface RecallOptions {
  /** The right one included. Default 32. */
  candidates?: number;
  /** How many of them show the query's cube in other styles. Default 16. */
  sameCube?: number;
  /** Most queries that are made, drawn from the pictures. Default all. */
  queries?: number;
  /** Of the draws, which are the same for all codes. Default 1. */
  seed?: number;
}

export interface Recall {
  /** How often the right candidate was strictly the nearest; 1/candidates by chance. */
  recall: number;
  queries: number;
}

export type Recalls = Readonly<Record<Variant, Recall>>;

/** recall@1 of both variants on pictures whose styles and cubes are known. @throws VoxstyleError as recallAt1. */
export async function evaluate(code: CodeFunction, set: StyleBatch, options: RecallOptions = {}): Promise<Recalls> {
  const codes = await code(set);
  const of = (variant: Variant) => recallAt1(codes, set, variant, options);
  return { 'same-cube': of('same-cube'), 'across-cubes': of('across-cubes') };
}

/** Recalls by the names that logs and curves have for them. */
export const figuresOf = (recalls: Recalls) => ({
  'recall, same cube': recalls['same-cube'].recall,
  'recall, across cubes': recalls['across-cubes'].recall,
});

/** @throws VoxstyleError `usage` for wrong options, `bad-input` when no picture has the candidates that it needs. */
export function recallAt1(codes: Codes, labels: Labels, variant: Variant, options: RecallOptions = {}): Recall {
  const { candidates = 32, sameCube = 16, queries = labels.style.length, seed = 1 } = options;
  if (!(candidates >= 2 && sameCube >= 0 && sameCube < candidates))
    throw usage('candidates', 'more of them than show the same cube', `${candidates}, ${sameCube}`, 'correct them');
  const all = Int32Array.from(labels.style.keys());
  const asked = drawn(all, Math.min(queries, all.length), seededRandom(seed, -1));
  let [made, right] = [0, 0];
  for (const query of asked) {
    const found = candidatesOf(labels, query, variant, { candidates, sameCube }, seededRandom(seed, query));
    if (found === undefined) continue;
    made++;
    const [truth, ...rest] = found.map((candidate) => squaredDistance(codes, query, candidate));
    // Codes that are all the same find nothing; NaN is found by none.
    if (rest.every((distance) => truth! < distance)) right++;
  }
  if (made > 0) return { recall: right / made, queries: made };
  const rest = candidates - 1 - sameCube;
  const needs = `${sameCube} other styles on a cube, and ${rest} pictures of other styles and cubes`;
  throw new VoxstyleError('bad-input', {
    where: `pictures to evaluate f_style with (${variant})`,
    expected: `a picture in a style that another shares, ${needs}`,
    found: `none among ${all.length}`,
    fix: 'render more cubes, styles and views',
  });
}

/** Indices, the right one first; undefined where there are too few. */
function candidatesOf(
  { style, cube }: Labels,
  query: number,
  variant: Variant,
  { candidates, sameCube }: { candidates: number; sameCube: number },
  random: Random,
): number[] | undefined {
  const those = (is: (index: number) => boolean) => Int32Array.from(style.keys()).filter(is);
  const ownCube = (i: number) => cube[i] === cube[query];
  const ownStyle = (i: number) => style[i] === style[query];
  const right = those((i) => i !== query && ownStyle(i) && ownCube(i) === (variant === 'same-cube'));
  const hard = oneOfEachStyle(
    drawn(
      those((i) => !ownStyle(i) && ownCube(i)),
      Infinity,
      random,
    ),
    style,
  );
  const others = those((i) => !ownStyle(i) && !ownCube(i));
  const rest = candidates - 1 - sameCube;
  if (right.length === 0 || hard.length < sameCube || others.length < rest) return undefined;
  return [...drawn(right, 1, random), ...hard.slice(0, sameCube), ...drawn(others, rest, random)];
}

function oneOfEachStyle(indices: Int32Array, style: Int32Array): Int32Array {
  const seen = new Set<number>();
  return indices.filter((index) => !seen.has(style[index]!) && seen.add(style[index]!));
}

/** Some of the numbers, without putting back, in random order (Fisher and Yates). */
function drawn(from: Int32Array, count: number, random: Random): Int32Array {
  const pool = from.slice();
  const taken = Math.min(count, pool.length);
  for (let i = 0; i < taken; i++) {
    const j = i + random.index(pool.length - i);
    [pool[i], pool[j]] = [pool[j]!, pool[i]!];
  }
  return pool.slice(0, taken);
}

function squaredDistance({ length, values }: Codes, a: number, b: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += (values[a * length + i]! - values[b * length + i]!) ** 2;
  return sum;
}
