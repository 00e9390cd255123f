import { chooseRows, columnMeans, range } from './maps.js';
import {
  add,
  constant,
  exp,
  mean,
  product,
  reshape,
  scale,
  shift,
  sqrt,
  square,
  subtract,
  sum,
  transpose,
  type Value,
} from './tape.js';

/**
 * Losses that compare two sets of samples: the picture's F (N×C) and the target's G (M×C), rows of a layer's map or colours.
 * All moments are biased (1/N).
 */

/** Gatys 2015: ‖FᵀF/N − GᵀG/M‖²/(4C²). */
export const gram = (f: Value, g: Value) =>
  scale(sum(square(subtract(gramMatrix(f), gramMatrix(g)))), 1 / (4 * f.shape[1]! ** 2));

/** CORAL (Sun 2016), WCT (Li 2017): as gram, of what is centred. */
export const covariance = (f: Value, g: Value) => gram(centred(f), centred(g));

const gramMatrix = (f: Value) => scale(product(transpose(f), f), 1 / f.shape[0]!);
const centred = (f: Value) => subtract(f, columnMeans(f));
const variances = (f: Value) => columnMeans(square(centred(f)));

/** Huang & Belongie 2017: means and standard deviations √(var + 1e-5). */
export function statistics(f: Value, g: Value): Value {
  const deviations = (of: Value) => sqrt(shift(variances(of), 1e-5));
  const means = mean(square(subtract(columnMeans(f), columnMeans(g))));
  return add(means, mean(square(subtract(deviations(f), deviations(g)))));
}

/** Risser 2017: each column's squared distance to its own quantiles remapped to the target's, which count as constant. */
export function histogram(f: Value, g: Value): Value {
  const [rows, columns] = [f.shape[0]!, f.shape[1]!];
  const remapped = new Float64Array(rows * columns);
  let spread = 0;
  for (let c = 0; c < columns; c++) {
    const column = (of: Value) => range(of.shape[0]!).map((row) => of.data[row * columns + c]!);
    const match = remap(column(f), column(g));
    match.remapped.forEach((q, row) => {
      remapped[row * columns + c] = q;
    });
    spread += match.spread;
  }
  // Σ (f − q)² over equal f is n (f − mean q)² + Σ (q − mean q)².
  return shift(mean(square(subtract(f, constant(remapped, f.shape)))), spread / remapped.length);
}

/**
 * The target's quantile q_i at level (i + ½)/N for the i-th smallest value, in the order of `values`; equal values share the
 * mean of theirs.
 *
 * @returns also Σ (q_i − its mean)², which is 0 without equal values.
 */
function remap(values: readonly number[], target: readonly number[]): { remapped: number[]; spread: number } {
  const sorted = [...target].sort((a, b) => a - b);
  const ranked = range(values.length).sort((i, j) => values[i]! - values[j]!);
  const remapped = new Array<number>(values.length);
  let spread = 0;
  for (let start = 0; start < ranked.length; ) {
    let end = start + 1;
    while (end < ranked.length && values[ranked[end]!] === values[ranked[start]!]) end++;
    const quantiles = range(end - start).map((i) => quantile(sorted, (start + i + 0.5) / values.length));
    const shared = quantiles.reduce((so, q) => so + q, 0) / quantiles.length;
    for (const i of ranked.slice(start, end)) remapped[i] = shared;
    for (const q of quantiles) spread += (q - shared) ** 2;
    start = end;
  }
  return { remapped, spread };
}

/** Linear through sorted[j] at level (j + ½)/M, constant beyond the ends. */
function quantile(sorted: readonly number[], level: number): number {
  const place = Math.min(Math.max(level * sorted.length - 0.5, 0), sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!);
}

/** Heitz 2021: `histogram` of the projections on each direction. @param directions K unit vectors of C. */
export function slicedWasserstein(f: Value, g: Value, directions: readonly ArrayLike<number>[]): Value {
  const columns = f.shape[1]!;
  for (const { length } of directions) {
    if (length !== columns) throw new Error(`feature-swd: expected directions of ${columns} numbers, got ${length}`);
  }
  const matrix = directions.flatMap((direction) => Array.from(direction));
  const axes = transpose(constant(matrix, [directions.length, columns]));
  return histogram(product(f, axes), product(g, axes));
}

