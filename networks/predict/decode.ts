import type { Cube } from '../../cubes/index.js';
import { PSI_VERSION, type Psi, parsePsi } from '../../engine/psi.js';
import { freeByDefault } from '../../engine/psi-default.js';
import { toVector } from '../../engine/psi-vector.js';
import { type IntensityScale, intensityScale } from '../data/intensity-scale.js';
import { spreadApart } from '../data/knot-places.js';
import { slopeOfSrgb, srgbToLinear, type Triple } from '../data/oklab.js';
import { CHANNEL_COUNT, CHANNELS, CLEAR_KNOTS, GLOBAL_COUNT, GLOBALS, LEAST_EXTINCTION, SEEN_KNOTS } from './layout.js';
import { type Numbers, numbersOf } from './numbers.js';

/** A row as the Ψ of a cube. */
export interface Decoded {
  readonly psi: Psi;
  /**
   * ∂L/∂row from ∂L/∂Ψ, the latter in the order of `toVector(psi)`. Numbers that were clamped get 0, and so do the switch of
   * the lights and, while they are off, all that is theirs; knots that were moved apart are taken for unmoved.
   */
  pullback(gradient: ArrayLike<number>): Float32Array;
}

/** A window or a gap narrower than this, in shares, is none. */
const LEAST_SHARE = 0.01;

/**
 * The Ψ for a cube of a row, `rowLength(channels)` numbers; inverse of `encode` where nothing is clamped and no knots are
 * moved apart.
 *
 * @param camera taken as it is: a style has none.
 * @throws VoxstyleError `bad-input` for numbers that aren't finite, or more channels than Ψ has.
 */
export function decode(row: Float32Array, cube: Cube, camera: Psi['camera']): Decoded {
  const all = numbersOf(row, GLOBALS, 0);
  const { one } = all;
  const shaded = one('shaded') > 0.5;
  const channels = cube.channels.map((channel, c) => {
    const numbers = numbersOf(row, CHANNELS, GLOBAL_COUNT + c * CHANNEL_COUNT);
    return { ...decodeChannel(numbers, intensityScale(channel), shaded), name: channel.name };
  });
  const psi = parsePsi(
    {
      version: PSI_VERSION,
      channels: channels.map(({ name, document }) => ({ ...(name !== undefined && { name }), ...document })),
      ...(shaded && {
        surface: { length: Math.exp(one('surface.log length')) },
        shading: {
          ambient: one('shading.ambient'),
          diffuse: one('shading.diffuse'),
          specular: one('shading.specular'),
          shininess: Math.exp(one('shading.log shininess')),
        },
        lights: {
          key: {
            azimuth: one('key.azimuth'),
            elevation: one('key.elevation'),
            intensity: one('key.intensity'),
          },
          headlight: { intensity: one('headlight.intensity') },
        },
      }),
      background: {
        top: srgbToLinear(all.value('background.top') as Triple),
        bottom: srgbToLinear(all.value('background.bottom') as Triple),
      },
      tone: {
        exposure: one('tone.exposure'),
        contrast: Math.exp(one('tone.log contrast')),
        saturation: one('tone.saturation'),
        hue: one('tone.hue'),
        gamma: Math.exp(one('tone.log gamma')),
      },
      camera,
      parameters: freeByDefault(channels.map(({ document }) => document)),
    },
    'a row of numbers',
  );
  return {
    psi,
    pullback(gradient) {
      const { paths } = toVector(psi);
      const by = new Map(paths.map((path, i) => [path, gradient[i]!]));
      const of = (path: string) => by.get(path)!;
      const result = new Float32Array(row.length);
      for (const end of ['top', 'bottom'] as const) {
        const shown = all.value(`background.${end}`);
        all.add(
          result,
          `background.${end}`,
          shown.map((value, i) => of(`background.${end}.${i}`) * slopeOfSrgb(value)),
        );
      }
      for (const [name, path] of PLAIN) all.add(result, name, [of(path)]);
      for (const [name, path] of LOGARITHMIC) all.add(result, name, [of(path) * Math.exp(one(name))]);
      if (shaded) {
        for (const [name, path] of PLAIN_LIGHT) all.add(result, name, [of(path)]);
        for (const [name, path] of LOGARITHMIC_LIGHT) all.add(result, name, [of(path) * Math.exp(one(name))]);
      }
      for (const [c, channel] of channels.entries()) channel.pullback(result, (path) => of(`channels.${c}.${path}`));
      return result;
    },
  };
}

