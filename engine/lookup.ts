import { enabledChannels } from './features.js';
import type { Psi, PsiChannel } from './psi.js';
import type { StructValue } from './struct-layout.js';

/** Entries of the table that finds the piece of a transfer function; a power of two, so that u·CELLS is exact. */
export const CELLS = 1024;
/**
 * The optical depth at which a ray ends: there the kernels' float32 transmittance is 0, so what is behind adds nothing to the
 * picture nor to any gradient, and leaving it out costs no digit. (Ending where the picture shows no difference, at 2⁻²⁴, would be a
 * fifth faster on dense volumes, but the gradient by what lies behind would be wrong in every digit.)
 */
export const OPAQUE_DEPTH = 127 * Math.LN2;

type Knot = PsiChannel['knots'][number];

export interface LookupOptions {
  /** Most knots of an enabled channel. */
  knots: number;
  /** The scalars whose gradient is wanted; none for a picture alone. */
  wanted?: ReadonlySet<string>;
  /** Whether samples that are clear may be left out. */
  skipping?: boolean;
}

/** The WGSL struct Lookup: Ψ's transfer functions as the fast kernels read them. */
export function lookupValue(psi: Psi, { knots, wanted = new Set(), skipping = true }: LookupOptions): StructValue {
  let wantsClear = false;
  const tables = enabledChannels(psi).map((c) => {
    const channel = psi.channels[c]!;
    const asked = channel.knots.map(
      ({ extinction }, k) => extinction === 0 && (!skipping || wanted.has(`channels.${c}.knots.${k}.extinction`)),
    );
    wantsClear ||= asked.includes(true);
    const { lo, hi } = channel.window;
    const pieces = piecesOf(channel.knots, knots);
    return {
      lo,
      inverse_range: inverseRange(lo, hi),
      gamma: channel.gamma,
      ...pieces,
      matter: mattering(channel, asked),
    };
  });
  // One channel of which every intensity matters is enough.
  const dense = tables.some(({ matter }) => matter.at(-1) === CELLS + 2);
  return {
    opaque: OPAQUE_DEPTH,
    wants_clear: Number(wantsClear),
    dense: Number(dense),
    everything: Number(!skipping),
    tables,
  };
}

/** Whether some cell of the table has several knots: the piece of an intensity is then found step by step. */
export function isCrowded(psi: Psi): boolean {
  return enabledChannels(psi).some((c) => {
    const x = psi.channels[c]!.knots.map((knot) => Math.fround(knot.x));
    // A knot at the lower end of a cell counts for the one before, but for the first: what is right on it is a piece of its own.
    const cells = x.map((x, k) => (k === 0 ? Math.floor(x * CELLS) + 1 : Math.ceil(x * CELLS)));
    return cells.some((cell, k) => k > 0 && (cell === cells[k - 1] || x[k] === x[k - 1]));
  });
}

/** For each cell of t, and behind the last, how many before it have extinction or are asked for. */
function mattering({ knots, gamma }: PsiChannel, asked: readonly boolean[]): number[] {
  const matters = knots.map(({ extinction }, k) => extinction > 0 || asked[k]!);
  const counts = [0];
  // The last knot with x < low, and the first with x > high: what lies between low and high is made of these and those between.
  let left = -1;
  let right = 0;
  const count = (low: number, high: number) => {
    while (left + 1 < knots.length && knots[left + 1]!.x < low) left++;
    while (right < knots.length && knots[right]!.x <= high) right++;
    let some = false;
    for (let k = left + 1; k < right; k++) some ||= matters[k]!;
    // A knot right on an end shuts off those beyond it.
    const reachesLeft = left >= 0 && knots[left + 1]?.x !== low;
    const reachesRight = right < knots.length && knots[right - 1]?.x !== high;
    counts.push(counts.at(-1)! + Number(some || (reachesLeft && matters[left]!) || (reachesRight && matters[right]!)));
  };
  count(0, 0);
  for (let i = 0; i < CELLS; i++) count((i / CELLS) ** gamma, ((i + 1) / CELLS) ** gamma);
  count(1, 1);
  return counts;
}

/** A flat piece up to the first knot and on it, one between every two, a flat one from the last. */
function piecesOf(own: readonly Knot[], count: number) {
  // As psiValue does it: fewer knots than other channels have are filled up with the last.
  const knots = Array.from({ length: count }, (_, k) => Math.min(k, own.length - 1));
  const knot = (k: number) => own[knots[k]!]!;
  const x = knots.map((k) => Math.fround(own[k]!.x));
  const pieces = Array.from({ length: count + 1 }, (_, p) => p);
  // Several first knots in one place are a step: right on it u takes the last of them, and that is what the piece between
  // the first two, which has no width, is there for.
  const step = x[0] === x[1] ? Math.min(x.lastIndexOf(x[0]!), own.length - 2) : undefined;
  const steps = (p: number) => p === 1 && step !== undefined;
  const left = pieces.map((p) => (p === 0 ? 0 : steps(p) ? step! : p - 1));
  const right = pieces.map((p) => (p === 0 ? 0 : steps(p) ? step! : Math.min(p, count - 1)));
  const end = (p: number) => {
    if (p >= own.length) return 2;
    if (p === (step === undefined ? 0 : 1)) return justAbove(x[0]!);
    return x[p]!;
  };
  const width = pieces.map((p) => x[right[p]!]! - x[left[p]!]!);
  const values = (of: (knot: Knot) => number) => left.map((k) => of(knot(k)));
  const rises = (of: (knot: Knot) => number) => pieces.map((p) => of(knot(right[p]!)) - of(knot(left[p]!)));
  return {
    first: firstPieces(x),
    start: pieces.map((p) => (p === 0 ? -1 : x[p - 1]!)),
    end: pieces.map(end),
    inverse_width: width.map((w) => (w > 0 ? 1 / w : 0)),
    red: values(({ color }) => color[0]),
    green: values(({ color }) => color[1]),
    blue: values(({ color }) => color[2]),
    extinction: values(({ extinction }) => extinction),
    red_rise: rises(({ color }) => color[0]),
    green_rise: rises(({ color }) => color[1]),
    blue_rise: rises(({ color }) => color[2]),
    extinction_rise: rises(({ extinction }) => extinction),
    left,
    right,
  };
}

/** For each cell of u how many knots there are up to its lower end; none up to the first knot, and on it. */
function firstPieces(x: readonly number[]): number[] {
  let piece = 0;
  return Array.from({ length: CELLS }, (_, i) => {
    const u = i / CELLS;
    while (u > x[0]! && piece < x.length && x[piece]! <= u) piece++;
    return piece;
  });
}

/** 1/(hi − lo) in float32, such that an intensity of hi comes to 1 in spite of rounding, and is clamped as those beyond are. */
function inverseRange(lo: number, hi: number): number {
  const range = Math.fround(Math.fround(hi) - Math.fround(lo));
  const inverse = Math.fround(1 / range);
  return Math.fround(range * inverse) < 1 ? justAbove(inverse) : inverse;
}

/** The least normal float32 over one that isn't negative: drivers may take a smaller one for 0. */
function justAbove(value: number): number {
  if (value === 0) return 2 ** -126;
  const float = new Float32Array([value]);
  new Uint32Array(float.buffer)[0]!++;
  return float[0]!;
}
