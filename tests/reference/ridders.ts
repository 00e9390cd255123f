/** A value with the size that its own parts have (see gradient.ts) and an estimate of its absolute error. */
export interface Derivative {
  value: number;
  scale: number;
  error: number;
}

const STEPS = 7;
const SHRINK = 4;
const ENOUGH = 1e-10;

/**
 * The derivative from central differences (f(x+h) − f(x−h))/2h by Ridders' method (1982): the step shrinks, Neville's
 * scheme extrapolates the differences to step 0, and the entry that agrees best with its two parents is the result. So a
 * step is found that is small against the function's bends and yet large against rounding, for each scalar by itself.
 *
 * @param difference the central difference of step h, with the error that rounding has in it.
 * @param first the largest step.
 * @returns NaN with an infinite error if no two steps give finite differences.
 */
export function ridders(difference: (h: number) => Derivative, first: number): Derivative {
  let best: Derivative = { value: Number.NaN, scale: Number.NaN, error: Number.POSITIVE_INFINITY };
  let previous: number[] = [];
  for (let i = 0; i < STEPS; i++) {
    const { value, scale, error: rounding } = difference(first / SHRINK ** i);
    const row = [value];
    for (let order = 1; order <= i; order++) {
      const lower = row[order - 1]!;
      const parent = previous[order - 1]!;
      const extrapolated = lower + (lower - parent) / (SHRINK ** (2 * order) - 1);
      // Two estimates may agree by chance to more digits than rounding has left them.
      const error = Math.max(Math.abs(extrapolated - lower), Math.abs(extrapolated - parent), rounding);
      if (error < best.error) best = { value: extrapolated, scale, error };
      row.push(extrapolated);
    }
    // Rounding only grows from here on.
    if (best.error <= Math.max(ENOUGH * best.scale, rounding)) break;
    previous = row;
  }
  return best;
}
