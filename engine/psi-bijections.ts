import type { ScalarSpec } from './psi-scalars.js';

/**
 * Maps between a scalar's legal values and the real line on which the optimizer works.
 *
 * Each map is onto the *closed* interval of legal values: a colour of exactly 0 or an extinction of exactly 0 is met
 * at a finite real with a slope that is not 0, so a start on a bound can leave it (a plain sigmoid or softplus reaches its
 * bound at infinity, where its gradient has died). `reals` gives the reals that the bounds belong to; the optimizer's step
 * is projected onto that interval.
 */
export interface Bijection {
  toValue(real: number): number;
  toReal(value: number): number;
  /** d value / d real. */
  slope(real: number): number;
  reals: readonly [low: number, high: number];
}

/** How far the sigmoid's own range reaches beyond each bound, as a share of the range. */
const MARGIN = 0.1;
const STRETCH = 1 + 2 * MARGIN;
const SIGMOID_END = Math.log((1 + MARGIN) / MARGIN);

const clamp = (x: number, low: number, high: number) => Math.min(high, Math.max(low, x));
const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));

/** value = low + (high − low)·(1.2·sigmoid(z) − 0.1). */
export function linear(low: number, high: number): Bijection {
  return {
    toValue: (z) => clamp(low + (high - low) * (STRETCH * sigmoid(z) - MARGIN), low, high),
    toReal: (value) => {
      const share = ((value - low) / (high - low) + MARGIN) / STRETCH;
      return Math.log(share / (1 - share));
    },
    slope: (z) => (high - low) * STRETCH * sigmoid(z) * (1 - sigmoid(z)),
    reals: [-SIGMOID_END, SIGMOID_END],
  };
}

/** The same on the logarithm: equal steps are equal factors. */
function log(low: number, high: number): Bijection {
  const exponent = linear(Math.log(low), Math.log(high));
  return {
    toValue: (z) => clamp(Math.exp(exponent.toValue(z)), low, high),
    toReal: (value) => exponent.toReal(Math.log(value)),
    slope: (z) => Math.exp(exponent.toValue(z)) * exponent.slope(z),
    reals: exponent.reals,
  };
}

/** Extinctions under this are moved by differences, those over it by factors. In 1/world unit. */
const ASINH_SCALE = 1;

/** value = sinh(z): linear near 0, exponential far from it. For values from 0 up. */
function asinh(low: number, high: number): Bijection {
  return {
    toValue: (z) => clamp(ASINH_SCALE * Math.sinh(z), low, high),
    toReal: (value) => Math.asinh(value / ASINH_SCALE),
    slope: (z) => ASINH_SCALE * Math.cosh(z),
    reals: [Math.asinh(low / ASINH_SCALE), Math.asinh(high / ASINH_SCALE)],
  };
}

const FAMILIES = { linear, log, asinh };

/** The map of one scalar that stands alone; those kept in order or as an interval are mapped together, see psi-blocks.ts. */
export function bijectionOf({ bijection, bounds }: ScalarSpec): Bijection {
  if (bijection === 'ordered' || bijection === 'interval') {
    throw new RangeError(`bijectionOf: ${bijection} scalars have no map of their own`);
  }
  return FAMILIES[bijection](bounds[0], bounds[1]);
}
