import { join } from 'node:path';
import { writeFileWhole } from '../../files.js';
import type { DoneEvent, LeftOutEvent, RowEvent, SpeedEvent, StartEvent } from './events.js';

/** The version of speed.json. */
const REPORT_VERSION = 1;
export const SPEED_FILES = { json: 'speed.json', chart: 'speed.svg' } as const;

/** A benchmark's events put together, as far as it went. */
export class SpeedReport {
  readonly rows: RowEvent[] = [];
  /** Programs that took no part, and points beyond a limit. */
  readonly leftOut: LeftOutEvent[] = [];
  readonly date = new Date().toISOString();
  start: StartEvent | undefined;
  done: DoneEvent | undefined;

  add(event: SpeedEvent): void {
    if (event.type === 'start') this.start = event;
    else if (event.type === 'row') this.rows.push(event);
    else if (event.type === 'missing' || event.type === 'skipped') this.leftOut.push(event);
    else if (event.type === 'done') this.done = event;
  }

  toJson(): string {
    const bare = <T extends { type: string }>({ type, ...rest }: T) => rest;
    const of = (type: LeftOutEvent['type']) => this.leftOut.filter((event) => event.type === type).map(bare);
    const { machine, runs, quick, method } = this.start ?? {};
    const { complete = false, disagreeing = [] } = this.done ?? {};
    const head = { version: REPORT_VERSION, date: this.date, complete, machine, runs, quick, method };
    const units = {
      times: 'ms',
      memory: 'bytes',
      ratios: 'time over the peer’s',
      faster: 'simple kernels’ time over its own',
      goalMs: 'ms that forward and adjoint should take',
      ceilingShare: 'samples per time of the device over those fetched and no more',
    };
    const body = { rows: this.rows.map(bare), missing: of('missing'), skipped: of('skipped'), disagreeing };
    return `${JSON.stringify({ ...head, units, ...body }, null, 1)}\n`;
  }

  /** @throws VoxstyleError `cannot-write`. */
  async writeJson(folder: string): Promise<void> {
    await writeFileWhole(join(folder, SPEED_FILES.json), this.toJson());
  }

  /** @returns whether there was a sweep to draw. @throws VoxstyleError `cannot-write`. */
  async writeChart(folder: string): Promise<boolean> {
    if (!this.rows.some(({ sweep }) => sweep)) return false;
    // Loaded here: it takes a tenth of a second that no other command should pay.
    const { drawChart } = await import('./chart.js');
    await writeFileWhole(join(folder, SPEED_FILES.chart), await drawChart(this));
    return true;
  }
}
