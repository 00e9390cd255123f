import { createHash } from 'node:crypto';
import { z } from 'zod';
import { usage, VoxstyleError } from '../../errors.js';
import { readSafetensorsHeader } from '../../features/safetensors.js';
import { Weights } from '../../features/weights.js';
import type { Moments } from './adam.js';
import { encodeSafetensors, readMetadata } from './safetensors.js';

/** Everything that the next step depends on, besides the inputs. */
export interface TrainState {
  /** The next step to do, which is also how many were done. */
  readonly step: number;
  /** Steps that were taken: those that were rejected don't count for Adam. */
  readonly taken: number;
  readonly weights: Float32Array;
  readonly moments: Moments;
  /** See RejectedEvent. */
  readonly stepScale: number;
  /** Rejections in a row. */
  readonly rejected: number;
  /** The step of the last validation; −1 before the first. */
  readonly validated: number;
  readonly best: { readonly step: number; readonly score: number; readonly weights: Float32Array } | null;
  /** Validations since the best. */
  readonly waited: number;
}

/** A training at rest: with the same inputs it goes on as if it had never stopped. */
export interface Checkpoint {
  /** What the training was started with, by name. */
  readonly inputs: Readonly<Record<string, string>>;
  /** How many there were to be in all, on which learning rates depend. */
  readonly steps: number;
  readonly state: TrainState;
}

export const CHECKPOINT_VERSION = 2;

const documentSchema = z.strictObject({
  version: z.literal(CHECKPOINT_VERSION),
  inputs: z.record(z.string(), z.string()),
  steps: z.int().min(1),
  step: z.int().min(0),
  taken: z.int().min(0),
  stepScale: z.number().positive(),
  rejected: z.int().min(0),
  validated: z.int().min(-1),
  best: z.strictObject({ step: z.int().min(0), score: z.number() }).nullable(),
  waited: z.int().min(0),
});

/** A checkpoint as a .safetensors file: the vectors are its tensors, all else is JSON in its metadata. */
export function encodeCheckpoint({ inputs, steps, state }: Checkpoint): Buffer {
  const { weights, moments, best, ...numbers } = state;
  const document: z.infer<typeof documentSchema> = {
    version: CHECKPOINT_VERSION,
    inputs,
    steps,
    ...numbers,
    best: best && { step: best.step, score: best.score },
  };
  const vectors = { weights, ...moments, ...(best && { best: best.weights }) };
  const tensors = Object.entries(vectors).map(([name, values]) => ({ name, shape: [values.length], values }));
  return encodeSafetensors(tensors, 'F32', { training: JSON.stringify(document) });
}

/** @throws VoxstyleError `bad-input` when the bytes aren't a checkpoint of this version. */
export function parseCheckpoint(bytes: Buffer, source = 'checkpoint'): Checkpoint {
  const file = new Weights(source, bytes, readSafetensorsHeader(source, bytes));
  const { inputs, steps, best, version: _, ...numbers } = parseDocument(readMetadata(bytes).training, source);
  const weights = file.values('weights');
  const vector = (name: string) => {
    const values = file.values(name);
    if (values.length !== weights.length)
      throw refuse(source, `${weights.length} numbers in ${name}`, `${values.length}`);
    return values;
  };
  const moments = { first: vector('first'), second: vector('second') };
  return { inputs, steps, state: { ...numbers, weights, moments, best: best && { ...best, weights: vector('best') } } };
}

function parseDocument(text: unknown, source: string): z.infer<typeof documentSchema> {
  let document: unknown;
  try {
    document = JSON.parse(String(text));
  } catch {
    throw refuse(source, 'a checkpoint of a training', 'other tensors');
  }
  const parsed = documentSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw refuse(
    source,
    `a checkpoint of version ${CHECKPOINT_VERSION}`,
    `at ${path.join('.') || 'document'}: ${message}`,
  );
}

const refuse = (where: string, expected: string, found: string) =>
  new VoxstyleError('bad-input', { where, expected, found, fix: 'start again without resuming' });

/** Stands for what is too long to be an input of a training itself: an architecture, the names of the data. */
export const digest = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);

/** @throws VoxstyleError `usage` that names the first input that differs from those the checkpoint was made with. */
export function requireSameInputs({ inputs: before }: Checkpoint, inputs: Readonly<Record<string, string>>): void {
  for (const name of Object.keys({ ...before, ...inputs })) {
    if (before[name] === inputs[name]) continue;
    const expected = `the checkpoint's ${name}, ${before[name] ?? 'none'}`;
    throw usage('resume', expected, inputs[name] ?? 'none', 'resume with what the training was started with');
  }
}
