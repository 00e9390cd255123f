import type { Cube } from '../../cubes/index.js';
import { mebibytes } from '../../engine/fit-volume.js';
import { holdingBytes } from '../../engine/held.js';
import { defaultPsi } from '../../engine/psi-default.js';
import { freeParameters } from '../../engine/psi-parameters.js';
import { peerCube, peerPsi } from '../peer-scene.js';
import { Ceiling, type FetchScene, raysThroughCube } from './ceiling.js';
import { interleave, type Outcome } from './clock.js';
import { DeviceTimed } from './device-time.js';
import type { Bench, LeftOutEvent, RowEvent, Step } from './events.js';
import { openAll, rowOf } from './measure.js';
import { findPeers, type PeerScene, TORCH_CUDA } from './peer-programs.js';
import { compareWithPeers, peerDimensions, peerRow } from './peers-scene.js';
import { FAST, FROZEN, type Scene, type Way, waves } from './scene.js';
import { byteCube } from './sweep-points.js';

/** What one gradient step, forward and adjoint, of the scene below should take on a GPU. */
const GOAL_MS = 5;
const FULL: PeerScene = { n: 256, size: 1024, steps: 512 };
/** As `--memory 4096` of a refinement: the samples along the rays take 2 GiB. */
const KEPT: Way = { ...FROZEN, memory: 4 * 2 ** 30 };

export const goalDimensions = ({ quick }: Pick<Bench, 'quick'>): PeerScene =>
  quick ? peerDimensions({ quick }) : FULL;

const nameOf = ({ n, size, steps }: PeerScene, what: string) =>
  `goal: ${n}³ voxels, ${size}² pixels, ${steps} steps, ${what}`;

/**
 * A scene of the goal: the peers' volume and transfer function, the gradient by what is free by default in a refinement.
 *
 * @param also selectors of what is free besides.
 */
export function goalScene(dimensions: PeerScene, cube: Cube, what: string, also: readonly string[] = []): Scene {
  const { size, steps } = dimensions;
  const psi = peerPsi(steps);
  const { free } = defaultPsi(peerCube(2)).parameters;
  // A refinement's own Ψ keeps clear knots clear.
  const clear = psi.channels.flatMap(({ knots }, c) =>
    knots.flatMap(({ extinction }, k) => (extinction === 0 ? [`channels.${c}.knots.${k}.extinction`] : [])),
  );
  return {
    name: nameOf(dimensions, what),
    cube,
    psi,
    size: { width: size, height: size },
    paths: freeParameters(psi, [...free, ...also], clear).paths,
    upstream: waves,
  };
}

/**
 * One gradient step of the goal's scenes, beside the device's fetch ceiling and, on a GPU, PyTorch on CUDA. On a processor it
 * is left out, but for `quick`.
 *
 * @param folder of the peer programs.
 */
export async function* measureGoal(bench: Bench, folder: string | undefined): AsyncGenerator<Step> {
  const dimensions = goalDimensions(bench);
  if (bench.device.software && !bench.quick) {
    const scene = nameOf(dimensions, 'Ψ');
    const reason = 'takes minutes on a processor';
    yield { rows: [{ type: 'skipped', section: 'goal', scene, way: 'all ways', reason }] };
    return;
  }
  const ceiling = nameOf(dimensions, 'fetches alone');
  yield { measuring: ceiling };
  const { rows, samples, fastest } = await measureCeiling(bench, ceiling, dimensions);
  yield { rows };
  const floats = peerCube(dimensions.n);
  const scenes: [Scene, readonly Way[]][] = [
    [goalScene(dimensions, floats, 'Ψ'), [FAST, KEPT]],
    // What is kept has no place in the volume, so a free camera's samples are taken anew.
    [goalScene(dimensions, floats, 'Ψ with camera', ['camera']), [FAST]],
    [goalScene(dimensions, byteCube(dimensions.n), 'Ψ, voxels of 1 byte'), [FAST, KEPT]],
  ];
  // The kernels for bytes run in the section of volumes too.
  if (bench.quick) scenes.pop();
  for (const [i, [scene, ways]] of scenes.entries()) {
    if (bench.signal?.aborted) return;
    yield { measuring: scene.name };
    const measured = await measureStep(bench, scene, ways, i === 0 ? { folder } : undefined);
    yield { rows: measured.map((row) => (row.type === 'row' ? besideCeiling(row, samples, fastest) : row)) };
  }
}

