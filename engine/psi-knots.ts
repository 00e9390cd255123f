import { usage } from '../errors.js';
import { MAX_KNOTS, MIN_KNOTS, type Psi, type PsiChannel, parsePsi } from './psi.js';
import { matches, toVector } from './psi-vector.js';

type Knot = PsiChannel['knots'][number];

/** Where a new knot stands: `share` of the way from the old knot `left` to `right`; −1 and K are the ends of the range. */
interface Origin {
  left: number;
  right: number;
  share: number;
}

/** Larger than any area between two transfer functions, and finite, so that there always is a least bad choice. */
const FORBIDDEN = 1e12;
/** Places in each gap at which two transfer functions are compared. */
const SAMPLES = 6;

/**
 * The same Ψ with `count` knots in each channel.
 *
 * More knots give the same transfer function: the old ones stay, and new ones stand evenly in the widest gaps, on the line
 * between their neighbours (on the flat parts, too, before the first knot and after the last). Fewer knots are those of the
 * old ones, as they are, between which the area of |Δextinction| + |Δ(extinction·colour)| is least, while what voxels on either
 * side of the window take stays as it is. Found by dynamic programming, so no other choice of them has less.
 *
 * Paths in `parameters` that name single knots follow them: they go with a knot that is left out, and a new knot is free or
 * frozen where the knots on both sides of it are; single ties aren't passed on to new knots. Channels whose knots are tied as
 * a list are resampled alike, so that the tie holds.
 *
 * @param count 2 to 64.
 * @throws VoxstyleError `usage` for another count.
 */
export function resampleKnots(psi: Psi, count: number): Psi {
  if (!Number.isInteger(count) || count < MIN_KNOTS || count > MAX_KNOTS) {
    throw usage('knots', `a whole number from ${MIN_KNOTS} to ${MAX_KNOTS}`, `${count}`, 'choose one of these');
  }
  if (psi.channels.every(({ knots }) => knots.length === count)) return parsePsi(psi);
  const { paths } = toVector(psi);
  const groups = tiedChannels(psi, paths);
  const origins = psi.channels.map((_, c) =>
    originsOf(
      psi.channels.filter((_, other) => groups[other] === groups[c]).map(({ knots }) => knots),
      count,
    ),
  );
  const { free, freeze, tied } = psi.parameters;
  return parsePsi({
    ...psi,
    channels: psi.channels.map((channel, c) => ({
      ...channel,
      knots: origins[c]!.map((origin) => knotFrom(channel.knots, origin)),
    })),
    parameters: {
      free: remapSelectors(free, paths, origins),
      freeze: remapSelectors(freeze, paths, origins),
      tied: tied.flatMap((tie) => (tie.some(namesKnot) ? remapTie(tie, paths, origins) : [tie])),
    },
  });
}

const kept = (k: number): Origin => ({ left: k, right: k, share: 0 });

/** @param linked the knots of channels that are resampled alike, as many in each. */
function originsOf(linked: readonly (readonly Knot[])[], count: number): Origin[] {
  const size = linked[0]!.length;
  if (count === size) return linked[0]!.map((_, k) => kept(k));
  if (linked.every((knots) => knots[0]!.x === knots.at(-1)!.x)) return coincident(linked[0]!, count).map(kept);
  return count > size ? insertions(linked, count) : mostFaithful(linked, count).map(kept);
}

/** Where all knots coincide u takes the first before them, the last but one on them, and the last after them. */
function coincident(knots: readonly Knot[], count: number): number[] {
  const on = knots.length - 2;
  if (count === 2) return [knots[0]!.x === 0 ? on : 0, on + 1];
  return [0, ...Array<number>(count - 2).fill(on), on + 1];
}

function insertions(linked: readonly (readonly Knot[])[], count: number): Origin[] {
  const size = linked[0]!.length;
  // The gap g ends at the knot g; those before the first knot and after the last come last among equals.
  const widths = Array.from({ length: size + 1 }, (_, g) =>
    linked.reduce((sum, knots) => sum + knotAt(knots, g).x - knotAt(knots, g - 1).x, 0),
  );
  const gaps = [...Array.from({ length: size - 1 }, (_, k) => k + 1), 0, size];
  const added = new Array<number>(size + 1).fill(0);
  const width = (g: number) => widths[g]! / (added[g]! + 1);
  for (let n = size; n < count; n++) added[gaps.reduce((widest, g) => (width(g) > width(widest) ? g : widest))]!++;
  return widths.flatMap((_, g) => [
    ...Array.from({ length: added[g]! }, (_, n) => ({ left: g - 1, right: g, share: (n + 1) / (added[g]! + 1) })),
    ...(g < size ? [kept(g)] : []),
  ]);
}

