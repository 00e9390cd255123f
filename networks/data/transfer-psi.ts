import type { Cube } from '../../cubes/index.js';
import type { Psi, PsiChannel } from '../../engine/psi.js';
import { SCALARS } from '../../engine/psi-scalars.js';
import { usage } from '../../errors.js';
import { intensityScale } from './intensity-scale.js';
import { intensityAt, placeOf, spreadApart } from './knot-places.js';

/** A window narrower than this is no window. Share of the stored range. */
const LEAST_WINDOW = 1e-4;

/**
 * The same style on another cube. Windows and knots are places among a cube's intensities, so an intensity v of the first cube becomes
 * the one that stands where v stood: v′ = intensityOf′(shareOf(v)) on the two channels' intensity scales, which rises with v.
 * All else (colours, extinctions, gammas, density, lights, background, tone, camera) is relative to the cube's box or to the picture
 * as it is, and stays; channels take the names of the other cube's. For the same cube it is the identity, but for rounding.
 *
 * @throws VoxstyleError `usage` when the cubes' channels, or Ψ's, are not of one number.
 */
export function transferPsi(psi: Psi, from: Cube, to: Cube): Psi {
  const counts = [psi.channels.length, from.channels.length, to.channels.length];
  if (counts.some((count) => count !== counts[0])) {
    throw usage('transferPsi', 'Ψ and two cubes of one number of channels', counts.join(', '), 'choose other cubes');
  }
  return {
    ...psi,
    channels: psi.channels.map((channel, c) => {
      const scales = [intensityScale(from.channels[c]!), intensityScale(to.channels[c]!)] as const;
      const moved = transferChannel(channel, (intensity) => scales[1].intensityOf(scales[0].shareOf(intensity)));
      return { ...moved, name: to.channels[c]!.name };
    }),
  };
}

function transferChannel(channel: PsiChannel, map: (intensity: number) => number): PsiChannel {
  const [low, high] = SCALARS['channels.*.window.lo'].bounds;
  const lo = Math.min(high - LEAST_WINDOW, Math.max(low, map(channel.window.lo)));
  const hi = Math.min(high, Math.max(lo + LEAST_WINDOW, map(channel.window.hi)));
  const mapping = { window: { lo, hi }, gamma: channel.gamma };
  const places = channel.knots.map(({ x }) => placeOf(map(intensityAt(x, channel)), mapping));
  const apart = spreadApart(places);
  return { ...channel, ...mapping, knots: channel.knots.map((knot, k) => ({ ...knot, x: apart[k]! })) };
}
