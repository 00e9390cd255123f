import type { Picture } from '../engine/picture.js';
import type { Loss } from './loss.js';
import { COLOURS } from './loss.js';

/** Luma of ITU-R BT.709, of display-referred values. */
const LUMA = [0.2126, 0.7152, 0.0722] as const;

/** The picture in grey: its luma in all three colours. */
export function inGrey(picture: Picture): Picture {
  const data = picture.data.slice();
  for (let i = 0; i < data.length; i += 4) {
    data.fill(LUMA[0] * data[i]! + LUMA[1] * data[i + 1]! + LUMA[2] * data[i + 2]!, i, i + COLOURS);
  }
  return { ...picture, data };
}

/** A loss that is shown pictures in grey. Its targets have to be grey too. */
export function ofGrey(loss: Loss): Loss {
  return {
    name: loss.name,
    stochastic: loss.stochastic,
    async evaluate(picture, context) {
      const { gradient, ...rest } = await loss.evaluate(inGrey(picture), context);
      for (let i = 0; i < gradient.length; i += 4) {
        const grey = gradient[i]! + gradient[i + 1]! + gradient[i + 2]!;
        for (let c = 0; c < COLOURS; c++) gradient[i + c] = LUMA[c]! * grey;
      }
      return { ...rest, gradient };
    },
    dispose: () => loss.dispose?.(),
  };
}

/** Standard deviations smaller than this, of display-referred values, are noise: they aren't stretched. */
const LEAST_DEVIATION = 1e-2;

/**
 * The picture with the mean and the covariance of another's colours, x ↦ L′L⁻¹(x − μ) + μ′, where LLᵀ and L′L′ᵀ are Cholesky
 * factors of the covariances; then clamped to [0, 1].
 *
 * Gatys, Bethge, Hertzmann, Shechtman, "Preserving color in neural artistic style transfer", 2016, section 4.
 */
export function recoloured(picture: Picture, like: Picture): Picture {
  const from = colourStatistics(picture);
  const to = colourStatistics(like);
  const data = picture.data.slice();
  for (let i = 0; i < data.length; i += 4) {
    // z = L⁻¹(x − μ), by forward substitution.
    const z = [0, 0, 0];
    for (let a = 0; a < COLOURS; a++) {
      let sum = data[i + a]! - from.mean[a]!;
      for (let b = 0; b < a; b++) sum -= from.factor[a]![b]! * z[b]!;
      z[a] = sum / from.factor[a]![a]!;
    }
    for (let a = 0; a < COLOURS; a++) {
      let value = to.mean[a]!;
      for (let b = 0; b <= a; b++) value += to.factor[a]![b]! * z[b]!;
      data[i + a] = Math.min(1, Math.max(0, value));
    }
  }
  return { ...picture, data };
}

/** Mean and lower Cholesky factor of the covariance. */
function colourStatistics({ data }: Picture): { mean: number[]; factor: number[][] } {
  const count = data.length / 4;
  const mean = [0, 0, 0];
  for (let i = 0; i < data.length; i += 4) for (let a = 0; a < COLOURS; a++) mean[a]! += data[i + a]! / count;
  const factor = [0, 1, 2].map(() => [0, 0, 0]);
  for (let a = 0; a < COLOURS; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = a === b ? LEAST_DEVIATION ** 2 : 0;
      for (let i = 0; i < data.length; i += 4) sum += ((data[i + a]! - mean[a]!) * (data[i + b]! - mean[b]!)) / count;
      for (let k = 0; k < b; k++) sum -= factor[a]![k]! * factor[b]![k]!;
      factor[a]![b] = a === b ? Math.sqrt(sum) : sum / factor[b]![b]!;
    }
  }
  return { mean, factor };
}
