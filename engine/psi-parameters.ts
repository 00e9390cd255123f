import { VoxstyleError } from '../errors.js';
import type { Psi } from './psi.js';
import { bijectionOf } from './psi-bijections.js';
import { orderedPullback, orderedToReals, orderedToValues } from './psi-ordered.js';
import { keyOf, SCALARS, type ScalarSpec } from './psi-scalars.js';
import { fromVector, matches, toVector } from './psi-vector.js';

/** Ψ as an optimizer sees it: one flat vector of reals for what is free; frozen and tied scalars follow from the document. */
export interface Parameters {
  /** What each coordinate of the vector moves; tied scalars share a coordinate and are joined by '='. */
  names: readonly string[];
  /** The reals that the document's own values belong to. */
  start: Float64Array;
  /** What a reader should know: scalars that a selector names but that stay frozen. */
  notes: readonly string[];
  toPsi(reals: Float64Array): Psi;
  /** dL/d(reals) from dL/dΨ, the latter in the order of `toVector(psi)`. */
  pullback(reals: Float64Array, gradient: Float64Array): Float64Array;
  /** The nearest reals whose values are legal. */
  project(reals: Float64Array): Float64Array;
}

/** Scalars that are mapped together: a lone one, or neighbours in an ordered list between two that are fixed. */
interface Block {
  /** Positions in the scalar vector. */
  members: number[];
  toReals(values: readonly number[]): number[];
  toValues(reals: Float64Array): number[];
  pullback(reals: Float64Array, gradient: readonly number[]): number[];
  reals: readonly [low: number, high: number];
}

/** Reals beyond this are the same gaps to within double precision. */
const ORDERED_REALS = [-36, 36] as const;

function loneBlock(member: number, path: string): Block {
  const map = bijectionOf(SCALARS[keyOf(path)]);
  return {
    members: [member],
    toReals: ([value]) => [map.toReal(value!)],
    toValues: ([real]) => [map.toValue(real!)],
    pullback: ([real], [gradient]) => [gradient! * map.slope(real!)],
    reals: map.reals,
  };
}

/** The same block in reals that count `pace` times as much. */
function paced(block: Block, pace: number): Block {
  const scaled = (reals: Float64Array) => reals.map((real) => real * pace);
  return {
    members: block.members,
    toReals: (values) => block.toReals(values).map((real) => real / pace),
    toValues: (reals) => block.toValues(scaled(reals)),
    pullback: (reals, gradient) => block.pullback(scaled(reals), gradient).map((g) => g * pace),
    reals: [block.reals[0] / pace, block.reals[1] / pace],
  };
}

function orderedBlock(members: number[], a: number, b: number): Block {
  return {
    members,
    toReals: (values) => orderedToReals(values, a, b),
    toValues: (reals) => orderedToValues(reals, a, b),
    pullback: (reals, gradient) => orderedPullback(reals, gradient, a, b),
    reals: ORDERED_REALS,
  };
}

/** The ordered list that a scalar belongs to: a channel's window, or the places of its knots. */
const listOf = (path: string) => path.replace(/(window\.(lo|hi)|knots\.\d+\.x)$/, (end) => end.split('.')[0]!);

/** Cuts the ordered lists into runs of free neighbours; each run lives between the fixed values (or bounds) about it. */
function orderedBlocks(paths: readonly string[], values: Float64Array, free: ReadonlySet<number>): Block[] {
  const lists = new Map<string, number[]>();
  for (const [i, path] of paths.entries()) {
    if (SCALARS[keyOf(path)].bijection !== 'ordered') continue;
    const list = listOf(path);
    lists.set(list, [...(lists.get(list) ?? []), i]);
  }
  const blocks: Block[] = [];
  for (const list of lists.values()) {
    const [low, high] = SCALARS[keyOf(paths[list[0]!]!)].bounds;
    let from: number = low;
    let run: number[] = [];
    const end = (to: number) => {
      // Between frozen places that coincide nothing can move.
      if (run.length > 0 && from < to) blocks.push(orderedBlock(run, from, to));
      run = [];
      from = to;
    };
    for (const i of list) {
      if (free.has(i)) run.push(i);
      else end(values[i]!);
    }
    end(high);
  }
  return blocks;
}

