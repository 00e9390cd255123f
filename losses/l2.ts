import { pointwise } from './pointwise.js';

/** Mean squared difference, mean d², without the factor ½ that some texts put before it; ρ′ = 2d. */
export const l2 = pointwise(
  'l2',
  (d) => d * d,
  (d) => 2 * d,
);
