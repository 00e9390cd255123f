import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { encodePng } from '../../engine/picture-file.js';
import { psiSchema } from '../../engine/psi.js';
import { VoxstyleError } from '../../errors.js';
import { readJson, writeFileWhole } from '../../files.js';
import { type AmortisedEvent, METHODS, type PairRecord, type Place, SETTINGS, type StartEvent } from './events.js';
import type { SavedPairs } from './plan.js';
import { composePairs } from './sheet.js';
import { summarise } from './summary.js';

/** The version of amortised.json. */
const REPORT_VERSION = 1;
export const AMORTISED_FILES = {
  json: 'amortised.json',
  chart: 'amortised.svg',
  sheet: 'sheet.png',
  pictures: 'pictures',
} as const;

const UNITS = {
  seconds: 's, f_predict’s own included',
  iterations: 'of all starts together',
  psnr: 'dB; null for equal pictures',
  toDefault: 'null for never, as is null among the medians of the summary',
} as const;

/** A run's events put together, as far as it went. */
export class AmortisedReport {
  readonly date = new Date().toISOString();
  start: StartEvent | undefined;
  complete = false;
  readonly #records: PairRecord[] = [];

  /** @param saved what the folder has, which stays in the record also if this run doesn't come to it. */
  constructor(
    readonly folder: string,
    readonly saved: readonly PairRecord[] = [],
  ) {}

  /** By setting. */
  get pairs(): PairRecord[] {
    const same = (a: Place) => (b: Place) => a.setting === b.setting && a.index === b.index;
    const all = [...this.#records, ...this.saved.filter((one) => !this.#records.some(same(one)))];
    const order = ({ setting }: Place) => SETTINGS.indexOf(setting);
    return all.sort((a, b) => order(a) - order(b) || a.index - b.index);
  }

  /** Adds an event and writes what it brings: a pair's pictures before the record that says that they are there. */
  async add(event: AmortisedEvent): Promise<void> {
    if (event.type === 'start') this.start = event;
    else if (event.type === 'done') this.complete = event.complete;
    else if (event.type !== 'record') return;
    else {
      const { type, number, kept, pictures = {}, ...record } = event;
      for (const [what, picture] of Object.entries(pictures)) {
        await writeFileWhole(picturePath(this.folder, record, what), encodePng(picture));
      }
      this.#records.push(record);
    }
    await writeFileWhole(join(this.folder, AMORTISED_FILES.json), this.toJson());
  }

  /** A line for each pair: its curves are long. */
  toJson(): string {
    const { inputs, machine, cubes, notes } = this.start!;
    const { pairs } = this;
    const head = { version: REPORT_VERSION, date: this.date, complete: this.complete, inputs, machine, cubes, notes };
    const text = JSON.stringify({ ...head, units: UNITS, summary: summarise(pairs) }, null, 1);
    return `${text.slice(0, -2)},\n "pairs": [\n${pairs.map((pair) => JSON.stringify(pair)).join(',\n')}\n ]\n}\n`;
  }

  /** Chart and contact sheet, of a run that has a pair. @throws VoxstyleError `cannot-write`. */
  async writePictures(): Promise<void> {
    // Loaded here: it takes a tenth of a second that no other command should pay.
    const { drawCurves } = await import('./chart.js');
    const { pairs, folder } = this;
    const { loss, size } = this.start!.inputs;
    const subtitle = `${loss}, ${size} pixels, ${pairs.length} pairs, ${this.start!.machine.device}`;
    await writeFileWhole(join(folder, AMORTISED_FILES.chart), await drawCurves(pairs, subtitle));
    const sheet = await composePairs(pairs, (place, what) => picturePath(folder, place, what));
    await writeFileWhole(join(folder, AMORTISED_FILES.sheet), sheet);
  }
}

function picturePath(folder: string, { setting, index }: Place, what: string): string {
  const name = [setting, `${index + 1}`, what].join('-').replaceAll(' ', '_');
  return join(folder, AMORTISED_FILES.pictures, `${name}.png`);
}

const count = z.int().min(0);
const numbers = z.array(z.number());
const outcomeSchema = z.object({
  method: z.enum(METHODS),
  loss: z.number(),
  seconds: z.number(),
  iterations: count.optional(),
  curve: z.object({ iterations: numbers, losses: numbers, seconds: numbers }).optional(),
  toDefault: z.object({ iterations: count, seconds: z.number() }).nullable().optional(),
  style: z.number(),
  gram: z.number(),
  swd: z.number(),
  psnr: z
    .number()
    .nullable()
    .transform((value) => value ?? Number.POSITIVE_INFINITY)
    .optional(),
  ssim: z.number().optional(),
  psiError: z.number().optional(),
  psi: psiSchema,
});
const savedSchema = z.object({
  version: z.literal(REPORT_VERSION),
  inputs: z.object({
    iterations: count,
    size: count,
    seed: z.int(),
    starts: count,
    loss: z.string(),
    features: z.string(),
    predictor: z.string(),
    cubes: z.string(),
    targets: z.string().nullable(),
    backend: z.string(),
    device: z.string(),
  }),
  pairs: z.array(
    z.object({
      setting: z.enum(SETTINGS),
      index: count,
      cube: z.string(),
      target: z.string(),
      degenerate: z.string().optional(),
      spread: z.object({ views: numbers, acrossCubes: z.number().optional() }).optional(),
      outcomes: z.array(outcomeSchema),
    }),
  ),
});

/**
 * The pairs of a folder whose pictures are there too.
 *
 * @throws VoxstyleError `missing-input` when the folder has no record, `bad-input` when it can't be read.
 */
export async function readPairs(folder: string): Promise<SavedPairs> {
  const path = join(folder, AMORTISED_FILES.json);
  const fix = 'start without --resume';
  const parsed = savedSchema.safeParse(await readJson(path, { expected: 'a record to resume from', fix }, fix));
  if (!parsed.success) {
    const { path: at, message } = parsed.error.issues[0]!;
    const found = `at ${at.join('.') || 'document'}: ${message}`;
    throw new VoxstyleError('bad-input', { where: path, expected: 'a record of bench amortised', found, fix });
  }
  const { inputs, pairs } = parsed.data;
  const shown = (pair: PairRecord) => [
    'target',
    ...(pair.setting === 'no render' ? [] : ['truth']),
    ...pair.outcomes.map(({ method }) => method),
  ];
  const whole = (pair: PairRecord) => shown(pair).every((what) => existsSync(picturePath(folder, pair, what)));
  return { inputs, pairs: pairs.filter(whole) };
}