/** @returns `samples` of the rays that meet the cube; `fastest`, samples a millisecond, 0 where none was measured. */
async function measureCeiling(bench: Bench, scene: string, { n, size, steps }: PeerScene) {
  const fetched: FetchScene = {
    voxels: byteCube(n).channels[0]!.samples as Uint8Array,
    edge: n,
    size,
    steps,
    camera: peerPsi(steps).camera,
  };
  const samples = raysThroughCube(fetched) * steps;
  const ceilings: Ceiling[] = [];
  try {
    for (const path of ['texture', 'storage'] as const) ceilings.push(await Ceiling.open(bench.device, fetched, path));
    const outcomes = await interleave(ceilings, bench.runs, bench.signal);
    const rows = ceilings.flatMap(({ name }, i): (RowEvent | LeftOutEvent)[] => {
      const { timings, refused } = outcomes.get(ceilings[i]!)!;
      const about = { section: 'goal', scene, way: name } as const;
      if (refused !== undefined) return [{ ...about, type: 'skipped', reason: refused }];
      return timings.fetch ? [{ ...about, type: 'row', timings, samples }] : [];
    });
    const rates = rows.map((row) => (row.type === 'row' ? samples / row.timings.fetch!.median : 0));
    return { rows, samples, fastest: Math.max(0, ...rates) };
  } finally {
    for (const one of ceilings) one.close();
  }
}

/** A gradient step in several ways, interleaved with PyTorch on CUDA where that is to take part and there is a GPU. */
async function measureStep(
  bench: Bench,
  scene: Scene,
  ways: readonly Way[],
  torch: { folder: string | undefined } | undefined,
) {
  const { device, runs, signal } = bench;
  // A machine without a GPU has no CUDA that could be missed.
  const folder = device.software ? undefined : torch?.folder;
  const found = folder === undefined ? undefined : await findPeers(folder, goalDimensions(bench), [TORCH_CUDA], signal);
  const miss = (way: string, reason: string): LeftOutEvent => ({
    type: 'missing',
    section: 'goal',
    scene: scene.name,
    way,
    reason,
  });
  const left = (found?.missing ?? []).map(({ name, reason }) => miss(name, reason));
  if (torch && !device.software && folder === undefined) left.push(miss(TORCH_CUDA, 'no --peers folder was given'));
  const { opened, skipped } = await openAll(bench, 'goal', scene, ways);
  try {
    const timed = opened.map((one) => new DeviceTimed(device, one));
    const outcomes = await interleave([...timed, ...(found?.peers ?? [])], runs, signal);
    const rows = opened.flatMap((one, i) => rowOf('goal', one, outcomes.get(timed[i]!)!) ?? []);
    const peers = (found?.peers ?? []).flatMap((peer) => {
      const outcome: Outcome = outcomes.get(peer)!;
      if (outcome.refused !== undefined) left.push(miss(peer.name, outcome.refused));
      return peerRow('goal', scene, peer, outcome) ?? [];
    });
    compareWithPeers([...rows, ...peers], peers);
    return [...rows, ...peers, ...skipped, ...left, ...rows.flatMap((row) => notKept(bench, scene, row))];
  } finally {
    for (const one of opened) one.close();
    await found?.close();
  }
}

/** Says that a frozen camera gave nothing, where its samples were too many: they were then taken anew in each pass. */
function notKept({ device }: Bench, { name, size, psi }: Scene, row: RowEvent | LeftOutEvent): LeftOutEvent[] {
  if (row.type !== 'row' || row.heldBytes !== 0) return [];
  const { samples } = holdingBytes(psi.channels.length, size, psi.sampling.steps!, 1);
  const most = device.gpu.limits.maxStorageBufferBindingSize;
  const reason = `${mebibytes(samples)} were wanted at once, a binding takes ${mebibytes(most)} at most; all were taken anew`;
  return [{ type: 'skipped', section: 'goal', scene: name, way: `${row.way}, samples kept`, reason }];
}

/**
 * Counts only samples in the cube, as the ceiling does, and compares the device's own times. A step that took each sample once and
 * did no more would have a share of 1, one that takes it in either pass a half; what is clear or hidden needs no sample at all.
 */
function besideCeiling(row: RowEvent, samples: number, fastest: number): RowEvent {
  const { device } = row.timings;
  // The goal and the ceiling are for this project's own ways.
  if (!device) return { ...row, samples };
  const share = fastest > 0 ? samples / device.median / fastest : undefined;
  return { ...row, samples, goalMs: GOAL_MS, ...(share !== undefined && { ceilingShare: share }) };
}
