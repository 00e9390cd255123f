import { usage } from '../errors.js';
import type { Psi } from './psi.js';
import { intervalBlocks, loneBlock, orderedBlocks, paced } from './psi-blocks.js';
import { keyOf, SCALARS } from './psi-scalars.js';
import { freeScalars, idleNotes, tieScalars } from './psi-selection.js';
import { fromVector, toVector } from './psi-vector.js';

/** Ψ as an optimizer sees it: one flat vector of reals for what is free; frozen and tied scalars follow from the document. */
export interface Parameters {
  /** What each coordinate of the vector moves; tied scalars share a coordinate and are joined by '='. */
  names: readonly string[];
  /** The scalars that move, tied ones each: those whose gradient `pullback` reads. */
  paths: readonly string[];
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

/**
 * @param psi the document to start from; its `parameters.tied` hold, and its `parameters.free` and `.freeze` unless `free`
 *   is given.
 * @param free selectors of what may change, in place of the document's.
 * @param freeze selectors of what may not, in addition.
 * @throws VoxstyleError `usage` for a selector that names nothing, something without a gradient, or an impossible tie.
 */
export function freeParameters(psi: Psi, free?: readonly string[], freeze: readonly string[] = []): Parameters {
  const { paths, values } = toVector(psi);
  const { chosen, frozen, notes } = freeScalars(
    paths,
    free ?? psi.parameters.free,
    free === undefined ? [...psi.parameters.freeze, ...freeze] : freeze,
  );
  for (const i of [...chosen]) {
    // A channel that is off has no part in the picture.
    const channel = /^channels\.(\d+)\./.exec(paths[i]!)?.[1];
    if (channel !== undefined && !psi.channels[Number(channel)]!.enabled) chosen.delete(i);
    if (paths[i] === 'camera.fov' && psi.camera.fov === 0 && chosen.delete(i)) {
      notes.push('camera.fov: frozen, the camera is orthographic');
    }
  }
  notes.push(...idleNotes(paths, values, chosen));
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
  const alone = (i: number) => !['ordered', 'interval'].includes(SCALARS[keyOf(paths[i]!)].bijection);
  const blocks = [
    ...[...chosen].filter(alone).map((i) => loneBlock(i, paths[i]!)),
    ...orderedBlocks(paths, values, chosen),
    ...intervalBlocks(paths, values, chosen),
  ].map((block) => paced(block, SCALARS[keyOf(paths[block.members[0]!]!)].pace));
  if (blocks.length === 0) {
    throw usage('parameters', 'at least one free scalar', ['none', ...notes].join('; '), 'free some with --free');
  }
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
      projected.set(block.project([...slice(projected, b)]), offsets[b]!);
    }
    return projected;
  };

  return {
    names: blocks.flatMap((block) => block.members.map((i) => [i, ...followersOf(i)].map((m) => paths[m]).join('='))),
    paths: blocks.flatMap((block) => block.members.flatMap((i) => [i, ...followersOf(i)].map((m) => paths[m]!))),
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
