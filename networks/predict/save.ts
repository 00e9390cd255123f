import { z } from 'zod';
import { VoxstyleError } from '../../errors.js';
import { readSafetensorsHeader } from '../../features/safetensors.js';
import { Weights } from '../../features/weights.js';
import { readFileWhole, writeFileWhole } from '../../files.js';
import { type Dtype, digest, encodeSafetensors, type Product, readMetadata } from '../training/index.js';
import { LAYERS, layersOf, PREDICT_ARCHITECTURE, type PredictArchitecture, parameterCount } from './architecture.js';
import { COARSE, HISTOGRAM_LENGTH } from './descriptor.js';
import { CHANNEL, GLOBAL } from './layout.js';
import type { PredictModel } from './model.js';
import { PALETTE_LENGTH } from './palette.js';

const count = z.int().min(1);
const documentSchema = z.strictObject({
  /** What rows and descriptors are: weights mean nothing with others. */
  format: z.string(),
  /** Of the style network whose codes it was trained on. */
  features: z.string(),
  architecture: z.strictObject({
    code: count,
    hypotheses: count,
    convolutions: z.tuple([count, count]),
    descriptor: count,
    hidden: count,
  }),
  /** For people. */
  about: z.unknown().optional(),
});

/** Raised with every change of what rows, descriptors or palettes mean that their lengths and groups don't show. */
const VERSION = 1;
const FORMAT = digest([VERSION, GLOBAL, CHANNEL, COARSE, HISTOGRAM_LENGTH, PALETTE_LENGTH]);

/** What a training of a predictor leaves, beside the files of every training. */
export const PREDICT_FILE = 'f_predict.safetensors';

export interface SavePredictOptions {
  /** Digest of the style network, as `Features` has it. */
  features: string;
  architecture?: PredictArchitecture | undefined;
  /** Of the file's numbers. Default F32. */
  dtype?: Dtype | undefined;
  /** For people: what it was trained on, say. */
  about?: unknown;
}

/** Writes a predictor as one .safetensors file, all but the weights in its metadata. */
export const predictProduct = (options: SavePredictOptions): Product => ({
  manifest: PREDICT_FILE,
  async save(path, weights) {
    const { features, architecture = PREDICT_ARCHITECTURE, dtype, about } = options;
    const document: z.infer<typeof documentSchema> = {
      format: FORMAT,
      features,
      architecture: { ...architecture, convolutions: [...architecture.convolutions] },
      ...(about !== undefined && { about }),
    };
    const layers = layersOf(architecture);
    const tensors = LAYERS.flatMap((name) => {
      const { inputs, outputs, begin, bias, end } = layers[name];
      return [
        { name: `${name}.weight`, shape: [inputs, outputs], values: weights.subarray(begin, bias) },
        { name: `${name}.bias`, shape: [outputs], values: weights.subarray(bias, end) },
      ];
    });
    await writeFileWhole(path, encodeSafetensors(tensors, dtype, { predictor: JSON.stringify(document) }));
  },
});

/** A predictor's model, and the digest of the style network that it reads. */
export interface SavedPredictor {
  readonly model: PredictModel;
  readonly features: string;
}

/** @throws VoxstyleError `missing-input`, or `bad-input` for a file that isn't a predictor of this version. */
export async function readPredictor(path: string): Promise<SavedPredictor> {
  const fix = 'name the f_predict.safetensors that voxstyle train predict wrote';
  const bytes = await readFileWhole(path, { expected: 'the weights of a predictor', fix });
  const file = new Weights(path, bytes, readSafetensorsHeader(path, bytes));
  const { format, features, architecture } = parseDocument(readMetadata(bytes).predictor, path, fix);
  if (format !== FORMAT)
    throw new VoxstyleError('bad-input', {
      where: path,
      expected: `a predictor of rows of the form ${FORMAT}`,
      found: format,
      fix: 'train it anew with this version',
    });
  const layers = layersOf(architecture);
  // All are checked before there is room for them: an architecture may say anything.
  const parts = LAYERS.flatMap((name) => {
    const { begin, bias, end } = layers[name];
    return [sized(file, `${name}.weight`, bias - begin), sized(file, `${name}.bias`, end - bias)];
  });
  const weights = new Float32Array(parameterCount(architecture));
  let at = 0;
  for (const part of parts) {
    weights.set(part, at);
    at += part.length;
  }
  return { model: { architecture, weights }, features };
}

function sized(file: Weights, name: string, length: number): Float32Array {
  const values = file.values(name);
  if (values.length === length) return values;
  throw new VoxstyleError('bad-input', {
    where: `${file.path}: tensor ${name}`,
    expected: `${length} numbers`,
    found: `${values.length}`,
    fix: 'write the weights again',
  });
}

function parseDocument(text: unknown, where: string, fix: string): z.infer<typeof documentSchema> {
  let document: unknown;
  try {
    document = JSON.parse(String(text));
  } catch {
    throw new VoxstyleError('bad-input', { where, expected: 'a predictor', found: 'other tensors', fix });
  }
  const parsed = documentSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  const found = `at ${path.join('.') || 'document'}: ${message}`;
  throw new VoxstyleError('bad-input', { where, expected: 'a predictor', found, fix });
}