/** The knot k, and for −1 and K the ends of the range, up to which the function is flat. */
function knotAt(knots: readonly Knot[], k: number): Knot {
  if (k < 0) return { ...knots[0]!, x: 0 };
  if (k >= knots.length) return { ...knots.at(-1)!, x: 1 };
  return knots[k]!;
}

function knotFrom(knots: readonly Knot[], { left, right, share }: Origin): Knot {
  return left === right ? knotAt(knots, left) : between(knotAt(knots, left), knotAt(knots, right), share);
}

const mix = (from: number, to: number, share: number) => from + share * (to - from);

function between(a: Knot, b: Knot, share: number): Knot {
  return {
    x: mix(a.x, b.x, share),
    color: [mix(a.color[0], b.color[0], share), mix(a.color[1], b.color[1], share), mix(a.color[2], b.color[2], share)],
    extinction: mix(a.extinction, b.extinction, share),
  };
}

/** The `count` knots whose function has the least area from that of all, in order. */
function mostFaithful(linked: readonly (readonly Knot[])[], count: number): number[] {
  const size = linked[0]!.length;
  const parts = linked.map(misfit);
  const cost = (i: number, j: number) => parts.reduce((sum, part) => sum + part(i, j), 0);
  const costs = Array.from({ length: size }, (_, j) => Array.from({ length: j }, (_, i) => cost(i, j)));
  // rows[n][j]: the least cost up to the knot j as the n-th that is kept, and the one kept before it.
  let row = linked[0]!.map((_, j) => ({ cost: cost(-1, j), before: -1 }));
  const rows = [row];
  while (rows.length < count) {
    const previous = row;
    row = costs.map((toHere) => {
      let best = { cost: Number.POSITIVE_INFINITY, before: -1 };
      for (const [i, step] of toHere.entries()) {
        const sum = previous[i]!.cost + step;
        if (sum < best.cost) best = { cost: sum, before: i };
      }
      return best;
    });
    rows.push(row);
  }
  const totals = row.map((entry, j) => entry.cost + cost(j, size));
  const chosen = [totals.indexOf(Math.min(...totals))];
  for (let n = count - 1; n > 0; n--) chosen.unshift(rows[n]![chosen[0]!]!.before);
  return chosen;
}

/**
 * The area between the function of all knots and that without those between i and j. With i = −1 or j = K the function is
 * flat up to j or from i on, which is forbidden where it changes what u = 0 or u = 1 takes: all voxels beyond the window.
 */
function misfit(knots: readonly Knot[]): (i: number, j: number) => number {
  const size = knots.length;
  // Those of the gap g, which ends at the knot g, begin at SAMPLES·g.
  const samples = Array.from({ length: SAMPLES * (size + 1) }, (_, n) => {
    const g = Math.floor(n / SAMPLES);
    const [a, b] = [knotAt(knots, g - 1), knotAt(knots, g)];
    const here = between(a, b, ((n % SAMPLES) + 0.5) / SAMPLES);
    return { x: here.x, medium: medium(here), width: (b.x - a.x) / SAMPLES };
  });
  const atZero = Math.max(
    0,
    knots.findLastIndex(({ x }) => x === 0),
  );
  const alike = (i: number, j: number) => distance(medium(knots[i]!), medium(knots[j]!)) === 0;
  const startsWith = (j: number) => j >= atZero && knots[j]!.x < 1 && alike(j, atZero);
  const endsWith = (i: number) => alike(i, size - 1);
  return (i, j) => {
    const a = i < 0 ? { ...knots[j]!, x: 0 } : knots[i]!;
    const b = j >= size ? { ...knots[i]!, x: 1 } : knots[j]!;
    const legal = i < 0 ? startsWith(j) : j >= size ? endsWith(i) : true;
    let area = legal ? 0 : FORBIDDEN;
    for (let n = SAMPLES * (i + 1); n < SAMPLES * (j + 1); n++) {
      const sample = samples[n]!;
      if (sample.width === 0) continue;
      const straight = medium(between(a, b, (sample.x - a.x) / (b.x - a.x)));
      area += sample.width * distance(sample.medium, straight);
    }
    return area;
  };
}

