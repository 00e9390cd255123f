import type { Device } from '../engine/device.js';
import type { Tensors } from '../tensors/index.js';
import { type PredictBatch, predictBatches } from './predict/batches.js';
import { openSplits } from './splits.js';
import type { CodedFeatures } from './style/code.js';

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
  const judged = Math.min(phantoms, VALIDATION.phantoms);
  const splits = await openSplits({ folder, phantoms: { train: phantoms, validation: judged }, seed });
  const shared = { device, tensors, features, seed, size };
  const judging = predictBatches({ ...shared, cubes: splits.held, styles: VALIDATION.styles });
  const validation: PredictBatch[] = [];
  for (let index = 0; index < VALIDATION.batches; index++) validation.push(await judging(index));
  return {
    batches: predictBatches({ ...shared, cubes: splits.train, styles: TRAINING.styles }),
    validation,
    inputs: {
      cubes: splits.digest,
      batches: `${TRAINING.styles} styles of ${size}×${size}`,
      device: device.driver,
    },
    notes: splits.notes,
  };
}
