import { stepsOf } from '../../engine/frame.js';
import { interleave, type Outcome, refusal } from './clock.js';
import type { Bench, LeftOutEvent, RowEvent, Section } from './events.js';
import { Rendering, type Scene, SIMPLE, type Way } from './scene.js';

/** Renderings that could be opened, and why the others couldn't. */
export async function openAll({ device }: Bench, section: Section, scene: Scene, ways: readonly Way[]) {
  const opened: Rendering[] = [];
  const skipped: LeftOutEvent[] = [];
  for (const way of ways) {
    try {
      opened.push(await Rendering.open(device, scene, way));
    } catch (error) {
      const reason = refusal(error);
      if (reason === undefined) {
        for (const one of opened) one.close();
        throw error;
      }
      skipped.push(leftOut(section, scene, way, reason));
    }
  }
  return { opened, skipped };
}

export const leftOut = (section: Section, scene: Scene, way: Way, reason: string): LeftOutEvent => ({
  type: 'skipped',
  section,
  scene: scene.name,
  way: way.name,
  reason,
});

/** The row of a rendering, or why there is none; undefined for one that was interrupted before its first counted round. */
export function rowOf(section: Section, one: Rendering, outcome: Outcome): RowEvent | LeftOutEvent | undefined {
  const { scene, way, renderer } = one;
  const { timings, first, refused } = outcome;
  if (refused !== undefined) return leftOut(section, scene, way, refused);
  if (!timings.both) return undefined;
  return {
    type: 'row',
    section,
    scene: scene.name,
    way: way.name,
    timings,
    first: first.both,
    samples: scene.size.width * scene.size.height * stepsOf(scene.cube, scene.psi),
    ...(way.held && { heldBytes: renderer.heldBytes }),
  };
}

/** Says of each row how many times as fast as the simple kernels it is, where these are among the rows. */
export function compareWithSimple(rows: readonly (RowEvent | LeftOutEvent)[]): void {
  const simple = rows.find((row) => row.type === 'row' && row.way === SIMPLE.name) as RowEvent | undefined;
  const reference = simple?.timings.both?.median;
  if (reference === undefined) return;
  for (const row of rows) {
    if (row.type === 'row' && row !== simple && row.timings.both) row.faster = reference / row.timings.both.median;
  }
}

/** Measures a scene in several ways, interleaved. */
export async function measureScene(
  bench: Bench,
  section: Section,
  scene: Scene,
  ways: readonly Way[],
): Promise<(RowEvent | LeftOutEvent)[]> {
  const { opened, skipped } = await openAll(bench, section, scene, ways);
  try {
    const outcomes = await interleave(opened, bench.runs, bench.signal);
    const rows = opened.flatMap((one) => rowOf(section, one, outcomes.get(one)!) ?? []);
    compareWithSimple(rows);
    return [...rows, ...skipped];
  } finally {
    for (const one of opened) one.close();
  }
}
