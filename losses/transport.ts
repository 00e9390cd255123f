import { createArgsort, createSort } from './argsort.js';

/*
 * Optimal transport in one dimension: of N numbers and a target's M, the i-th smallest goes to the target's quantile at level
 * (i + ½)/N, which is linear between the M sorted values that stand at levels (j + ½)/M, and constant beyond the ends.
 */

/** Fills `quantiles` with the sorted values' quantiles at the levels (i + ½)/N. */
export function readQuantiles(sorted: Float32Array, quantiles: Float64Array): void {
  const last = sorted.length - 1;
  const ratio = sorted.length / quantiles.length;
  for (let i = 0; i < quantiles.length; i++) {
    const position = Math.min(Math.max((i + 0.5) * ratio - 0.5, 0), last);
    const below = Math.floor(position);
    const low = sorted[below]!;
    const high = sorted[Math.min(below + 1, last)]!;
    quantiles[i] = low + (position - below) * (high - low);
  }
}

/**
 * Fills `differences` with each value's p − q, the members of a tie sharing the mean of theirs: they can't be told apart, so
 * their place among the values must not decide which of them goes where. Returns Σ (p − q)², before that sharing.
 */
export function transport(
  values: Float32Array,
  order: Uint32Array,
  quantiles: Float64Array,
  differences: Float64Array,
): number {
  const count = values.length;
  let squares = 0;
  for (let start = 0, end = 0; start < count; start = end) {
    const value = values[order[start]!]!;
    let total = 0;
    // A NaN equals nothing, itself included, and is a group of one.
    for (end = start; end === start || (end < count && values[order[end]!]! === value); end++) {
      const difference = value - quantiles[end]!;
      squares += difference * difference;
      total += difference;
    }
    const mean = total / (end - start);
    for (let i = start; i < end; i++) differences[order[i]!] = mean;
  }
  return squares;
}

/** Several transports at once, of the rows of matrices that have equally many rows. */
export interface RowTransport {
  /** The matrix with each of its `count` rows sorted. */
  sorted(rows: Float32Array, count: number): Float32Array;
  /**
   * The mean of (p − q)² over all entries of `count` rows, to those of a target whose rows are sorted, and its gradient with q
   * constant, 2(p − q)/(entries), of the layout of `rows`.
   */
  toSorted(rows: Float32Array, target: Float32Array, count: number): { value: number; gradient: Float32Array };
}

/** Makes row transports that share their scratch memory. */
export function createRowTransport(): RowTransport {
  const argsort = createArgsort();
  const sort = createSort();
  let quantiles = new Float64Array(0);
  let differences = new Float64Array(0);

  return {
    sorted(rows, count) {
      const sorted = new Float32Array(rows.length);
      const length = rows.length / count;
      for (let start = 0; start < rows.length; start += length) {
        sort(rows.subarray(start, start + length), sorted.subarray(start, start + length));
      }
      return sorted;
    },
    toSorted(rows, target, count) {
      const gradient = new Float32Array(rows.length);
      const length = rows.length / count;
      const targetLength = target.length / count;
      if (quantiles.length !== length) {
        quantiles = new Float64Array(length);
        differences = new Float64Array(length);
      }
      const scale = 2 / rows.length;
      let squares = 0;
      for (let row = 0; row < count; row++) {
        const start = row * length;
        const values = rows.subarray(start, start + length);
        readQuantiles(target.subarray(row * targetLength, (row + 1) * targetLength), quantiles);
        squares += transport(values, argsort(values), quantiles, differences);
        for (let i = 0; i < length; i++) gradient[start + i] = scale * differences[i]!;
      }
      return { value: squares / rows.length, gradient };
    },
  };
}
