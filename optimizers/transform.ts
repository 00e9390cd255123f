import { VoxstyleError } from '../errors.js';

/**
 * Plain data that JSON writes and reads back to the same bits: no typed array, no undefined, no infinity, no NaN, no −0.
 * A checkpoint holds the state of an optimizer, so a resumed run takes the same steps as one that was not stopped.
 */
export type StateData =
  | null
  | number
  | boolean
  | string
  | readonly StateData[]
  | { readonly [field: string]: StateData };

/**
 * A step in the making, after optax: gradients in, updates out, to be *added* to the parameters. Pure: neither arrays nor
 * states are written, so a caller rejects a step by dropping what `update` returned. Finite in, finite out is the caller's
 * to check; a gradient that is not finite must not get here, for it would stay in the moments.
 */
export interface GradientTransformation<S extends StateData = StateData> {
  init(params: Float64Array): S;
  update(gradient: Float64Array, state: S, params: Float64Array): { updates: Float64Array; state: S };
}

/** params + updates, a new array. */
export function applyUpdates(params: Float64Array, updates: Float64Array): Float64Array {
  requireLength('updates', updates.length, params.length);
  return params.map((value, i) => value + updates[i]!);
}

/** Numbers as a state keeps them. JSON writes −0 as 0, so a state never holds −0. */
export function toState(values: Float64Array): number[] {
  return Array.from(values, (value) => value + 0);
}

/** @throws VoxstyleError 'internal', when a state or a gradient belongs to another number of parameters. */
export function requireLength(where: string, found: number, expected: number): void {
  if (found === expected) return;
  throw new VoxstyleError('internal', {
    where: `optimizer, ${where}`,
    expected: `${expected} numbers, one a free parameter`,
    found: String(found),
    fix: 'start the optimizer anew whenever the set of free parameters changes',
  });
}

/** @throws VoxstyleError 'usage', when a hyperparameter is out of its range. */
export function requireOption(name: string, value: number, expected: string, holds: boolean): void {
  if (holds) return;
  throw new VoxstyleError('usage', {
    where: `optimizer, ${name}`,
    expected,
    found: String(value),
    fix: `correct ${name}`,
  });
}
