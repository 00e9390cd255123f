import type { Random } from '../../random.js';
import { oklchToLinear, type Triple } from './oklab.js';

/**
 * Which hues a palette has, as painters and viewers' lookup tables choose them: one; neighbours within 25 to 80°; a hue and its
 * opposite; three that are 120° apart; none.
 */
export const HUE_SCHEMES = ['single', 'analogous', 'complementary', 'triadic', 'grey'] as const;
export type HueScheme = (typeof HUE_SCHEMES)[number];

export interface Palette {
  scheme: HueScheme;
  /** Linear RGB in [0, 1], from what is faint in the volume to what is bright. */
  colors: Triple[];
}

export interface PaletteOptions {
  scheme?: HueScheme;
  /** The hue that it begins with, in degrees of OKLCh. */
  hue?: number;
}

/** How often each scheme is drawn: presets of one or a few related hues are the rule, grey ones are common for CT. */
const WEIGHTS: Readonly<Record<HueScheme, number>> = {
  single: 0.2,
  analogous: 0.33,
  complementary: 0.17,
  triadic: 0.12,
  grey: 0.18,
};
/** Lightness of the first colour and the last; OKLab's L. */
const DARK = [0.3, 0.6] as const;
const LIGHT = [0.72, 0.98] as const;
/** How often the ramp falls, as in inverted lookup tables. */
const FALLING = 0.15;
/** OKLab's C, before what sRGB doesn't have is taken off. */
const CHROMA = [0.06, 0.22] as const;
/** Most presets for CT and MRI are of skin, muscle and bone: hues from red to yellow. */
const WARM = { share: 0.35, hues: [20, 95] } as const;
/** How far about the wheel the hues of an analogous palette spread, in degrees. */
const SPREAD = [25, 80] as const;

/** One of the names, as often as its weight says. */
export function choose<Name extends string>(random: Random, weights: Readonly<Record<Name, number>>): Name {
  const entries = Object.entries(weights) as [Name, number][];
  let left = random.uniform() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight] of entries) {
    left -= weight;
    if (left < 0) return name;
  }
  return entries.at(-1)![0];
}

export function sampleHue(random: Random): number {
  return random.uniform() < WARM.share ? random.between(...WARM.hues) : random.between(0, 360);
}

/** The hue at a place in [0, 1] along the palette. */
function hueAt(scheme: HueScheme, first: number, spread: number, place: number): number {
  if (scheme === 'analogous') return first + spread * place;
  if (scheme === 'complementary') return first + (place < 0.5 ? 0 : 180);
  if (scheme === 'triadic') return first + 120 * Math.min(2, Math.floor(3 * place));
  return first;
}

/**
 * A palette: the hues of one scheme, and a lightness that rises (or, in 15 % of palettes, falls) evenly from one end to the other;
 * chroma is the same but for a little jitter, less towards white.
 */
export function samplePalette(random: Random, count: number, options: PaletteOptions = {}): Palette {
  const scheme = options.scheme ?? choose(random, WEIGHTS);
  const first = options.hue ?? sampleHue(random);
  const spread = random.between(...SPREAD) * (random.uniform() < 0.5 ? -1 : 1);
  const chroma = scheme === 'grey' ? random.between(0, 0.015) : random.between(...CHROMA);
  const ends = [random.between(...DARK), random.between(...LIGHT)] as const;
  const falls = random.uniform() < FALLING;
  const colors = Array.from({ length: count }, (_, i) => {
    const place = count === 1 ? 1 : i / (count - 1);
    const rise = falls ? 1 - place : place;
    const lightness = ends[0] + (ends[1] - ends[0]) * rise + random.between(-0.03, 0.03);
    const pale = 1 - 0.45 * rise;
    const jitter = random.between(0.85, 1.15);
    return oklchToLinear([lightness, chroma * pale * jitter, hueAt(scheme, first, spread, place)]);
  });
  return { scheme, colors };
}
