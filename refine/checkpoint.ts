import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Cube } from '../cubes/cube.js';
import type { Picture } from '../engine/picture.js';
import { VoxstyleError } from '../errors.js';

const reals = z.array(z.number());

/** Everything that a start's next iteration depends on, besides the inputs. Numbers survive JSON bit for bit. */
export const stateSchema = z.strictObject({
  /** The next iteration to do. */
  iteration: z.number().int().min(0),
  /** The level that it is done at, see `Level`; losses, the best's and the accepted point's too, are of this level. */
  level: z.number().int().min(0),
  /** Where it is evaluated: the last accepted point plus its step, or that point itself before the first. */
  reals,
  /**
   * The last accepted point, its loss and gradient, and the step made from it, so that the step can be taken back or cut. The
   * slope, gradient · step, is there when the step must descend.
   */
  accepted: z
    .strictObject({ reals, updates: reals, gradient: reals, loss: z.number(), slope: z.number().nullable() })
    .nullable(),
  optimizer: z.strictObject({
    adam: z.strictObject({ step: z.number().int(), firstMoment: reals, secondMoment: reals }),
    lbfgs: z.strictObject({
      previous: z.strictObject({ params: reals, gradient: reals }).nullable(),
      pairs: z.array(z.strictObject({ s: reals, y: reals })),
    }),
  }),
  stopping: z.strictObject({
    count: z.number().int(),
    average: z.number(),
    best: z.number().nullable(),
    waited: z.number().int(),
  }),
  stepScale: z.number(),
  best: z.strictObject({ loss: z.number(), reals }).nullable(),
  stopped: z.enum(['plateau']).nullable(),
});
export type RefineState = z.infer<typeof stateSchema>;

/** Where a refinement from one start or several stands. */
const searchSchema = z
  .strictObject({
    /** Their losses at the coarsest level; null for one that isn't finite, and for the only one, which isn't compared. */
    candidates: z.array(z.number().nullable()),
    /** Those that are refined, in that order. */
    starts: z.array(z.strictObject({ candidate: z.number().int().min(0), state: stateSchema })).min(1),
    /** The start that goes on alone; null while that isn't known. */
    taken: z.number().int().nullable(),
  })
  .refine(({ candidates, starts }) => starts.every(({ candidate }) => candidate < candidates.length), {
    message: 'a start that is no candidate',
    path: ['starts'],
  })
  .refine(({ starts, taken }) => taken === null || starts.some(({ candidate }) => candidate === taken), {
    message: 'a candidate that is no start',
    path: ['taken'],
  });
export type Search = z.infer<typeof searchSchema>;

export const CHECKPOINT_VERSION = 3;

const checkpointSchema = z.strictObject({
  version: z.literal(CHECKPOINT_VERSION),
  /** What the run was started with, by name, see `requireSameInputs`. */
  inputs: z.record(z.string(), z.string()),
  search: searchSchema,
});

/** A refinement at rest: with the same inputs it goes on as if it had never stopped. */
export type Checkpoint = z.infer<typeof checkpointSchema>;

/** @throws VoxstyleError `bad-input` when the document isn't a checkpoint of this version. */
export function parseCheckpoint(document: unknown, source = 'checkpoint'): Checkpoint {
  const parsed = checkpointSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new VoxstyleError('bad-input', {
    where: source,
    expected: `a checkpoint of version ${CHECKPOINT_VERSION}`,
    found: `at ${path.join('.') || 'document'}: ${message}`,
    fix: 'start again without --resume',
  });
}

const digest = (...parts: (string | ArrayBufferView)[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part as string | Uint8Array);
  return hash.digest('hex').slice(0, 16);
};

/** For inputs whose text is too long for a message. */
export const textDigest = (text: string) => digest(text);

const bytes = (view: ArrayBufferView) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/** The cube by its content: not by its path, so that a moved file still resumes. */
export function cubeDigest({ shape, spacing, channels }: Cube): string {
  return digest(
    JSON.stringify([shape, spacing, channels.map((c) => c.range)]),
    ...channels.map((c) => bytes(c.samples)),
  );
}

export const bytesDigest = (text: string, values: ArrayBufferView): string => digest(text, bytes(values));

export const pictureDigest = ({ width, height, data }: Picture): string => bytesDigest(`${width}×${height}`, data);

/**
 * Refuses to go on with other inputs than the checkpoint was made with.
 *
 * @throws VoxstyleError `usage` that names the first input that differs.
 */
export function requireSameInputs(checkpoint: Checkpoint, inputs: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(inputs)) {
    const before = checkpoint.inputs[name];
    if (before === value) continue;
    throw new VoxstyleError('usage', {
      where: 'resume',
      expected: `the checkpoint's ${name}, ${before ?? 'none'}`,
      found: value,
      fix: 'resume with what the run was started with, or start anew from its psi.json with --init',
    });
  }
}
