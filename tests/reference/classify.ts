import type { Psi, PsiChannel } from '../../engine/psi.js';
import { type BranchPoints, power } from './branches.js';
import { mix } from './sampling.js';

/** Branches of the window, and of the place among the knots. */
const BELOW = 0;
const WITHIN = 1;
const ABOVE = 2;

/** The windowed intensity u ∈ [0, 1] of an intensity v. */
export function windowed(channel: Pick<PsiChannel, 'window' | 'gamma'>, v: number, branches: BranchPoints): number {
  const { lo, hi } = channel.window;
  const t = (v - lo) / (hi - lo);
  switch (branches.take(() => (t <= 0 ? BELOW : t >= 1 ? ABOVE : WITHIN))) {
    case BELOW:
      return 0;
    case ABOVE:
      return 1;
    default:
      return power(t, channel.gamma, branches);
  }
}

/** The segment i: the last with x_i ≤ u, kept within 0 … K − 2. */
function segment(knots: PsiChannel['knots'], u: number): number {
  let i = 0;
  while (i < knots.length - 2 && knots[i + 1]!.x <= u) i++;
  return i;
}

const side = (knots: PsiChannel['knots'], u: number) =>
  u <= knots[0]!.x ? BELOW : u >= knots.at(-1)!.x ? ABOVE : WITHIN;

/**
 * What the transfer function gives at u, added to what the other channels gave: extinction, and extinction × colour.
 *
 * Coincident knots need no case of their own: a segment without width is selected only where u is on or before the first
 * knot, or not before the last.
 */
function addTransfer(knots: PsiChannel['knots'], u: number, sum: Mixture, branches: BranchPoints): void {
  const i = branches.take(() => segment(knots, u));
  const within = branches.take(() => side(knots, u));
  const left = knots[i]!;
  const right = knots[i + 1]!;
  const f = within === BELOW ? 0 : within === ABOVE ? 1 : (u - left.x) / (right.x - left.x);
  const extinction = mix(left.extinction, right.extinction, f);
  sum.extinction += extinction;
  sum.red += extinction * mix(left.color[0], right.color[0], f);
  sum.green += extinction * mix(left.color[1], right.color[1], f);
  sum.blue += extinction * mix(left.color[2], right.color[2], f);
}

/** The channels' sum at one place: σ = Σ σ_c, and per colour Σ σ_c·colour_c, which is σ·colour of the specification. */
export interface Mixture {
  extinction: number;
  red: number;
  green: number;
  blue: number;
}

/** The medium at sample `at` of the rays. Channels that are not enabled are left out. */
export function classify(psi: Psi, values: readonly Float64Array[], at: number, branches: BranchPoints): Mixture {
  const sum: Mixture = { extinction: 0, red: 0, green: 0, blue: 0 };
  for (let c = 0; c < psi.channels.length; c++) {
    const channel = psi.channels[c]!;
    if (!channel.enabled) continue;
    addTransfer(channel.knots, windowed(channel, values[c]![at]!, branches), sum, branches);
  }
  return sum;
}
