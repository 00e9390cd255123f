import type { Bench, LeftOutEvent, RowEvent, Step } from './events.js';
import { leftOut, measureScene } from './measure.js';
import { FAST, FROZEN, SIMPLE, type Way } from './scene.js';
import { baseSetting, isBase, type Point, type Setting, type Sweep, sweepScene, sweeps } from './sweep-points.js';

const WAYS = [SIMPLE, FAST, FROZEN] as const;
/** Seconds that one point of a sweep may take in one way, all rounds together. */
const BUDGET = 60;

type Rows = readonly (RowEvent | LeftOutEvent)[];

/** All sweeps, point by point; a sweep's first is its base, which says how long the others will take. */
export async function* measureSweeps(bench: Bench): AsyncGenerator<Step> {
  const base = baseSetting(bench.quick);
  // Of the scene that most sweeps share.
  let shared: Rows | undefined;
  for (const sweep of sweeps(bench.quick)) {
    const first = sweep.points.find(({ value }) => value === base[sweep.factor])!;
    const others = sweep.points.filter((point) => point !== first);
    let about: Rows = [];
    for (const point of [first, ...others]) {
      if (bench.signal?.aborted) return;
      const name = nameOf(point, sweep);
      const known = isBase(point.setting, base) ? shared : undefined;
      if (!known) yield { measuring: name };
      const rows = known ?? (await measurePoint(bench, name, point, about));
      if (point === first) about = rows;
      if (isBase(point.setting, base)) shared ??= rows;
      const { factor, value, work } = point;
      yield {
        rows: rows.map((row) => ({
          ...row,
          scene: name,
          ...(row.type === 'row' && { sweep: { factor, value, work } }),
        })),
      };
    }
  }
}

const UNITS: Readonly<Record<keyof Setting, (value: number | string) => string>> = {
  picture: (side) => `${side}² pixels`,
  steps: (count) => `${count} steps`,
  voxels: (edge) => `${edge}³ voxels`,
  knots: (count) => `${count} knots`,
  channels: (count) => `${count} channel${count === 1 ? '' : 's'}`,
  shading: (state) => state as string,
  bytes: (count) => `${count} bytes`,
};
const nameOf = ({ value }: Point, { factor }: Sweep) =>
  `${factor}: ${UNITS[factor](value)}${factor === 'voxels' ? ' of 1 byte' : ''}`;

async function measurePoint(bench: Bench, name: string, { factor, setting, work }: Point, about: Rows): Promise<Rows> {
  // More voxels are not more samples, and fewer knots hardly less work.
  const samples = factor === 'voxels' || factor === 'knots' ? 1 : work;
  const slow: [Way, string][] = WAYS.flatMap((way) => {
    const reason = tooSlow(about, way, samples * (bench.runs + 1));
    return reason === undefined ? [] : [[way, reason]];
  });
  const rest = WAYS.filter((way) => !slow.some(([other]) => other === way));
  const scene = sweepScene(name, setting);
  const rows = rest.length > 0 ? await measureScene(bench, 'sweeps', scene, rest) : [];
  return [...rows, ...slow.map(([way, reason]) => leftOut('sweeps', scene, way, reason))];
}

/** Why so many times the base's time are more than a point may have, if they are. */
export function tooSlow(about: Rows, way: Way, times: number): string | undefined {
  const base = about.find((row) => row.type === 'row' && row.way === way.name) as RowEvent | undefined;
  const seconds = ((base?.timings.both?.median ?? 0) * times) / 1000;
  if (seconds <= BUDGET) return undefined;
  return `it would take about ${Math.round(seconds)} s of the ${BUDGET} s that a point may`;
}
