import { type Random, seededRandom } from '../../random.js';
import type { StyleBatch } from './batch.js';

/** Exponents of colours, drawn evenly on a logarithmic scale between 1/that and that. */
const MOST_GAMMA = 1.5;

/** Red, green and blue in another order, and each to a power. */
interface Recolouring {
  readonly order: readonly number[];
  readonly gamma: readonly number[];
}

function drawRecolouring(random: Random): Recolouring {
  const order = [0, 1, 2];
  for (let i = 2; i > 0; i--) {
    const j = random.index(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return { order, gamma: order.map(() => MOST_GAMMA ** random.between(-1, 1)) };
}

/**
 * Other styles out of rendered ones, for nothing: all pictures of a style are recoloured alike, and each is mirrored, or not,
 * from left to right. Batches that were rendered once are so trained on many times, and never twice the same.
 *
 * @param seed of the draws: that of a training and the step, say.
 */
export function recoloured(batch: StyleBatch, ...seed: number[]): StyleBatch {
  const { size, pictures, style } = batch;
  const byStyle = new Map<number, Recolouring>();
  for (const label of style) {
    if (!byStyle.has(label)) byStyle.set(label, drawRecolouring(seededRandom(...seed, label)));
  }
  const flips = seededRandom(...seed, -1);
  const result = new Float32Array(pictures.length);
  const pixels = size * size;
  for (const [index, label] of style.entries()) {
    const { order, gamma } = byStyle.get(label)!;
    const mirrored = flips.uniform() < 0.5;
    for (let pixel = 0; pixel < pixels; pixel++) {
      const column = pixel % size;
      const from = 3 * (index * pixels + (mirrored ? pixel - column + (size - 1 - column) : pixel));
      const to = 3 * (index * pixels + pixel);
      for (let c = 0; c < 3; c++) result[to + c] = pictures[from + order[c]!]! ** gamma[c]!;
    }
  }
  return { ...batch, pictures: result };
}
