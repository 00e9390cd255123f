import type { Device } from '../engine/device.js';
import { StyleBatches } from './data/index.js';
import { openSplits } from './splits.js';
import { type Batches, joinBatches, type StyleBatch } from './style/index.js';

export interface StyleDataOptions {
  device: Device;
  /** The user's own volumes; phantoms alone without it. */
  folder?: string | undefined;
  /** Phantoms of each kind. Default 20. */
  phantoms?: number | undefined;
  seed: number;
  /** Pixels along each side. Default 96. */
  size?: number | undefined;
}

export interface StyleData {
  batches: Batches;
  /** Cubes that are never trained on. */
  validation: StyleBatch;
  /** What a resumed training must share. */
  inputs: Record<string, string>;
  notes: string[];
}

/** Many styles teach more than many views of them: of each a batch has one on either cube. */
const TRAINING = { styles: 16, views: 1 } as const;
/** A query needs another view of its style on its cube, 16 other styles of its cube, and 15 pictures of others. */
const VALIDATION = { styles: 18, views: 2, batches: 4 } as const;

/**
 * What f_style is trained on, and what it is judged by: pictures that are rendered as they are asked for.
 *
 * @throws VoxstyleError as `openCubes`.
 */
export async function openStyleData(options: StyleDataOptions): Promise<StyleData> {
  const { device, folder, phantoms = 20, seed, size = 96 } = options;
  const splits = await openSplits({ folder, phantoms: { train: phantoms, validation: phantoms }, seed });
  const training = new StyleBatches(device, splits.train, { seed, ...TRAINING, size });
  const judging = new StyleBatches(device, splits.held, {
    seed,
    styles: VALIDATION.styles,
    views: VALIDATION.views,
    size,
  });
  const sets: StyleBatch[] = [];
  for (let index = 0; index < VALIDATION.batches; index++) sets.push(await judging.batch(index));
  return {
    batches: (index) => training.batch(index),
    validation: joinBatches(sets),
    inputs: {
      cubes: splits.digest,
      batches: `${TRAINING.styles} styles of ${size}×${size}`,
      device: device.driver,
    },
    notes: splits.notes,
  };
}
