import type { Picture } from '../../engine/picture.js';
import type { Psi } from '../../engine/psi.js';
import { defaultPsi } from '../../engine/psi-default.js';
import { Renderer } from '../../engine/renderer.js';
import { VoxstyleError } from '../../errors.js';
import { orRefusal, reasonOf } from '../../losses/index.js';
import { textDigest } from '../../refine/checkpoint.js';
import { refine } from '../../refine/index.js';
import type { Cell, LossesEvent, RefusedEvent } from './events.js';
import { GAUGES, Gauges } from './gauges.js';
import { type LossesOptions, makePlan, type Plan } from './plan.js';

/**
 * Refines every cube towards every target by each loss alone, and reads a few losses before and after, so that one sees what each
 * loss does to the picture and to the others.
 *
 *     for await (const event of measureLosses({ device, losses: 'swd,gram' })) {
 *       if (event.type === 'cell') console.log(event.loss, event.before, event.after, event.others);
 *     }
 *
 * A loss that can't be applied is told as `refused`. The same inputs and device give the same cells, but for their seconds.
 *
 * @throws VoxstyleError as makePlan, `device-lost`.
 */
export async function* measureLosses(options: LossesOptions): AsyncGenerator<LossesEvent, void, undefined> {
  const plan = await makePlan(options);
  const { settings, cubes, targets, losses, features, tensors, notes } = plan;
  const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);
  const cells = cubes.length * targets.length * losses.length;
  const head = { settings, cubes: names(cubes), targets: names(targets), losses, gauges: GAUGES, cells, notes };
  yield { type: 'start', ...head };

  const gauges: Gauges[] = [];
  try {
    for (const { goal } of targets) gauges.push(await Gauges.open({ targets: [{ picture: goal }], features, tensors }));
    let number = 1;
    for (const cube of cubes) {
      if (options.signal?.aborted) break;
      const renderer = await Renderer.open(options.device, cube.cube);
      try {
        for (const [t, target] of targets.entries()) {
          if (options.signal?.aborted) break;
          yield* measureColumn(options, plan, { renderer, cube, target, gauges: gauges[t]!, number });
          number += losses.length;
        }
      } finally {
        renderer.close();
      }
    }
  } finally {
    for (const each of gauges) each.dispose();
  }
  yield { type: 'done', complete: !options.signal?.aborted };
}

/** A cube, a target, and what is the same for all losses of the two. */
interface Column {
  renderer: Renderer;
  cube: Plan['cubes'][number];
  target: Plan['targets'][number];
  gauges: Gauges;
  /** Of its first cell. */
  number: number;
}

async function* measureColumn(
  { saved, signal }: LossesOptions,
  plan: Plan,
  column: Column,
): AsyncGenerator<LossesEvent, void, undefined> {
  const { renderer, cube, target, gauges } = column;
  const init = defaultPsi(cube.cube);
  const { width, height } = target.goal;
  const { picture: start } = await renderer.forward(init, { width, height });
  const names = { cube: cube.name, target: target.name };
  yield { type: 'column', ...names, start, goal: target.goal };

  const { seed, iterations } = plan.settings;
  const draw = { seed, iteration: iterations };
  const before = await gauges.read(start, draw);
  for (const [i, loss] of plan.losses.entries()) {
    if (signal?.aborted) return;
    const place = { ...names, loss, number: column.number + i };
    const key = textDigest([cube.digest, target.digest, ...Object.values(names), loss].join(' '));
    const kept = saved?.cells.find((cell) => cell.key === key);
    if (kept) {
      yield { type: 'cell', ...kept, ...place, kept: true };
      continue;
    }
    const begun = performance.now();
    const found = await orRefusal(() => refineBy(loss, init, { plan, column, signal }));
    if (found === undefined) return;
    if (found instanceof VoxstyleError) {
      yield refused(place, found);
      continue;
    }
    const seconds = (performance.now() - begun) / 1000;
    const after = await gauges.read(found.picture, draw);
    const both = (name: string) => [name, { before: before[name]!, after: after[name]! }] as const;
    const others = Object.fromEntries(Object.keys(after).map(both));
    const ratio = found.before / found.after;
    yield { type: 'cell', ...place, key, ...found, ratio, seconds, others, kept: false };
  }
}

const refused = (place: Omit<RefusedEvent, 'type' | 'reason'>, error: VoxstyleError): RefusedEvent => ({
  type: 'refused',
  ...place,
  reason: reasonOf(error),
});

/** What a refinement by one loss ends with; undefined when it was interrupted. */
async function refineBy(
  loss: string,
  init: Psi,
  { plan, column, signal }: { plan: Plan; column: Column; signal: AbortSignal | undefined },
): Promise<(Pick<Cell, 'before' | 'after' | 'iterations'> & { picture: Picture }) | undefined> {
  const { iterations, size, seed, free } = plan.settings;
  const { features, tensors } = plan;
  let before = Number.NaN;
  for await (const event of refine(column.renderer, column.target.picture, {
    ...{ init, loss, free: free ?? undefined, iterations, size, seed },
    ...{ features, backend: tensors.backend, signal },
  })) {
    if (event.type === 'start') before = event.beforeLoss;
    if (event.type !== 'done') continue;
    const { reason, loss: after, iterations: done, picture } = event;
    return reason === 'aborted' ? undefined : { before, after, iterations: done, picture };
  }
  return undefined;
}