/** Maximum mean discrepancy with the kernel xᵀy/C (Li 2017). */
export const mmdLinear = (f: Value, g: Value) => mean(square(subtract(columnMeans(f), columnMeans(g))));

/** With the kernel (xᵀy/C + 1)², over all pairs. */
export function mmdPolynomial(f: Value, g: Value): Value {
  const grams = sum(square(subtract(gramMatrix(f), gramMatrix(g))));
  return add(scale(grams, 1 / f.shape[1]! ** 2), scale(mmdLinear(f, g), 2));
}

/** The largest number of samples of the Gaussian kernel. */
const POSITIONS = 512;

/**
 * With the kernel exp(−‖x − y‖²/b), b = max(twice the target's total variance, 1e-3·C) from all of the target's samples,
 * between as many samples as there are uniforms (N, M or 512, if that is fewer).
 *
 * @param uniforms in [0, 1): each draws one sample of either.
 */
export function mmdGaussian(f: Value, g: Value, uniforms: ArrayLike<number>): Value {
  const [rows, targetRows, columns] = [f.shape[0]!, g.shape[0]!, f.shape[1]!];
  const count = Math.min(POSITIONS, rows, targetRows);
  if (uniforms.length < count) throw new Error(`mmd: expected ${count} uniforms, got ${uniforms.length}`);
  const drawn = Array.from(uniforms).slice(0, count);
  const variance = variances(g).data.reduce((so, v) => so + v, 0);
  const bandwidth = Math.max(2 * variance, 1e-3 * columns);
  const x = chooseRows(
    f,
    drawn.map((u) => Math.floor(u * rows)),
  );
  const y = chooseRows(
    g,
    drawn.map((u) => Math.floor(u * targetRows)),
  );
  const kernel = (a: Value, b: Value) => mean(exp(scale(squaredDistances(a, b), -1 / bandwidth)));
  return add(add(kernel(x, x), kernel(y, y)), scale(kernel(x, y), -2));
}

/** ‖a_i − b_j‖² of all pairs of rows. */
function squaredDistances(a: Value, b: Value): Value {
  const columns = a.shape[1]!;
  const ones = (rows: number, across: number) => constant(new Float64Array(rows * across).fill(1), [rows, across]);
  const normsB = reshape(product(square(b), ones(columns, 1)), [b.shape[0]!]);
  const normsA = product(square(a), ones(columns, b.shape[0]!));
  return add(add(normsA, scale(product(a, transpose(b)), -2)), normsB);
}

/**
 * Li & Wand 2016: the mean squared difference of each patch (a row of f) from the target's patch of the largest
 * Φ_i·Φ_j/(|Φ_j| + 1e-8), the first of equals, which counts as constant.
 */
export function patchMatch(f: Value, g: Value): Value {
  const length = g.shape[0]!;
  const products = product(f, transpose(g)).data;
  const norms = product(square(g), constant(new Float64Array(g.shape[1]!).fill(1), [g.shape[1]!, 1])).data.map(
    Math.sqrt,
  );
  const nearest = range(f.shape[0]!).map((i) => {
    const likeness = norms.map((norm, j) => products[i * length + j]! / (norm + 1e-8));
    return likeness.indexOf(likeness.reduce((most, x) => Math.max(most, x)));
  });
  return mean(square(subtract(f, chooseRows(g, nearest))));
}

/** Gatys 2015: ½ mean (F − G)², row by row. */
export const content = (f: Value, g: Value) => scale(mean(square(subtract(f, g))), 0.5);

/** Mean of (f − g)². */
export const meanSquare = (f: Value, g: Value) => mean(square(subtract(f, g)));

/** Σ weight·value / Σ weight. */
export function weightedMean(values: readonly Value[], weights: readonly number[]): Value {
  const total = weights.reduce((so, weight) => so + weight, 0);
  if (!(total > 0)) throw new Error(`expected weights that sum to more than 0, got [${weights}]`);
  return values.map((v, i) => scale(v, weights[i]! / total)).reduce(add);
}
