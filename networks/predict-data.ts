import type { Device } from '../engine/device.js';
import type { Tensors } from '../tensors/index.js';
import { openCubes } from './data/index.js';
import { type PredictBatch, predictBatches } from './predict/batches.js';
import type { CodedFeatures } from './style/code.js';
import { digest } from './training/index.js';

export interface PredictDataOptions {
  device: Device;
  tensors: Tensors;
  /** The style network. */
  features: CodedFeatures;
  /** The user's own volumes; phantoms alone without it. */
  folder?: string | undefined;
  /** Phantoms of each kind. Default 20. */
  phantoms?: number | undefined;
  seed: number;
  /** Pixels along each side. Default 64. */
  size?: number | undefined;
}

export interface PredictData {
  batches: (index: number) => Promise<PredictBatch>;
  /** Of cubes that are never trained on. */
  validation: readonly PredictBatch[];
  /** What a resumed training must share. */
  inputs: Record<string, string>;
  notes: string[];
}

const TRAINING = { styles: 12 } as const;
/** Few phantoms, so that the folder's volumes are judged by too. */
const VALIDATION = { styles: 6, batches: 8, phantoms: 2 } as const;

/**
 * What f_predict is trained on, and what it is judged by: queries that are rendered as they are asked for.
 *
 * @throws VoxstyleError as `openCubes`.
 */
export async function openPredictData(options: PredictDataOptions): Promise<PredictData> {
  const { device, tensors, features, folder, phantoms = 20, seed, size = 64 } = options;
  const of = (split: 'train' | 'validation', phantoms: number) =>
    openCubes({ phantoms, seed, split, ...(folder !== undefined && { folder }) });
  const [train, held] = [await of('train', phantoms), await of('validation', Math.min(phantoms, VALIDATION.phantoms))];
  const shared = { device, tensors, features, seed, size };
  const judging = predictBatches({ ...shared, cubes: held.cubes, styles: VALIDATION.styles });
  const validation: PredictBatch[] = [];
  for (let index = 0; index < VALIDATION.batches; index++) validation.push(await judging(index));
  return {
    batches: predictBatches({ ...shared, cubes: train.cubes, styles: TRAINING.styles }),
    validation,
    inputs: {
      cubes: digest([...train.cubes, ...held.cubes].map(({ name }) => name)),
      batches: `${TRAINING.styles} styles of ${size}×${size}`,
      device: device.driver,
    },
    notes: [
      `${train.cubes.length} cubes to train on, ${held.cubes.length} to judge by`,
      ...[...train.skipped, ...held.skipped].map(({ name, reason }) => `${name} is left out: ${reason}`),
    ],
  };
}
