import type { Bench, LeftOutEvent, RowEvent, Section, SpeedEvent } from './events.js';
import { AGREEMENT } from './figures.js';
import { measureGoal } from './goal.js';
import { machineOf } from './machine.js';
import { measureMemory, memoryName, memorySteps } from './memory.js';
import { requirePeers } from './peer-programs.js';
import { measurePeersScene, peersScene } from './peers-scene.js';
import { measureSweeps } from './sweeps.js';
import { defaultVolumes, loadVolumes, measureVolume, volumeScene } from './volumes.js';

export interface SpeedOptions extends Bench {
  /** The folder of the peer programs; without it they take no part. */
  peers?: string | undefined;
  /** As `loadArgument` reads them; two phantoms when none is given. */
  cubes?: readonly string[] | undefined;
}

/**
 * Measures how fast this project renders and differentiates on one device: beside other programs on their scene, against the
 * goal of a gradient step, on real volumes, by what a scene is made of, and what memory it takes. Variants are interleaved round by round, see `interleave`.
 *
 *     for await (const event of measureSpeed({ device, runs: 5, quick: false })) {
 *       if (event.type === 'row') console.log(event.scene, event.way, event.timings.both?.median);
 *     }
 *
 * @throws VoxstyleError as loadCube, `missing-input` when the peers' folder isn't there, `device-lost`.
 */
export async function* measureSpeed(options: SpeedOptions): AsyncGenerator<SpeedEvent, void, undefined> {
  const { device, runs, quick, signal, peers, cubes } = options;
  // What can't be read is said before minutes are spent.
  if (peers !== undefined) await requirePeers(peers);
  const volumes = await loadVolumes(cubes && cubes.length > 0 ? cubes : defaultVolumes(options));
  const method = `medians of ${runs} rounds after a warm-up, interleaved, readback included`;
  yield { type: 'start', machine: machineOf(device), runs, quick, method };

  const disagreeing: string[] = [];
  function* told(rows: readonly (RowEvent | LeftOutEvent)[]): Generator<SpeedEvent> {
    for (const row of rows) {
      if (row.type === 'row' && (row.figures?.difference ?? 0) > AGREEMENT)
        disagreeing.push(`${row.scene}: ${row.way}`);
      yield row;
    }
  }
  const measuring = (section: Section, scene: string): SpeedEvent => ({ type: 'measuring', section, scene });

  yield measuring('peers', peersScene(options).name);
  yield* told(await measurePeersScene(options, peers));
  for await (const step of measureGoal(options, peers)) {
    if ('measuring' in step) yield measuring('goal', step.measuring);
    else yield* told(step.rows);
  }
  for (const volume of volumes) {
    if (signal?.aborted) break;
    const scene = volumeScene(volume, options);
    yield measuring('volumes', scene.name);
    yield* told(await measureVolume(options, scene));
  }
  for await (const step of measureSweeps(options)) {
    if ('measuring' in step) yield measuring('sweeps', step.measuring);
    else yield* told(step.rows);
  }
  for (const steps of memorySteps(options)) {
    if (signal?.aborted) break;
    yield measuring('memory', memoryName(steps));
    yield* told(await measureMemory(options, steps));
  }
  yield { type: 'done', complete: !signal?.aborted, disagreeing };
}
