import { join } from 'node:path';
import { encodePng } from '../engine/picture-file.js';
import { resample } from '../engine/picture-resample.js';
import { readJson, writeFileWhole } from '../files.js';
import { type Checkpoint, parseCheckpoint } from './checkpoint.js';
import { type Targets, targetList } from './comparisons.js';
import { type RefineEvent, toJson } from './events.js';
import { composeSheet } from './sheet.js';

/** The files of a run. All but the checkpoint are for people; the checkpoint is for `--resume`. */
export const RUN_FILES = {
  psi: 'psi.json',
  render: 'render.png',
  sheet: 'sheet.png',
  history: 'history.jsonl',
  checkpoint: 'checkpoint.json',
} as const;

/** A run on disk: where it stands, and its history so far, one JSON line each. */
export interface SavedRun {
  checkpoint: Checkpoint;
  history: string[];
}

/**
 * @throws VoxstyleError `missing-input` when the folder holds no checkpoint, `bad-input` when it can't be read.
 */
export async function readRun(folder: string): Promise<SavedRun> {
  const path = join(folder, RUN_FILES.checkpoint);
  const fix = 'start the run without --resume';
  const document = (await readJson(path, { expected: 'a checkpoint to resume from', fix }, fix)) as {
    checkpoint?: unknown;
    history?: unknown;
  } | null;
  const checkpoint = parseCheckpoint(document?.checkpoint, path);
  return { checkpoint, history: Array.isArray(document?.history) ? document.history.map(String) : [] };
}

/**
 * Passes a refinement's events on and keeps its folder: history and checkpoint at every checkpoint, Ψ, picture and the
 * before/after/target sheet at the end. Every file is written whole, the checkpoint last, so that what it says is there.
 *
 * @param history of the part that a resumed run had done before.
 * @throws VoxstyleError `cannot-write`.
 */
export async function* keepRun(
  folder: string,
  target: Targets,
  events: AsyncIterable<RefineEvent>,
  history: readonly string[] = [],
): AsyncGenerator<RefineEvent, void, undefined> {
  const lines = [...history];
  const write = (file: keyof typeof RUN_FILES, data: Uint8Array | string) =>
    writeFileWhole(join(folder, RUN_FILES[file]), data);
  for await (const event of events) {
    if (['iteration', 'rejected', 'chosen'].includes(event.type)) lines.push(toJson(event));
    if (event.type === 'checkpoint') {
      await write('history', lines.map((line) => `${line}\n`).join(''));
      await write('checkpoint', JSON.stringify({ checkpoint: event.checkpoint, history: lines }));
    }
    if (event.type === 'done') {
      const { picture, psi, before, beforeLoss } = event;
      await write('psi', `${JSON.stringify(psi, null, 2)}\n`);
      await write('render', encodePng(picture));
      const goals = targetList(target).map(({ picture: goal, weight = 1 }, _, { length }) => ({
        picture: resample(goal, Math.max(1, Math.round((goal.width * picture.height) / goal.height)), picture.height),
        caption: length === 1 ? 'target' : `target, weight ${weight}`,
      }));
      const panels = [
        { picture: before, caption: `before: loss ${beforeLoss.toPrecision(3)}` },
        { picture, caption: `after ${event.iterations}: loss ${event.loss.toPrecision(3)}` },
        ...goals,
      ];
      await write('sheet', await composeSheet(panels));
    }
    yield event;
  }
}
