import { seededRandom } from '../../random.js';

export const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);
export const largest = (values: Float64Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
export const gaussian = (n: number, seed: number) => Float64Array.from({ length: n }, seededRandom(seed).normal);

export type Matrix = number[][];
export const times = (matrix: Matrix, vector: ArrayLike<number>) =>
  Float64Array.from(matrix, (row) => dot(row, vector));

export interface Quadratic {
  start: Float64Array;
  loss(at: Float64Array): number;
  gradient(at: Float64Array): Float64Array;
}

/** ½ (x − m)ᵀ A (x − m) with the given eigenvalues about random axes, from a random start. */
export function quadratic(eigenvalues: readonly number[], seed: number): Quadratic {
  const n = eigenvalues.length;
  const axes: Float64Array[] = [];
  for (let i = 0; i < n; i++) {
    // Gram and Schmidt, twice over, for axes that are orthogonal to the last digits.
    let axis = gaussian(n, 100 * seed + i);
    for (const other of [...axes, ...axes]) {
      const share = dot(axis, other);
      axis = axis.map((value, k) => value - share * other[k]!);
    }
    const length = Math.sqrt(dot(axis, axis));
    axes.push(axis.map((value) => value / length));
  }
  const hessian = Array.from({ length: n }, (_, r) =>
    Array.from({ length: n }, (_, c) => eigenvalues.reduce((sum, e, k) => sum + e * axes[k]![r]! * axes[k]![c]!, 0)),
  );
  const minimum = gaussian(n, 100 * seed + n);
  const from = (at: Float64Array) => at.map((value, i) => value - minimum[i]!);
  return {
    start: gaussian(n, 100 * seed + n + 1),
    loss: (at) => dot(from(at), times(hessian, from(at))) / 2,
    gradient: (at) => times(hessian, from(at)),
  };
}
