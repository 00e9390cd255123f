import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { encodePng } from '../../engine/picture-file.js';
import { VoxstyleError } from '../../errors.js';
import { readJson, writeFileWhole } from '../../files.js';
import type { Cell, CellEvent, ColumnEvent, LossesEvent, RefusedEvent, StartEvent } from './events.js';
import type { SavedCells } from './plan.js';
import { composeReport } from './sheet.js';

/** The version of losses.json. */
const REPORT_VERSION = 1;
export const LOSSES_FILES = { json: 'losses.json', sheet: 'sheet.png', cells: 'cells' } as const;

/** A run's events put together, as far as it went. */
export class LossesReport {
  readonly columns: ColumnEvent[] = [];
  readonly cells: Cell[] = [];
  readonly refused: RefusedEvent[] = [];
  start: StartEvent | undefined;
  complete = false;

  /** @param saved what the folder has, which stays in the record also if this run doesn't come to it. */
  constructor(
    readonly folder: string,
    readonly saved: readonly Cell[] = [],
  ) {}

  /** Adds an event and writes what it brings: a cell's picture before the record that says that it is there. */
  async add(event: LossesEvent): Promise<void> {
    if (event.type === 'start') this.start = event;
    else if (event.type === 'column') this.columns.push(event);
    else if (event.type === 'refused') this.refused.push(event);
    else if (event.type === 'done') this.complete = event.complete;
    else await this.#addCell(event);
    if (event.type !== 'column') await writeFileWhole(join(this.folder, LOSSES_FILES.json), this.toJson());
  }

  async #addCell({ type, number, kept, picture, ...cell }: CellEvent): Promise<void> {
    if (picture) await writeFileWhole(cellPath(this.folder, cell), encodePng(picture));
    this.cells.push(cell);
  }

  toJson(): string {
    const { settings, cubes, targets, losses, gauges } = this.start!;
    const head = { version: REPORT_VERSION, complete: this.complete, settings, cubes, targets, losses, gauges };
    const units = { ratio: 'before over after', seconds: 's', others: 'values of the gauges before and after' };
    const rest = this.saved.filter(({ key }) => !this.cells.some((cell) => cell.key === key));
    const cells = [...this.cells, ...rest].map((cell) => ({
      ...cell,
      picture: `${LOSSES_FILES.cells}/${fileOf(cell)}`,
    }));
    const refused = this.refused.map(({ type, number, ...left }) => left);
    return `${JSON.stringify({ ...head, units, cells, refused }, null, 1)}\n`;
  }

  /** @throws VoxstyleError `cannot-write`. */
  async writeSheet(): Promise<void> {
    const sheet = await composeReport(this, (cell) => cellPath(this.folder, cell));
    await writeFileWhole(join(this.folder, LOSSES_FILES.sheet), sheet);
  }
}

/** Told apart by the key; the words before it are for people. */
const fileOf = ({ cube, target, loss, key }: Cell) =>
  `${[cube, target, loss].map((word) => word.replace(/[^\w.-]+/g, '_')).join('-')}-${key.slice(0, 8)}.png`;
const cellPath = (folder: string, cell: Cell) => join(folder, LOSSES_FILES.cells, fileOf(cell));

const values = z.object({ before: z.number(), after: z.number() });
const savedSchema = z.object({
  version: z.literal(REPORT_VERSION),
  settings: z.object({
    iterations: z.number(),
    size: z.number(),
    seed: z.number(),
    free: z.array(z.string()).nullable(),
    features: z.string(),
    backend: z.string(),
    device: z.string(),
  }),
  cells: z.array(
    values.extend({
      cube: z.string(),
      target: z.string(),
      loss: z.string(),
      key: z.string(),
      ratio: z.number().nullable(),
      seconds: z.number(),
      iterations: z.number(),
      others: z.record(z.string(), values),
      picture: z.string(),
    }),
  ),
});

/**
 * The cells of a folder whose pictures are there too.
 *
 * @throws VoxstyleError `missing-input` when the folder has no record, `bad-input` when it can't be read.
 */
export async function readCells(folder: string): Promise<SavedCells> {
  const path = join(folder, LOSSES_FILES.json);
  const fix = 'start without --resume';
  const parsed = savedSchema.safeParse(await readJson(path, { expected: 'a record to resume from', fix }, fix));
  if (!parsed.success) {
    const { path: at, message } = parsed.error.issues[0]!;
    const found = `at ${at.join('.') || 'document'}: ${message}`;
    throw new VoxstyleError('bad-input', { where: path, expected: 'a record of bench losses', found, fix });
  }
  const { settings, cells } = parsed.data;
  const whole = cells.filter(({ picture }) => existsSync(join(folder, picture)));
  return { settings, cells: whole.map(({ picture, ...cell }) => ({ ...cell, ratio: cell.ratio ?? Infinity })) };
}
