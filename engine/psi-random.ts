import type { Random } from '../random.js';
import type { Psi, PsiChannel } from './psi.js';

/** How extinction is spread over the knots: about everywhere and high, everywhere and low, or on single knots. */
export const EXTINCTION_PROFILES = ['dense', 'thin', 'spiky'] as const;
export type ExtinctionProfile = (typeof EXTINCTION_PROFILES)[number];

const logBetween = (random: Random, low: number, high: number) =>
  Math.exp(random.between(Math.log(low), Math.log(high)));

function extinction(random: Random, profile: ExtinctionProfile): number {
  if (profile === 'dense') return logBetween(random, 5, 100);
  if (profile === 'thin') return logBetween(random, 0.05, 2);
  return random.uniform() < 0.6 ? 0 : logBetween(random, 20, 200);
}

/** About the template's, which the cube's quantiles gave: each end moved by up to a fifth of the width, out or in. */
function randomWindow(random: Random, { lo, hi }: PsiChannel['window']): PsiChannel['window'] {
  const reach = 0.2 * (hi - lo);
  return { lo: lo + random.between(-reach, reach), hi: hi + random.between(-reach, reach) };
}

function randomChannel(random: Random, channel: PsiChannel, profile: ExtinctionProfile): PsiChannel {
  const color = (): [number, number, number] => [random.uniform(), random.uniform(), random.uniform()];
  // Gaps of at least half the mean one.
  const gaps = Array.from({ length: channel.knots.length + 1 }, () => random.between(0.5, 1.5));
  const sum = gaps.reduce((a, b) => a + b, 0);
  let x = 0;
  return {
    ...channel,
    window: randomWindow(random, channel.window),
    gamma: logBetween(random, 0.6, 1.6),
    knots: channel.knots.map((_, k) => {
      x += gaps[k]! / sum;
      return { x, color: color(), extinction: extinction(random, profile) };
    }),
  };
}

/**
 * The same Ψ with surfaces drawn at random: gradient opacity of each channel, full surfaces within a
 * length of 0.05 … 0.3, ambient 0.2 … 0.7, diffuse 0.3 … 1, specular up to
 * 0.6 with shininess 4 … 40, a tinted key light of intensity 0.5 … 1.2 from anywhere on the eye's side, a headlight up to 0.5.
 */
export function withRandomSurfaces(psi: Psi, random: Random): Psi {
  const tint = () => random.between(0.6, 1);
  return {
    ...psi,
    channels: psi.channels.map((channel) => ({ ...channel, gradientOpacity: random.between(0, 0.8) })),
    shading: {
      ambient: random.between(0.2, 0.7),
      diffuse: random.between(0.3, 1),
      specular: random.between(0, 0.6),
      shininess: logBetween(random, 4, 40),
    },
    surface: { length: logBetween(random, 0.05, 0.3) },
    lights: {
      key: {
        azimuth: random.between(-80, 80),
        elevation: random.between(-60, 80),
        color: [tint(), tint(), tint()],
        intensity: random.between(0.5, 1.2),
      },
      headlight: { intensity: random.between(0, 0.5) },
    },
  };
}

/**
 * A Ψ with every scalar of windows, transfer functions, density, background and tone drawn at random, within what people use;
 * the rest is the template's.
 * Windows about the template's, gammas, knots (uniform colours, extinction by profile), density within a factor of 2, two dark
 * background colours, a stop of exposure, tone about neutral.
 */
export function randomPsi(template: Psi, random: Random, profile: ExtinctionProfile): Psi {
  const background = (): [number, number, number] => [
    random.between(0, 0.4),
    random.between(0, 0.4),
    random.between(0, 0.4),
  ];
  return {
    ...structuredClone(template),
    channels: template.channels.map((channel) => randomChannel(random, channel, profile)),
    density: logBetween(random, 0.5, 2),
    background: { top: background(), bottom: background() },
    tone: {
      ...template.tone,
      exposure: random.between(-1, 1),
      contrast: logBetween(random, 0.75, 1.33),
      saturation: random.between(0.5, 1.5),
      hue: random.between(-60, 60),
      gamma: logBetween(random, 0.75, 1.33),
    },
  };
}