function usage(where: string, expected: string, found: string, fix: string): VoxstyleError {
  return new VoxstyleError('usage', { where, expected, found, fix });
}

function select(selector: string, paths: readonly string[]): number[] {
  const found = paths.flatMap((path, i) => (matches(selector, path) ? [i] : []));
  if (found.length > 0) return found;
  const roots = [...new Set(paths.map((path) => path.split('.')[0]))].join(', ');
  throw usage(
    'parameters',
    `a path into Ψ (below ${roots})`,
    `'${selector}'`,
    'name one such as tone or channels.0.knots',
  );
}

/** Free scalars after `freeze`, what it took back, and notes on those that have no gradient. */
function freeScalars(paths: readonly string[], free: readonly string[], freeze: readonly string[]) {
  const chosen = new Set<number>();
  const notes: string[] = [];
  for (const selector of free) {
    const all = select(selector, paths);
    const able = all.filter((i) => SCALARS[keyOf(paths[i]!)].differentiable);
    if (able.length === 0) {
      throw usage(
        'free',
        'scalars that have a gradient',
        `'${selector}', which has none yet`,
        'set it in Ψ and leave it frozen',
      );
    }
    if (able.length < all.length) {
      const left = [...new Set(all.filter((i) => !able.includes(i)).map((i) => keyOf(paths[i]!)))];
      notes.push(`${left.join(', ')}: frozen, no gradient yet`);
    }
    for (const i of able) chosen.add(i);
  }
  const frozen = new Set(freeze.flatMap((selector) => select(selector, paths)));
  for (const i of frozen) chosen.delete(i);
  return { chosen, frozen, notes };
}

/** Whether two scalars can share one value: the background's two colours can, a gamma and a density can't. */
function sameKind(path: string, other: string): boolean {
  const kind = ({ unit, bounds, bijection, differentiable }: ScalarSpec) => [
    unit,
    ...bounds,
    bijection,
    differentiable,
  ];
  return kind(SCALARS[keyOf(path)]).join() === kind(SCALARS[keyOf(other)]).join();
}

/** Tied scalars, leader first, one list a coordinate: the tie of two paths pairs what is below them. */
function tieScalars(paths: readonly string[], ties: readonly (readonly string[])[]): number[][] {
  const tied = new Set<number>();
  return ties.flatMap((tie) => {
    const groups = tie.map((selector) => select(selector, paths));
    const [leader] = groups;
    for (const i of groups.flat()) {
      if (tied.has(i))
        throw usage('parameters.tied', 'each scalar once', `'${paths[i]}' twice`, 'join its ties into one');
      tied.add(i);
    }
    for (const [i, group] of groups.entries()) {
      // Part of an ordered list tied elsewhere could leave its order.
      const lists = new Set(
        group
          .map((m) => paths[m]!)
          .filter((path) => SCALARS[keyOf(path)].bijection === 'ordered')
          .map(listOf),
      );
      const whole = paths.filter((path) => lists.has(listOf(path)) && SCALARS[keyOf(path)].bijection === 'ordered');
      if (!whole.every((path) => group.includes(paths.indexOf(path)))) {
        throw usage(
          'parameters.tied',
          'a whole window or all knots',
          `'${tie[i]}'`,
          'tie channels.N.window or channels.N.knots',
        );
      }
      if (group.length !== leader!.length || !group.every((m, j) => sameKind(paths[m]!, paths[leader![j]!]!))) {
        throw usage('parameters.tied', 'paths of the same kind', `'${tie[0]}' with '${tie[i]}'`, 'tie like with like');
      }
    }
    return leader!.map((_, j) => groups.map((group) => group[j]!));
  });
}

