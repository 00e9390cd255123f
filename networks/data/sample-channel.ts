import type { Channel } from '../../cubes/index.js';
import type { PsiChannel } from '../../engine/psi.js';
import type { Random } from '../../random.js';
import { intensityScale } from './intensity-scale.js';
import { placeOf, spreadApart } from './knot-places.js';
import type { Triple } from './oklab.js';
import { PSI_RANGES } from './psi-ranges.js';

/**
 * What of the object is seen: extinction that rises with intensity; an opaque surface; all of it as through glass; one to
 * three layers with nothing between; a thin skin about a solid core.
 */
export const PROFILES = ['ramp', 'surface', 'translucent', 'layers', 'skin'] as const;
export type Profile = (typeof PROFILES)[number];

export const logBetween = (random: Random, [low, high]: readonly [number, number]) =>
  Math.exp(random.between(Math.log(low), Math.log(high)));

/** Knots below the object, which are clear whatever the profile. */
const CLEAR = 2;
const SEEN = PSI_RANGES.knots - CLEAR;

/** Extinctions of the knots within the object, from faint to bright. */
function extinctions(random: Random, profile: Profile): number[] {
  const { opaque, translucent, rampPower, rampTop } = PSI_RANGES;
  const knots = Array.from({ length: SEEN }, (_, k) => k);
  switch (profile) {
    case 'ramp': {
      const [power, top] = [random.between(...rampPower), logBetween(random, rampTop)];
      return knots.map((k) => top * ((k + 1) / SEEN) ** power);
    }
    case 'surface': {
      const level = logBetween(random, opaque);
      return knots.map(() => level * random.between(0.7, 1));
    }
    case 'translucent':
      return knots.map(() => logBetween(random, translucent));
    case 'layers': {
      const between = random.uniform() < 0.6 ? 0 : 0.3;
      const layers = new Set(Array.from({ length: 1 + random.index(3) }, () => random.index(SEEN)));
      return knots.map((k) =>
        layers.has(k) ? logBetween(random, opaque) : between * logBetween(random, translucent) * random.uniform(),
      );
    }
    case 'skin': {
      const core = 2 + random.index(3);
      const [skin, within] = [logBetween(random, translucent), random.between(0, 0.3)];
      const level = logBetween(random, opaque);
      return knots.map((k) => (k === 0 ? skin : k < core ? skin * within : level));
    }
  }
}

/**
 * A channel's window, gamma and transfer function. Its places are drawn as shares on the channel's intensity scale, so that they
 * fall where its voxels are.
 *
 * @param colors of the knots within the object, see `COLORS_OF_CHANNEL`.
 */
export function sampleChannel(
  channel: Channel,
  random: Random,
  profile: Profile,
  colors: readonly Triple[],
  gradientOpacity: number,
): PsiChannel {
  const { window, gamma, onset, edge } = PSI_RANGES;
  const scale = intensityScale(channel);
  const top = random.between(...window.hi);
  const mapping = {
    window: { lo: scale.intensityOf(random.between(...window.lo)), hi: scale.intensityOf(top) },
    gamma: logBetween(random, gamma),
  };
  const [shallow, deep] = random.uniform() < onset.insideShare ? onset.inside : onset.outside;
  const start = random.between(shallow, deep);
  const clear = [0, placeOf(scale.intensityOf(start - random.between(...edge)), mapping)];
  const seen = Array.from({ length: SEEN }, (_, k) => {
    const jitter = k === 0 || k === SEEN - 1 ? 0 : random.between(-0.35, 0.35);
    return placeOf(scale.intensityOf(start + (top - start) * ((k + jitter) / (SEEN - 1))), mapping);
  });
  const levels = extinctions(random, profile);
  const places = spreadApart([...clear, ...seen]);
  return {
    name: channel.name,
    enabled: true,
    ...mapping,
    gradientOpacity,
    knots: places.map((x, k) => ({
      x,
      // A clear knot's colour tints the edge to the next: it is that one's.
      color: colors[Math.max(0, k - CLEAR)]!,
      extinction: k < CLEAR ? 0 : levels[k - CLEAR]!,
    })),
  };
}

/** Colours that `sampleChannel` takes. */
export const COLORS_OF_CHANNEL = SEEN;