const PLAIN = [
  ['tone.exposure', 'tone.exposure'],
  ['tone.saturation', 'tone.saturation'],
  ['tone.hue', 'tone.hue'],
] as const;
const LOGARITHMIC = [
  ['tone.log contrast', 'tone.contrast'],
  ['tone.log gamma', 'tone.gamma'],
] as const;
const PLAIN_LIGHT = [
  ['shading.ambient', 'shading.ambient'],
  ['shading.diffuse', 'shading.diffuse'],
  ['shading.specular', 'shading.specular'],
  ['key.azimuth', 'lights.key.azimuth'],
  ['key.elevation', 'lights.key.elevation'],
  ['key.intensity', 'lights.key.intensity'],
  ['headlight.intensity', 'lights.headlight.intensity'],
] as const;
const LOGARITHMIC_LIGHT = [
  ['shading.log shininess', 'shading.shininess'],
  ['surface.log length', 'surface.length'],
] as const;

/**
 * A channel: window lo = I(l), hi = I(h) with I the cube's intensity at a share; the knots at the shares start − edge and
 * start + (h − start)·k/5 stand at x = ((I − lo)/(hi − lo))^gamma.
 */
function decodeChannel(numbers: Numbers<keyof typeof CHANNELS>, scale: IntensityScale, shaded: boolean) {
  const { one } = numbers;
  const [low, high] = [one('window.lo'), one('window.hi')];
  const start = Math.max(low + LEAST_SHARE, Math.min(high - LEAST_SHARE, one('start')));
  const shares = [
    start - one('edge'),
    ...Array.from({ length: SEEN_KNOTS }, (_, k) => start + ((high - start) * k) / (SEEN_KNOTS - 1)),
  ];
  const [lo, hi] = [scale.intensityOf(low), scale.intensityOf(high)];
  const gamma = Math.exp(one('log gamma'));
  const within = shares.map((share) => Math.min(1, Math.max(0, (scale.intensityOf(share) - lo) / (hi - lo))));
  const places = spreadApart([0, ...within.map((t) => t ** gamma)]);
  const [shown, logs] = [numbers.value('color'), numbers.value('log extinction')];
  // Over 0 within the bounds.
  const extinctions = logs.map((log) => Math.exp(log) - LEAST_EXTINCTION);
  const document = {
    enabled: true,
    window: { lo, hi },
    gamma,
    gradientOpacity: shaded ? one('gradientOpacity') : 0,
    knots: places.map((x, k) => {
      const seen = Math.max(0, k - CLEAR_KNOTS);
      return {
        x,
        color: srgbToLinear(shown.slice(3 * seen, 3 * seen + 3) as Triple),
        extinction: k < CLEAR_KNOTS ? 0 : extinctions[seen]!,
      };
    }),
  };
  return {
    document,
    pullback(result: Float32Array, of: (path: string) => number) {
      const width = hi - lo;
      let [dLo, dHi, dGamma, dStart, dHigh] = [of('window.lo'), of('window.hi'), of('gamma'), 0, 0];
      for (const [i, t] of within.entries()) {
        const upstream = of(`knots.${i + 1}.x`);
        if (t <= 0 || t >= 1) continue;
        dGamma += upstream * t ** gamma * Math.log(t);
        const dT = upstream * gamma * t ** (gamma - 1);
        dLo += (dT * (t - 1)) / width;
        dHi -= (dT * t) / width;
        const dShare = (dT / width) * scale.slopeOf(shares[i]!);
        const along = i === 0 ? 0 : (i - 1) / (SEEN_KNOTS - 1);
        dStart += dShare * (1 - along);
        dHigh += dShare * along;
        if (i === 0) numbers.add(result, 'edge', [-dShare]);
      }
      numbers.add(result, 'window.lo', [dLo * scale.slopeOf(low)]);
      numbers.add(result, 'window.hi', [dHi * scale.slopeOf(high) + dHigh]);
      numbers.add(result, 'log gamma', [dGamma * gamma]);
      if (start === one('start')) numbers.add(result, 'start', [dStart]);
      if (shaded) numbers.add(result, 'gradientOpacity', [of('gradientOpacity')]);
      const sums = shown.map((value, i) => {
        const [seen, c] = [Math.floor(i / 3), i % 3];
        const knots = seen === 0 ? [0, 1, CLEAR_KNOTS] : [seen + CLEAR_KNOTS];
        return knots.reduce((sum, k) => sum + of(`knots.${k}.color.${c}`), 0) * slopeOfSrgb(value);
      });
      numbers.add(result, 'color', sums);
      const slopes = logs.map((log, k) => of(`knots.${k + CLEAR_KNOTS}.extinction`) * Math.exp(log));
      numbers.add(result, 'log extinction', slopes);
    },
  };
}
