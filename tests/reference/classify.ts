import type { Psi, PsiChannel } from '../../engine/psi.js';
import { type BranchPoints, power } from './branches.js';
import { mix, type RaySamples } from './sampling.js';
import { TERMS } from './surfaces.js';

type Knot = PsiChannel['knots'][number];

/** Branches of the window, and of the place among the knots. */
const BELOW = 0;
const WITHIN = 1;
const ABOVE = 2;

/** The windowed intensity u ∈ [0, 1] of an intensity v. */
export function windowed(channel: Pick<PsiChannel, 'window' | 'gamma'>, v: number, branches: BranchPoints): number {
  const { lo, hi } = channel.window;
  const t = (v - lo) / (hi - lo);
  switch (branches.take(t <= 0 ? BELOW : t >= 1 ? ABOVE : WITHIN)) {
    case BELOW:
      return 0;
    case ABOVE:
      return 1;
    default:
      return power(t, channel.gamma, branches);
  }
}

/** Per channel of Ψ the windowed intensity of sample k on the ray of pixel p, at p·steps + k; none for one that is off. */
export function windowedValues({ values, hit, steps }: RaySamples, psi: Psi, branches: BranchPoints): Float64Array[] {
  if (psi.channels.length > values.length) {
    throw new Error(`windowedValues: expected at most ${values.length} channels in Ψ, got ${psi.channels.length}`);
  }
  return psi.channels.map((channel, c) => {
    const u = new Float64Array(channel.enabled ? values[c]!.length : 0);
    for (let at = 0; at < u.length; at++) {
      if (hit[Math.floor(at / steps)] === 1) u[at] = windowed(channel, values[c]![at]!, branches);
    }
    return u;
  });
}

/** The segment i: the last with x_i ≤ u, kept within 0 … K − 2. */
function segment(knots: PsiChannel['knots'], u: number): number {
  let i = 0;
  while (i < knots.length - 2 && knots[i + 1]!.x <= u) i++;
  return i;
}

const side = (knots: PsiChannel['knots'], u: number) =>
  u <= knots[0]!.x ? BELOW : u >= knots.at(-1)!.x ? ABOVE : WITHIN;

/** The channels' sum at one place: σ = Σ σ_c, and per colour Σ σ_c·colour_c, which is σ·colour of the specification. */
export interface Mixture {
  extinction: number;
  red: number;
  green: number;
  blue: number;
}

/**
 * What the transfer function gives at u, with its surface, added to what the other channels gave.
 *
 * Coincident knots need no case of their own: a segment without width is selected only where u is on or before the first
 * knot, or not before the last.
 *
 * @param terms of surfaceTerms, from `at` on; null where nothing is shaded.
 */
function addTransfer(
  knots: PsiChannel['knots'],
  u: number,
  terms: Float64Array | null,
  at: number,
  sum: Mixture,
  branches: BranchPoints,
): void {
  const i = branches.take(segment(knots, u));
  const within = branches.take(side(knots, u));
  const left = knots[i]!;
  const right = knots[i + 1]!;
  const f = within === BELOW ? 0 : within === ABOVE ? 1 : (u - left.x) / (right.x - left.x);
  const extinction = (terms?.[at] ?? 1) * mix(left.extinction, right.extinction, f);
  sum.extinction += extinction;
  sum.red += extinction * litColor(left, right, f, 0, terms, at);
  sum.green += extinction * litColor(left, right, f, 1, terms, at);
  sum.blue += extinction * litColor(left, right, f, 2, terms, at);
}

/** One component of the colour between two knots, as its surface shows it. */
function litColor(left: Knot, right: Knot, f: number, component: 0 | 1 | 2, terms: Float64Array | null, at: number) {
  const plain = mix(left.color[component], right.color[component], f);
  return terms === null ? plain : plain * terms[at + 1 + component]! + terms[at + 4 + component]!;
}

/**
 * The medium at sample `at` of the rays. Channels that are not enabled are left out.
 *
 * @param windowed what windowedValues returns.
 * @param terms what surfaceTerms returns; null where nothing is shaded.
 */
export function classify(
  psi: Psi,
  windowed: readonly Float64Array[],
  terms: readonly Float64Array[] | null,
  at: number,
  branches: BranchPoints,
): Mixture {
  const sum: Mixture = { extinction: 0, red: 0, green: 0, blue: 0 };
  for (let c = 0; c < psi.channels.length; c++) {
    const channel = psi.channels[c]!;
    if (!channel.enabled) continue;
    addTransfer(channel.knots, windowed[c]![at]!, terms === null ? null : terms[c]!, TERMS * at, sum, branches);
  }
  return sum;
}
