import type { Psi } from '../../engine/psi.js';
import { linearToSrgb, type Triple } from '../data/oklab.js';

/** Middle grey, and what keeps the slope at black finite; as in engine/image-formation.md. */
const GREY = 0.18;
const TOE = 2 ** -16;
const LUMINANCE = [0.2126, 0.7152, 0.0722] as const;

/** What a display shows of a linear colour under a tone: steps 1 to 6 of image-formation.md's Tone, clamped to [0, 1]. */
export function shownColor(color: Readonly<Triple>, tone: Psi['tone']): Triple {
  const contrasted = color.map((c) => GREY * ((c * 2 ** tone.exposure + TOE) / GREY) ** tone.contrast);
  const luminance = contrasted.reduce((sum, c, i) => sum + LUMINANCE[i]! * c, 0);
  const saturated = contrasted.map((c) => luminance + tone.saturation * (c - luminance));
  const linear = rotated(saturated, (tone.hue * Math.PI) / 180).map((c) => (Math.max(c, 0) + TOE) ** (1 / tone.gamma));
  const shown = tone.encoding === 'srgb' ? linearToSrgb(linear as Triple) : linear;
  return shown.map((c) => Math.min(1, Math.max(0, c))) as Triple;
}

/** About (1, 1, 1)/√3, right-handed (Rodrigues). */
function rotated([r, g, b]: number[], angle: number): number[] {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const along = ((r! + g! + b!) / 3) * (1 - cos);
  const cross = [b! - g!, r! - b!, g! - r!].map((c) => c / Math.sqrt(3));
  return [r!, g!, b!].map((c, i) => c * cos + cross[i]! * sin + along);
}
