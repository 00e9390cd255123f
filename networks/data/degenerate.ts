import type { Picture } from '../../engine/picture.js';
import { toPixels } from '../../engine/picture-file.js';
import { linearToOklab, srgbToLinear } from './oklab.js';

/**
 * Why a picture says nothing about its style: hardly anything is in the rays' way; it can't be told from its background; it is one
 * even area, with neither shading nor structure; it is burnt out or black.
 */
export const REASONS = ['empty', 'unseen', 'flat', 'clipped'] as const;
export type Reason = (typeof REASONS)[number];

/** Colours are compared in OKLab, where a difference of 0.02 is just seen. */
export const DEGENERATE_BOUNDS = {
  /** A pixel shows the object if less than this gets through. */
  transmittance: 0.75,
  /** Least share of such pixels. */
  object: 0.02,
  /** A pixel shows the background if more than this gets through. */
  background: 0.98,
  /** Least distance of the object's mean pixel from the background's colour, or of its pixels from that mean. */
  contrast: 0.045,
  /** Least standard deviation of the object's pixels. */
  deviation: 0.025,
  /** Least mean difference of two neighbours among them, unless they deviate by so much. */
  detail: 0.005,
  smooth: 0.06,
  /** Display values, of 255, that are white from here on, or black down to here. */
  white: 251,
  black: 4,
  /** Most of the object's pixels that may be either. */
  clipped: 0.5,
} as const;

/** Light of each 8-bit display value: a power for every pixel would take as long as rendering it. */
const LIGHT = Float64Array.from({ length: 256 }, (_, v) => srgbToLinear([v / 255, 0, 0])[0]);

/** Why the picture is of no use, or undefined if it is of use. It is looked at as a display shows it, in 8 bits. */
export function degenerateReason(picture: Picture): Reason | undefined {
  const { width, height, data } = picture;
  const bounds = DEGENERATE_BOUNDS;
  const pixels = toPixels(picture);
  const count = width * height;
  const lab = new Float32Array(3 * count);
  const isObject = new Uint8Array(count);
  let [objects, backgrounds, clipped] = [0, 0, 0];
  const sum = [0, 0, 0];
  const square = [0, 0, 0];
  const behind = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const [r, g, b] = [pixels[4 * i]!, pixels[4 * i + 1]!, pixels[4 * i + 2]!];
    const color = linearToOklab([LIGHT[r]!, LIGHT[g]!, LIGHT[b]!]);
    lab.set(color, 3 * i);
    const transmittance = data[4 * i + 3]!;
    if (transmittance < bounds.transmittance) {
      isObject[i] = 1;
      objects++;
      if (Math.min(r, g, b) >= bounds.white || Math.max(r, g, b) <= bounds.black) clipped++;
      for (const c of [0, 1, 2]) {
        sum[c]! += color[c]!;
        square[c]! += color[c]! ** 2;
      }
    } else if (transmittance > bounds.background) {
      backgrounds++;
      for (const c of [0, 1, 2]) behind[c]! += color[c]!;
    }
  }
  if (objects < bounds.object * count) return 'empty';
  if (clipped > bounds.clipped * objects) return 'clipped';
  const mean = sum.map((total) => total / objects);
  const variance = square.reduce((total, s, c) => total + s / objects - mean[c]! ** 2, 0);
  const deviation = Math.sqrt(Math.max(0, variance));
  if (deviation < bounds.deviation) return 'flat';
  if (backgrounds > 0) {
    const apart = Math.hypot(...mean.map((m, c) => m - behind[c]! / backgrounds));
    if (Math.max(apart, deviation) < bounds.contrast) return 'unseen';
  }
  if (deviation >= bounds.smooth) return undefined;
  return detail(lab, isObject, width, height) < bounds.detail ? 'flat' : undefined;
}

/** The mean difference of neighbouring pixels that both show the object. */
function detail(lab: Float32Array, isObject: Uint8Array, width: number, height: number): number {
  let [total, pairs] = [0, 0];
  const add = (i: number, j: number) => {
    if (!isObject[i] || !isObject[j]) return;
    pairs++;
    total += Math.hypot(
      lab[3 * i]! - lab[3 * j]!,
      lab[3 * i + 1]! - lab[3 * j + 1]!,
      lab[3 * i + 2]! - lab[3 * j + 2]!,
    );
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = x + width * y;
      if (x + 1 < width) add(i, i + 1);
      if (y + 1 < height) add(i, i + width);
    }
  }
  return pairs === 0 ? 0 : total / pairs;
}
