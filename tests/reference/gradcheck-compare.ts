import type { ScalarGradient } from './gradient.js';

/** A scalar passes within this share of its gradient … */
export const RELATIVE = 1e-3;
/** … or this share of the sum of what the pixels contribute to it, whatever their signs. */
export const ABSOLUTE = 1e-6;
/**
 * Of a value of the picture. float32 leaves 2⁻²³ of each of a few dozen samples; the steepest that tone makes of that is,
 * just over black, 12.92·2^exposure times about 10 from a contrast or gamma at the end of what scenes have.
 */
export const PICTURE_TOLERANCE = 1e-4;

/** One scalar of one case. A gradient that is NaN fails; JSON has null in its place. */
export interface GradcheckRow {
  path: string;
  /** ∂L/∂Ψ_j by the renderer's adjoint. */
  analytic: number;
  /** The same by differences of the reference. */
  numeric: number;
  difference: number;
  /** max(RELATIVE·|numeric|, ABSOLUTE·scale) + what the differences are uncertain by. */
  tolerance: number;
  /** Σ over pixels of |the pixel's part of `numeric`|. */
  scale: number;
  ok: boolean;
}

/** The largest difference of a value of two pictures. */
export interface PictureComparison {
  difference: number;
  tolerance: number;
  ok: boolean;
}

export function compareGradient(
  { path, value: numeric, scale, error }: ScalarGradient,
  analytic: number,
): GradcheckRow {
  const difference = Math.abs(analytic - numeric);
  const tolerance = Math.max(RELATIVE * Math.abs(numeric), ABSOLUTE * scale) + error;
  // A NaN is not within any tolerance.
  return { path, analytic, numeric, difference, tolerance, scale, ok: difference <= tolerance };
}

export function comparePictures(actual: ArrayLike<number>, expected: ArrayLike<number>): PictureComparison {
  let difference = 0;
  for (let i = 0; i < expected.length && !Number.isNaN(difference); i++) {
    const here = Math.abs(actual[i]! - expected[i]!);
    if (!(here <= difference)) difference = here;
  }
  return { difference, tolerance: PICTURE_TOLERANCE, ok: difference <= PICTURE_TOLERANCE };
}
