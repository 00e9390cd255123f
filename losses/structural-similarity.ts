import { type Tensor3D, tf } from '../tensors/index.js';
import { correlateEach } from './pool.js';

/** Taps of the Gaussian window on each side; pictures need as many pixels. */
export const WINDOW = 11;
/** Pixels by which the maps are smaller than the picture on each side. */
export const MARGIN = (WINDOW - 1) / 2;
const SIGMA = 1.5;
const C1 = 0.01 ** 2;
const C2 = 0.03 ** 2;

const TAPS = normalised(Array.from({ length: WINDOW }, (_, i) => Math.exp(-((i - MARGIN) ** 2) / (2 * SIGMA ** 2))));

function normalised(taps: number[]): number[] {
  const total = taps.reduce((sum, tap) => sum + tap, 0);
  return taps.map((tap) => tap / total);
}

/** Means over the window, which is separable; of the valid part. */
function windowed(map: Tensor3D): Tensor3D {
  const down = correlateEach(
    map,
    TAPS.map((tap) => [tap]),
  );
  return correlateEach(down, [TAPS]);
}

/**
 * What is to be known of one of two pictures: its colours (h×w×3), and their mean and variance in each window (h−10 ×
 * w−10 × 3).
 */
export interface Local extends Record<string, Tensor3D> {
  colours: Tensor3D;
  mean: Tensor3D;
  variance: Tensor3D;
}

export function localOf(colours: Tensor3D): Local {
  // A tensor of its own, as it may be kept longer than what it is taken from.
  return { colours: colours.clone(), ...momentsOf(colours, windowed(colours)) };
}

function momentsOf(colours: Tensor3D, mean: Tensor3D): { mean: Tensor3D; variance: Tensor3D } {
  return { mean, variance: tf.sub(windowed(tf.square(colours)), tf.square(mean)) };
}

/** 1 − l and 1 − cs, of luminance and of contrast and structure: 0 where pictures are alike, at most 1 and 2. */
export interface Unlikeness {
  luminance: Tensor3D;
  structure: Tensor3D;
}

/**
 * The two factors of SSIM = l·cs in each window of two pictures x and y, for a range of values of 1,
 *
 *     l = (2μμ′ + C₁)/(μ² + μ′² + C₁)    cs = (2σ_xy + C₂)/(σ² + σ′² + C₂)    C₁ = 0.01², C₂ = 0.03²,
 *
 * each subtracted from 1, unreduced (h−10 × w−10 × 3), differentiable with respect to x. With d = x − y these are
 *
 *     1 − l = μ_d²/(μ² + μ′² + C₁)    1 − cs = σ_d²/(σ² + σ′² + C₂),
 *
 * which keeps its digits where the pictures are almost equal, and is 0 where they are.
 */
export function unlikeness(x: Tensor3D, y: Local): Unlikeness {
  const difference: Tensor3D = tf.sub(x, y.colours);
  const apart = momentsOf(difference, windowed(difference));
  const own = momentsOf(x, tf.add(y.mean, apart.mean));
  const means = tf.add(tf.add(tf.square(own.mean), tf.square(y.mean)), C1);
  const variances = tf.add(tf.add(own.variance, y.variance), C2);
  return { luminance: tf.div(tf.square(apart.mean), means), structure: tf.div(apart.variance, variances) };
}

/** 1 − l·cs = 1 − SSIM. */
export const unlikenessOfBoth = ({ luminance, structure }: Unlikeness): Tensor3D =>
  tf.sub(tf.add(luminance, structure), tf.mul(luminance, structure));
