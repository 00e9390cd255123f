import { pointwise } from './pointwise.js';

/** Half-width of the parabola around 0, in display-referred units: about a quarter of an 8-bit step. */
const EPSILON = 1e-3;

/**
 * Mean of √(d² + ε²) − ε: l1 with its corner rounded, so smooth everywhere; 0 at d = 0. ρ′ = d / √(d² + ε²).
 *
 * Charbonnier, Blanc-Féraud, Aubert, Barlaud, "Two deterministic half-quadratic regularization algorithms for computed
 * imaging", ICIP 1994.
 */
export const charbonnier = pointwise(
  'charbonnier',
  // Equals √(d² + ε²) − ε, without its cancellation where d is small.
  (d) => (d * d) / (root(d) + EPSILON),
  (d) => d / root(d),
);

const root = (d: number) => Math.sqrt(d * d + EPSILON * EPSILON);