/**
 * @param psi the document to start from; its `parameters.tied` hold, and its `parameters.free` unless `free` is given.
 * @param free selectors of what may change; `freeze` takes some of it back.
 * @throws VoxstyleError `usage` for a selector that names nothing, something without a gradient, or an impossible tie.
 */
export function freeParameters(psi: Psi, free?: readonly string[], freeze: readonly string[] = []): Parameters {
  const { paths, values } = toVector(psi);
  const { chosen, frozen, notes } = freeScalars(paths, free ?? psi.parameters.free, freeze);
  for (const i of [...chosen]) {
    // A channel that is off has no part in the picture.
    const channel = /^channels\.(\d+)\./.exec(paths[i]!)?.[1];
    if (channel !== undefined && !psi.channels[Number(channel)]!.enabled) chosen.delete(i);
  }
  const followers = new Map<number, number>();
  for (const group of tieScalars(paths, psi.parameters.tied)) {
    const [leader, ...others] = group as [number, ...number[]];
    for (const follower of others) {
      followers.set(follower, leader);
      values[follower] = values[leader]!;
    }
    // One that is free frees them all, one that was frozen by name freezes them all.
    const isFree = group.some((i) => chosen.has(i)) && !group.some((i) => frozen.has(i));
    for (const i of group) chosen.delete(i);
    if (isFree) chosen.add(leader);
  }
  const lone = [...chosen].filter((i) => SCALARS[keyOf(paths[i]!)].bijection !== 'ordered');
  const blocks = [...lone.map((i) => loneBlock(i, paths[i]!)), ...orderedBlocks(paths, values, chosen)].map((block) =>
    paced(block, SCALARS[keyOf(paths[block.members[0]!]!)].pace),
  );
  if (blocks.length === 0) throw usage('parameters', 'at least one free scalar', 'none', 'free some with --free');
  blocks.sort((p, q) => p.members[0]! - q.members[0]!);
  const moving = new Set(blocks.flatMap(({ members }) => members));
  for (const i of chosen) if (!moving.has(i)) notes.push(`${paths[i]}: frozen, no room between its frozen neighbours`);
  const offsets = blocks.map((_, b) => blocks.slice(0, b).reduce((sum, block) => sum + block.members.length, 0));
  const count = blocks.reduce((sum, block) => sum + block.members.length, 0);
  const slice = (reals: Float64Array, b: number) =>
    reals.subarray(offsets[b]!, offsets[b]! + blocks[b]!.members.length);

  const followersOf = (leader: number) => [...followers].flatMap(([f, l]) => (l === leader ? [f] : []));
  const start = new Float64Array(count);
  for (const [b, block] of blocks.entries()) {
    start.set(block.toReals(block.members.map((i) => values[i]!)), offsets[b]!);
  }
  const project = (reals: Float64Array) => {
    const projected = Float64Array.from(reals);
    for (const [b, block] of blocks.entries()) {
      const part = slice(projected, b);
      for (const [j, real] of part.entries()) part[j] = Math.min(block.reals[1], Math.max(block.reals[0], real));
    }
    return projected;
  };

  return {
    names: blocks.flatMap((block) => block.members.map((i) => [i, ...followersOf(i)].map((m) => paths[m]).join('='))),
    start: project(start),
    notes,
    toPsi(reals) {
      const next = Float64Array.from(values);
      for (const [b, block] of blocks.entries()) {
        for (const [j, value] of block.toValues(slice(reals, b)).entries()) next[block.members[j]!] = value;
      }
      for (const [follower, leader] of followers) next[follower] = next[leader]!;
      return fromVector(psi, next);
    },
    pullback(reals, gradient) {
      const total = Float64Array.from(gradient);
      for (const [follower, leader] of followers) total[leader]! += gradient[follower]!;
      const result = new Float64Array(count);
      for (const [b, block] of blocks.entries()) {
        result.set(
          block.pullback(
            slice(reals, b),
            block.members.map((i) => total[i]!),
          ),
          offsets[b]!,
        );
      }
      return result;
    },
    project,
  };
}
