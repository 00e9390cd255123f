import { type Bijection, bijectionOf, linear } from './psi-bijections.js';
import { orderedPullback, orderedToReals, orderedToValues } from './psi-ordered.js';
import { keyOf, SCALARS } from './psi-scalars.js';

/** Scalars that are mapped together: a lone one, or neighbours in an ordered list between two that are fixed. */
export interface Block {
  /** Positions in the scalar vector. */
  members: number[];
  toReals(values: readonly number[]): number[];
  toValues(reals: Float64Array): number[];
  pullback(reals: Float64Array, gradient: readonly number[]): number[];
  /** The nearest reals whose values are legal. */
  project(reals: readonly number[]): number[];
}

const clampTo =
  ([low, high]: readonly [low: number, high: number]) =>
  (reals: readonly number[]) =>
    reals.map((real) => Math.min(high, Math.max(low, real)));

/** Reals beyond this are the same gaps to within double precision. */
const ORDERED_REALS = [-36, 36] as const;

export function loneBlock(member: number, path: string): Block {
  return mappedBlock(member, bijectionOf(SCALARS[keyOf(path)]));
}

function mappedBlock(member: number, map: Bijection): Block {
  return {
    members: [member],
    toReals: ([value]) => [map.toReal(value!)],
    toValues: ([real]) => [map.toValue(real!)],
    pullback: ([real], [gradient]) => [gradient! * map.slope(real!)],
    project: clampTo(map.reals),
  };
}

/** The same block in reals that count `pace` times as much. */
export function paced(block: Block, pace: number): Block {
  const scaled = (reals: Float64Array) => reals.map((real) => real * pace);
  return {
    members: block.members,
    toReals: (values) => block.toReals(values).map((real) => real / pace),
    toValues: (reals) => block.toValues(scaled(reals)),
    pullback: (reals, gradient) => block.pullback(scaled(reals), gradient).map((g) => g * pace),
    project: (reals) => {
      const projected = block.project(reals.map((real) => real * pace));
      // Not by way of the pace where nothing is to be moved: that would cost the last bit.
      return reals.map((real, i) => (projected[i] === real * pace ? real : projected[i]! / pace));
    },
  };
}

function orderedBlock(members: number[], a: number, b: number): Block {
  return {
    members,
    toReals: (values) => orderedToReals(values, a, b),
    toValues: (reals) => orderedToValues(reals, a, b),
    pullback: (reals, gradient) => orderedPullback(reals, gradient, a, b),
    project: clampTo(ORDERED_REALS),
  };
}

/** The list that a scalar keeps its order in: a channel's window, the places of its knots, or an axis of the clip box. */
export const listOf = (path: string) =>
  path.replace(/(window\.(lo|hi)|knots\.\d+\.x)$/, (end) => end.split('.')[0]!).replace(/^clip\.(min|max)/, 'clip.*');

/** Cuts the ordered lists into runs of free neighbours; each run lives between the fixed values (or bounds) about it. */
export function orderedBlocks(paths: readonly string[], values: Float64Array, free: ReadonlySet<number>): Block[] {
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

/** The least width of an interval that is free, as a share of its bounds. */
const LEAST_WIDTH = 1e-3;

/**
 * The two ends of an interval (clip.min.0 and clip.max.0): each on the bijection of a lone scalar, so that an end on its bound can
 * leave it, and kept apart by projection.
 */
export function intervalBlocks(paths: readonly string[], values: Float64Array, free: ReadonlySet<number>): Block[] {
  return paths.flatMap((path, low) => {
    const { bijection, bounds } = SCALARS[keyOf(path)];
    if (bijection !== 'interval' || !path.includes('.min.')) return [];
    const high = paths.indexOf(path.replace('.min.', '.max.'));
    if (free.has(low) && free.has(high)) return [intervalBlock([low, high], bounds)];
    // Between a frozen end and a bound as near as this nothing can move.
    const least = LEAST_WIDTH * (bounds[1] - bounds[0]);
    const room = ([from, to]: readonly [number, number]) => (to - from > least ? [linear(from, to)] : []);
    if (free.has(low)) return room([bounds[0], values[high]! - least]).map((map) => mappedBlock(low, within(map)));
    if (free.has(high)) return room([values[low]! + least, bounds[1]]).map((map) => mappedBlock(high, within(map)));
    return [];
  });
}

/** A document may have its ends nearer than the least width: such a value starts from the map's end. */
function within(map: Bijection): Bijection {
  const [low, high] = map.reals.map(map.toValue) as [number, number];
  return { ...map, toReal: (value) => map.toReal(Math.min(high, Math.max(low, value))) };
}

function intervalBlock(members: [number, number], [from, to]: readonly [number, number]): Block {
  const map = linear(from, to);
  const clamp = clampTo(map.reals);
  const least = LEAST_WIDTH * (to - from);
  return {
    members,
    toReals: (values) => values.map(map.toReal),
    toValues: (reals) => Array.from(reals, map.toValue),
    pullback: (reals, gradient) => gradient.map((g, i) => g * map.slope(reals[i]!)),
    project(reals) {
      const [low, high] = clamp(reals).map(map.toValue) as [number, number];
      if (high - low >= least) return clamp(reals);
      const middle = Math.min(to - least / 2, Math.max(from + least / 2, (low + high) / 2));
      return [map.toReal(middle - least / 2), map.toReal(middle + least / 2)];
    },
  };
}
