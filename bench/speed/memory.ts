import { interleave } from './clock.js';
import type { Bench, LeftOutEvent, RowEvent } from './events.js';
import { openAll, rowOf } from './measure.js';
import { FAST, FROZEN, type Scene, type Way } from './scene.js';
import { baseSetting, sweepScene } from './sweep-points.js';

export const memorySteps = ({ quick }: Pick<Bench, 'quick'>): readonly number[] =>
  quick ? [8, 16] : [128, 256, 512, 1024];

export const memoryName = (steps: number): string => `memory: ${steps} steps`;

/** Samples kept on the device, and the process's memory, by the steps on a ray; each camera by itself. */
export async function measureMemory(bench: Bench, steps: number): Promise<(RowEvent | LeftOutEvent)[]> {
  const scene = sweepScene(memoryName(steps), { ...baseSetting(bench.quick), steps });
  return [...(await measureAlone(bench, scene, FAST)), ...(await measureAlone(bench, scene, FROZEN))];
}

/** One counted round is enough: sizes don't scatter. They are read while the renderer is open. */
async function measureAlone(bench: Bench, scene: Scene, way: Way): Promise<(RowEvent | LeftOutEvent)[]> {
  const { opened, skipped } = await openAll(bench, 'memory', scene, [way]);
  try {
    const outcomes = await interleave(opened, 1, bench.signal);
    const rows = opened.flatMap((one) => {
      const row = rowOf('memory', one, outcomes.get(one)!);
      return row?.type === 'row' ? { ...row, heldBytes: one.renderer.heldBytes, ...processMemory() } : (row ?? []);
    });
    return [...rows, ...skipped];
  } finally {
    for (const one of opened) one.close();
  }
}

/** Bytes: what is resident now, and the most that ever was. Node gives the latter in kibibytes. */
function processMemory() {
  return { rss: process.memoryUsage().rss, peakRss: process.resourceUsage().maxRSS * 1024 };
}
