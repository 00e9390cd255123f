import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';
import { parsePsi } from '../../engine/psi.js';
import { usage, VoxstyleError } from '../../errors.js';
import { readFileWhole, readJson, writeFileWhole } from '../../files.js';
import type { BatchOptions, StyleBatch, StyleBatches } from './batches.js';

const [compress, inflate] = [promisify(gzip), promisify(gunzip)];

/** What batch-000000.json says; its pictures are the bytes of batch-000000.rgb.gz. */
const schema = z.strictObject({
  version: z.literal(1),
  options: z.strictObject({
    seed: z.number().int(),
    styles: z.number().int().min(1),
    views: z.number().int().min(1),
    size: z.number().int().min(1),
  }),
  style: z.array(z.number().int().min(0)),
  cube: z.array(z.number().int().min(0).max(1)),
  sources: z.tuple([z.string(), z.string()]),
  rejected: z.record(z.string(), z.number().int().min(1)),
  psis: z.array(z.unknown()),
});

const nameOf = (index: number) => `batch-${String(index).padStart(6, '0')}`;
const REPAIR = 'write the batches again';

/**
 * Writes the batches `first` … `first + count − 1` for `readBatch`: two files a batch, the JSON last, so that a batch whose
 * JSON is there is whole.
 *
 * @param onBatch told of each batch that is on disk.
 * @throws VoxstyleError `cannot-write`, or as `StyleBatches.batch`.
 */
export async function writeBatches(
  folder: string,
  batches: Pick<StyleBatches, 'batch' | 'options'>,
  { first = 0, count, onBatch }: { first?: number; count: number; onBatch?: (index: number) => void },
): Promise<void> {
  if (!Number.isInteger(count) || count < 0) throw usage('count', 'a whole number', `${count}`, 'correct it');
  const { seed, styles, views, size } = batches.options;
  for (let index = first; index < first + count; index++) {
    const { pictures, style, cube, psis, sources, rejected } = await batches.batch(index);
    const bytes = Uint8Array.from(pictures, (value) => Math.round(value * 255));
    const document: z.infer<typeof schema> = {
      version: 1,
      options: { seed, styles, views, size },
      style: [...style],
      cube: [...cube],
      sources,
      rejected,
      psis,
    };
    await writeFileWhole(join(folder, `${nameOf(index)}.rgb.gz`), await compress(bytes));
    await writeFileWhole(join(folder, `${nameOf(index)}.json`), `${JSON.stringify(document)}\n`);
    onBatch?.(index);
  }
}

/**
 * The batch that `writeBatches` wrote, the same values as on the fly.
 *
 * @param wanted what it must have been made with, where the reader cares.
 * @throws VoxstyleError `missing-input` when there is none of that index, `bad-input` when its files don't fit together, or
 *   when it was made with other options.
 */
export async function readBatch(
  folder: string,
  index: number,
  wanted: Partial<BatchOptions> = {},
): Promise<StyleBatch> {
  const base = join(folder, nameOf(index));
  const file = { expected: 'a batch that was written', fix: 'write more batches, or correct the folder' };
  const parsed = schema.safeParse(await readJson(`${base}.json`, file, REPAIR));
  const bad = (expected: string, found: string, cause?: unknown) =>
    new VoxstyleError('bad-input', { where: base, expected, found, fix: REPAIR }, { cause });
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw bad('a batch of version 1', `at ${path.join('.') || 'document'}: ${message}`);
  }
  const { options, style, cube, psis, sources, rejected } = parsed.data;
  for (const name of ['seed', 'styles', 'views', 'size'] as const) {
    const value = wanted[name];
    if (value !== undefined && value !== options[name]) throw bad(`${name} ${value}`, `${options[name]}`);
  }
  const count = 2 * options.styles * options.views;
  const counts = [style.length, cube.length, psis.length];
  if (counts.some((entries) => entries !== count)) throw bad(`${count} of each entry`, counts.join(', '));
  const bytes = await inflate(await readFileWhole(`${base}.rgb.gz`, file)).catch((cause: Error) => {
    if (cause instanceof VoxstyleError) throw cause;
    throw bad('gzipped pictures', cause.message, cause);
  });
  const values = count * options.size ** 2 * 3;
  if (bytes.length !== values) throw bad(`${values} bytes of pictures`, `${bytes.length}`);
  return {
    size: options.size,
    pictures: Float32Array.from(bytes, (byte) => byte / 255),
    style: Int32Array.from(style),
    cube: Int32Array.from(cube),
    psis: psis.map((psi) => parsePsi(psi, `${base}.json`)),
    sources,
    rejected,
  };
}
