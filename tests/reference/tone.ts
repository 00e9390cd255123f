import type { Psi } from '../../engine/psi.js';
import { type BranchPoints, power } from './branches.js';
import { mix } from './sampling.js';

export type Rgb = readonly [red: number, green: number, blue: number];

/** P of the specification. */
export const MIDDLE_GREY = 0.18;
/** ε of the specification. */
export const TOE = 2 ** -16;

const each = ([r, g, b]: Rgb, f: (c: number) => number): Rgb => [f(r), f(g), f(b)];

/** Rodrigues' rotation of c about the grey axis (1,1,1)/√3. */
function rotateHue([r, g, b]: Rgb, degrees: number): Rgb {
  const angle = (degrees * Math.PI) / 180;
  const cos = Math.cos(angle);
  const across = Math.sin(angle) / Math.sqrt(3);
  const along = ((r + g + b) / 3) * (1 - cos);
  return [r * cos + (b - g) * across + along, g * cos + (r - b) * across + along, b * cos + (g - r) * across + along];
}

function encodeSrgb(c: number, branches: BranchPoints): number {
  const linear = branches.take(c <= 0.0031308 ? 1 : 0) === 1;
  return linear ? 12.92 * c : 1.055 * power(c, 1 / 2.4, branches) - 0.055;
}

function compressHighlight(c: number, branches: BranchPoints): number {
  return branches.take(c <= 1 ? 0 : 1) === 0 ? c : 1 + 0.05 * (c - 1);
}

/** Linear light to display values, in the specification's seven steps. */
export function applyTone(tone: Psi['tone'], linear: Rgb, branches: BranchPoints): Rgb {
  let c = each(linear, (x) => x * 2 ** tone.exposure);
  c = each(c, (x) => MIDDLE_GREY * power((x + TOE) / MIDDLE_GREY, tone.contrast, branches));
  const luminance = 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
  c = each(c, (x) => luminance + tone.saturation * (x - luminance));
  c = rotateHue(c, tone.hue);
  c = each(c, (x) => {
    const negative = branches.take(x < 0 ? 1 : 0) === 1;
    return power((negative ? 0 : x) + TOE, 1 / tone.gamma, branches);
  });
  if (tone.encoding === 'srgb') c = each(c, (x) => encodeSrgb(x, branches));
  return each(c, (x) => compressHighlight(x, branches));
}

/**
 * Puts the background behind the volume's light and applies the tone.
 *
 * @param light what compositeRays returns.
 * @returns per pixel the display red, green and blue, and the transmittance as it was.
 */
export function developPicture(
  light: Float64Array,
  size: { width: number; height: number },
  psi: Psi,
  branches: BranchPoints,
): Float64Array {
  const { top, bottom } = psi.background;
  const picture = new Float64Array(light.length);
  for (let pixel = 0; pixel < light.length / 4; pixel++) {
    const share = (Math.floor(pixel / size.width) + 0.5) / size.height;
    const transmittance = light[pixel * 4 + 3]!;
    const behind = (i: 0 | 1 | 2) => light[pixel * 4 + i]! + transmittance * mix(top[i], bottom[i], share);
    picture.set(applyTone(psi.tone, [behind(0), behind(1), behind(2)], branches), pixel * 4);
    picture[pixel * 4 + 3] = transmittance;
  }
  return picture;
}
