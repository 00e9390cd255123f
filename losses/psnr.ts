import type { Picture } from '../engine/picture.js';
import { COLOURS, requireSameSize } from './loss.js';

/**
 * Peak signal-to-noise ratio in dB, −10 log₁₀(mean squared difference), of the colours as a display shows them: clamped
 * to [0, 1], peak 1, not rounded to 8 bits. Infinite for equal pictures. A measure to report, not a loss.
 */
export function psnr(picture: Picture, target: Picture): number {
  requireSameSize('PSNR', picture, target);
  let sum = 0;
  for (let pixel = 0; pixel < picture.data.length; pixel += 4) {
    for (let i = pixel; i < pixel + COLOURS; i++) sum += (shown(picture.data[i]!) - shown(target.data[i]!)) ** 2;
  }
  return -10 * Math.log10(sum / (picture.width * picture.height * COLOURS));
}

const shown = (value: number) => Math.min(Math.max(value, 0), 1);
