import { join } from 'node:path';
import { readFileWhole, writeFileWhole } from '../../files.js';
import { type Checkpoint, encodeCheckpoint, parseCheckpoint } from './checkpoint.js';
import { type TrainEvent, toJson } from './events.js';

/** The files of every training, whatever is trained. The checkpoint is for resuming. */
export const TRAINING_FILES = {
  log: 'log.jsonl',
  curve: 'curve.svg',
  checkpoint: 'checkpoint.safetensors',
} as const;

/** The network that a training leaves: the weights of the best validation, as they are loaded later. */
export interface Product {
  /** The file's name in the training's folder. */
  readonly manifest: string;
  /**
   * @param path of the manifest.
   * @throws VoxstyleError `cannot-write`.
   */
  save(path: string, weights: Float32Array): Promise<void>;
}

/** Names of what is in the folder of a training, for people. @param manifest the product's. */
export const filesOf = (manifest: string): string[] => [manifest, ...Object.values(TRAINING_FILES)];

/** A training on disk: where it stands, and its log so far, one JSON line each. */
export interface SavedTraining {
  checkpoint: Checkpoint;
  log: string[];
}

/** @throws VoxstyleError `missing-input` when the folder holds no checkpoint, `bad-input` when it can't be read. */
export async function readTraining(folder: string): Promise<SavedTraining> {
  const path = join(folder, TRAINING_FILES.checkpoint);
  const fix = 'start the training without resuming';
  const bytes = await readFileWhole(path, { expected: 'the checkpoint of a training', fix });
  const checkpoint = parseCheckpoint(bytes, path);
  const text = await readFileWhole(join(folder, TRAINING_FILES.log), { expected: 'the log of the training', fix });
  return { checkpoint, log: upTo(checkpoint, text.toString('utf8').split('\n')) };
}

/** The lines that had been written when the checkpoint was: the log is there first, and may be ahead. */
function upTo({ state }: Checkpoint, lines: readonly string[]): string[] {
  return lines.filter((line) => {
    if (line === '') return false;
    const { type, step } = JSON.parse(line) as { type: string; step: number };
    return type === 'validation' ? step <= state.step : step < state.step;
  });
}

/**
 * Passes a training's events on and keeps its folder: at every checkpoint the log, the curve of the validations and the
 * checkpoint, which comes last, so that what it says is there; at the end the product. Every file is written whole.
 *
 * @param log of the part that a resumed training had done before.
 * @throws VoxstyleError `cannot-write`.
 */
export async function* keepTraining(
  folder: string,
  product: Product,
  events: AsyncIterable<TrainEvent>,
  log: readonly string[] = [],
): AsyncGenerator<TrainEvent, void, undefined> {
  const lines = [...log];
  const at = (file: keyof typeof TRAINING_FILES) => join(folder, TRAINING_FILES[file]);
  for await (const event of events) {
    if (event.type === 'step' || event.type === 'rejected' || event.type === 'validation') lines.push(toJson(event));
    if (event.type === 'checkpoint') {
      await writeFileWhole(at('log'), lines.map((line) => `${line}\n`).join(''));
      // Vega takes a while to load.
      const { drawCurve } = await import('./chart.js');
      await writeFileWhole(at('curve'), await drawCurve(lines.map((line) => JSON.parse(line) as TrainEvent)));
      await writeFileWhole(at('checkpoint'), encodeCheckpoint(event.checkpoint));
    }
    if (event.type === 'done') await product.save(join(folder, product.manifest), event.weights);
    yield event;
  }
}
