import { VoxstyleError } from '../../errors.js';
import { type Tensor2D, tf } from '../../tensors/index.js';
import type { Labels } from './batch.js';

/** N×N relations, row-major: 1 where they hold, else 0. */
export type Relation = (labels: Labels, i: number, j: number) => boolean;
export const sameStyle: Relation = ({ style }, i, j) => i !== j && style[i] === style[j];
export const sameStyleElsewhere: Relation = ({ style, cube }, i, j) => style[i] === style[j] && cube[i] !== cube[j];
export const hard: Relation = ({ style, cube }, i, j) => style[i] !== style[j] && cube[i] === cube[j];
export const other: Relation = ({ style, cube }, i, j) => style[i] !== style[j] && cube[i] !== cube[j];

/** Rows of a relation, each divided by its sum; rows of none stay 0. */
export function shares(labels: Labels, relation: Relation): Float32Array[] {
  const count = labels.style.length;
  return Array.from({ length: count }, (_, i) => {
    const row = Float32Array.from({ length: count }, (_, j) => (relation(labels, i, j) ? 1 : 0));
    const sum = row.reduce((a, b) => a + b, 0);
    return sum > 0 ? row.map((value) => value / sum) : row;
  });
}

export const some = (row: Float32Array) => row.some((value) => value > 0);

/**
 * Positives' and negatives' shares for each anchor, 0 for those that lack either; positives' add up to 1 over all
 * anchors.
 */
export function paired(positives: Float32Array[], negatives: Float32Array[]): [Tensor2D, Tensor2D] {
  const anchors = positives.map((row, i) => some(row) && some(negatives[i]!));
  const count = anchors.filter(Boolean).length;
  if (count === 0) throw lacking('pictures with another of their style and one of their cube in another style');
  const table = (rows: Float32Array[], scale: number) =>
    tf.stack(rows.map((row, i) => tf.tensor1d(row.map((value) => (anchors[i] ? value * scale : 0))))) as Tensor2D;
  return [table(positives, 1 / count), table(negatives, 1)];
}

function lacking(expected: string): VoxstyleError {
  return new VoxstyleError('bad-input', {
    where: 'a batch of pictures for f_style',
    expected,
    found: 'none',
    fix: 'render each style on several cubes, and each cube in several styles',
  });
}

export function requireHard(rows: readonly Float32Array[]): void {
  if (!rows.some(some))
    throw lacking('pictures of the same cube in several styles, so that cubes can’t be learned instead');
}
