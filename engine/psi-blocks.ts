import { bijectionOf } from './psi-bijections.js';
import { orderedPullback, orderedToReals, orderedToValues } from './psi-ordered.js';
import { keyOf, SCALARS } from './psi-scalars.js';

/** Scalars that are mapped together: a lone one, or neighbours in an ordered list between two that are fixed. */
export interface Block {
  /** Positions in the scalar vector. */
  members: number[];
  toReals(values: readonly number[]): number[];
  toValues(reals: Float64Array): number[];
  pullback(reals: Float64Array, gradient: readonly number[]): number[];
  reals: readonly [low: number, high: number];
}

/** Reals beyond this are the same gaps to within double precision. */
const ORDERED_REALS = [-36, 36] as const;

export function loneBlock(member: number, path: string): Block {
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
export function paced(block: Block, pace: number): Block {
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
export const listOf = (path: string) => path.replace(/(window\.(lo|hi)|knots\.\d+\.x)$/, (end) => end.split('.')[0]!);

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
