import type { Cube } from '../../cubes/index.js';
import type { Psi, PsiChannel } from '../../engine/psi.js';
import { intensityScale } from '../data/intensity-scale.js';
import { intensityAt, placeOf } from '../data/knot-places.js';
import {
  CHANNEL_COUNT,
  CHANNELS,
  GLOBAL_COUNT,
  GLOBALS,
  LEAST_EXTINCTION,
  type Place,
  rowLength,
  SEEN_KNOTS,
} from './layout.js';
import { shownColor } from './tone.js';

/** A style as a row, and how much each of its numbers shows in a picture: 0 for those of lights that are off. */
export interface Row {
  readonly values: Float32Array;
  readonly weights: Float32Array;
}

/** Colours of what is nearly clear hardly show. */
const LEAST_WEIGHT = 0.03;
/** World units: about the thickness of a structure. */
const THICKNESS = 0.05;

/**
 * The row of a Ψ for a cube of as many channels; for those of samplePsi and for what `decode` makes nothing that shows is lost but
 * the tone's bend of shades, the key light's tint and the jitter of knots. Other transfer functions are taken at as many
 * places. The camera isn't part of a row, nor is what clips and samples.
 */
export function encode(psi: Psi, cube: Cube): Row {
  const count = psi.channels.length;
  const [values, weights] = [new Float32Array(rowLength(count)), new Float32Array(rowLength(count))];
  const put = (offset: number, { at, centre, spread }: Place, numbers: readonly number[], weight = 1) => {
    for (const [i, value] of numbers.entries()) {
      values[offset + at + i] = (value - centre) / spread;
      weights[offset + at + i] = weight;
    }
  };
  const { background, tone, shading, lights, surface } = psi;
  put(0, GLOBALS['background.top'], shownColor(background.top, tone));
  put(0, GLOBALS['background.bottom'], shownColor(background.bottom, tone));
  for (const [name, neutral] of NEUTRAL) put(0, GLOBALS[name], [neutral]);
  const { key, headlight } = lights;
  const lit = key.intensity > 0 || headlight.intensity > 0;
  const shaded = lit && (shading.diffuse > 0 || shading.specular > 0);
  put(0, GLOBALS.shaded, [shaded ? 1 : 0]);
  const light = shaded ? 1 : 0;
  put(0, GLOBALS['shading.ambient'], [shading.ambient], light);
  put(0, GLOBALS['shading.diffuse'], [shading.diffuse], light);
  put(0, GLOBALS['shading.specular'], [shading.specular], light);
  put(0, GLOBALS['shading.log shininess'], [Math.log(shading.shininess)], shading.specular > 0 ? light : 0);
  put(0, GLOBALS['surface.log length'], [Math.log(surface.length)], light);
  put(0, GLOBALS['key.azimuth'], [key.azimuth], light);
  put(0, GLOBALS['key.elevation'], [key.elevation], light);
  put(0, GLOBALS['key.intensity'], [key.intensity], light);
  put(0, GLOBALS['headlight.intensity'], [headlight.intensity], light);
  for (const [c, channel] of psi.channels.entries()) {
    const offset = GLOBAL_COUNT + c * CHANNEL_COUNT;
    const { shareOf, intensityOf } = intensityScale(cube.channels[c]!);
    const { window, gamma, knots } = channel;
    const first = knots.findIndex(({ extinction }) => extinction > 0);
    const seen = channel.enabled && first >= 0 ? 1 : 0;
    const shares = knots.map(({ x }) => shareOf(intensityAt(x, channel)));
    const top = shareOf(window.hi);
    const start = shares[Math.max(0, first)]!;
    put(offset, CHANNELS['window.lo'], [shareOf(window.lo)], seen);
    put(offset, CHANNELS['window.hi'], [top], seen);
    put(offset, CHANNELS['log gamma'], [Math.log(gamma)], seen);
    put(offset, CHANNELS.gradientOpacity, [channel.gradientOpacity], seen * light);
    put(offset, CHANNELS.start, [start], seen);
    put(offset, CHANNELS.edge, [first > 0 ? start - shares[first - 1]! : CHANNELS.edge.centre], first > 0 ? seen : 0);
    for (let k = 0; k < SEEN_KNOTS; k++) {
      const intensity = intensityOf(start + ((top - start) * k) / (SEEN_KNOTS - 1));
      const { color, extinction } = transferAt(knots, placeOf(intensity, channel));
      const real = extinction * psi.density;
      const shows = seen * Math.max(LEAST_WEIGHT, 1 - Math.exp(-real * THICKNESS));
      put(offset + 3 * k, CHANNELS.color, shownColor(color, tone), shows);
      put(offset + k, CHANNELS['log extinction'], [Math.log(real + LEAST_EXTINCTION)], seen);
    }
  }
  return { values, weights };
}

const NEUTRAL = [
  ['tone.exposure', 0],
  ['tone.log contrast', 0],
  ['tone.saturation', 1],
  ['tone.hue', 0],
  ['tone.log gamma', 0],
] as const;

/** A transfer function at a windowed intensity, linear between knots. */
function transferAt(knots: PsiChannel['knots'], u: number): Pick<PsiChannel['knots'][number], 'color' | 'extinction'> {
  const right = knots.findIndex(({ x }) => x > u);
  if (right === 0) return knots[0]!;
  if (right < 0) return knots.at(-1)!;
  const [a, b] = [knots[right - 1]!, knots[right]!];
  const share = (u - a.x) / (b.x - a.x);
  const mix = (from: number, to: number) => from + share * (to - from);
  return {
    color: a.color.map((value, i) => mix(value, b.color[i]!)) as [number, number, number],
    extinction: mix(a.extinction, b.extinction),
  };
}
