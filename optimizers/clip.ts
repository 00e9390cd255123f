import { type GradientTransformation, requireOption } from './transform.js';

/**
 * Scales a gradient whose Euclidean norm over all parameters exceeds `maxNorm` down to that norm, its direction kept.
 *
 * Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks", ICML 2013.
 */
export function clipByGlobalNorm(maxNorm: number): GradientTransformation<null> {
  requireOption('maxNorm', maxNorm, 'a positive number', maxNorm > 0);
  return {
    init: () => null,
    update(gradient) {
      const norm = globalNorm(gradient);
      const updates = norm > maxNorm ? gradient.map((g) => (g / norm) * maxNorm) : gradient.slice();
      return { updates, state: null };
    },
  };
}

/** The Euclidean norm, scaled by the largest component so that no square overflows and clips a large gradient to 0. */
export function globalNorm(values: Float64Array): number {
  const largest = values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  return largest * Math.sqrt(values.reduce((sum, value) => sum + (value / largest) ** 2, 0));
}