/** Extinction, and extinction·colour: a colour counts as far as it is seen. */
type Medium = readonly [extinction: number, red: number, green: number, blue: number];

const medium = ({ extinction, color: [r, g, b] }: Knot): Medium => [
  extinction,
  extinction * r,
  extinction * g,
  extinction * b,
];

const distance = (p: Medium, q: Medium): number =>
  Math.abs(p[0] - q[0]) + (Math.abs(p[1] - q[1]) + Math.abs(p[2] - q[2]) + Math.abs(p[3] - q[3])) / 3;

const KNOT_PATH = /^channels\.(\d+)\.knots\.(\d+)\.(.+)$/;
const SCALARS_OF_KNOT = ['x', 'color.0', 'color.1', 'color.2', 'extinction'] as const;
const knotPath = (channel: number, knot: number, scalar: string) => `channels.${channel}.knots.${knot}.${scalar}`;

/** Whether a selector stands for single knots, by their index, and not for all of a channel. */
const namesKnot = (selector: string) => /^(channels|\*)\.(\d+|\*)\.(knots|\*)\.\d+(\.|$)/.test(selector);

/** For each channel the first of those whose knots are tied to its own as a list: these are resampled alike. */
function tiedChannels(psi: Psi, paths: readonly string[]): number[] {
  const groups = psi.channels.map((_, c) => c);
  for (const tie of psi.parameters.tied) {
    if (tie.some(namesKnot)) continue;
    const members = tie.map((selector) => paths.filter((path) => matches(selector, path)));
    for (const row of members[0]!.keys()) {
      const channels = members.flatMap((member) => KNOT_PATH.exec(member[row] ?? '')?.[1] ?? []).map(Number);
      const sizes = new Set(channels.map((c) => psi.channels[c]!.knots.length));
      if (sizes.size !== 1) continue;
      const together = channels.map((c) => groups[c]!);
      for (const [c, group] of groups.entries()) if (together.includes(group)) groups[c] = Math.min(...together);
    }
  }
  return groups;
}

/** Selectors that name single knots become the paths of their scalars, after the others. */
function remapSelectors(selectors: readonly string[], paths: readonly string[], origins: readonly Origin[][]) {
  const single = selectors.filter(namesKnot);
  const named = new Set(paths.filter((path) => single.some((selector) => matches(selector, path))));
  const followed = origins.flatMap((list, c) =>
    list.flatMap(({ left, right }, k) => {
      // Beyond the first knot and the last there is one side only.
      const sides = [left, right].filter((side) => paths.includes(knotPath(c, side, 'x')));
      const agreed = SCALARS_OF_KNOT.filter((scalar) => sides.every((side) => named.has(knotPath(c, side, scalar))));
      return agreed.map((scalar) => knotPath(c, k, scalar));
    }),
  );
  const others = [...named].filter((path) => !KNOT_PATH.test(path));
  return [...selectors.filter((selector) => !namesKnot(selector)), ...others, ...followed];
}

/** A tie that names single knots, as ties of their scalars. */
function remapTie(tie: readonly string[], paths: readonly string[], origins: readonly Origin[][]): string[][] {
  const follow = (path: string | undefined): string[] => {
    const [, channel, knot, scalar] = KNOT_PATH.exec(path ?? '') ?? [];
    if (scalar === undefined) return path === undefined ? [] : [path];
    const k = origins[Number(channel)]!.findIndex(({ left, right }) => left === right && left === Number(knot));
    return k < 0 ? [] : [knotPath(Number(channel), k, scalar)];
  };
  const members = tie.map((selector) => paths.filter((path) => matches(selector, path)));
  return members[0]!
    .map((_, row) => members.flatMap((member) => follow(member[row])))
    .filter((scalars) => scalars.length > 1);
}
