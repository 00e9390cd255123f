import { type Random, seededRandom } from '../../random.js';
import type { StyleBatch } from './batch.js';

/** How far the colours of a picture go at the most at strength 1, to either side. */
const MOST = { hueDegrees: 10, log2Exposure: 0.2, log2Gamma: 0.2 } as const;

type Matrix = readonly (readonly [number, number, number])[];

/** Rotation about the axis of greys: Rodrigues' formula with the axis (1, 1, 1)/√3. */
function hueRotation(degrees: number): Matrix {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle) / Math.sqrt(3)];
  const grey = (1 - cos) / 3;
  return [
    [cos + grey, grey - sin, grey + sin],
    [grey + sin, cos + grey, grey - sin],
    [grey - sin, grey + sin, cos + grey],
  ];
}

/** Writes a picture's colours with a hue, exposure and gamma that are drawn for it. */
function jitter(from: Float32Array, to: Float32Array, strength: number, random: Random): void {
  const drawn = (most: number) => strength * random.between(-most, most);
  const matrix = hueRotation(drawn(MOST.hueDegrees));
  const [exposure, gamma] = [2 ** drawn(MOST.log2Exposure), 2 ** drawn(MOST.log2Gamma)];
  const shone = [0, 0, 0];
  for (let i = 0; i < from.length; i += 3) {
    for (let c = 0; c < 3; c++) shone[c] = exposure * from[i + c]! ** gamma;
    for (const [c, [r, g, b]] of matrix.entries()) {
      to[i + c] = Math.min(1, Math.max(0, r * shone[0]! + g * shone[1]! + b * shone[2]!));
    }
  }
}

/**
 * Pictures each of a hue, exposure and gamma of its own, for a harder evaluation: renders of one Ψ have a background of one
 * exact colour, which gives their style away, and pictures from elsewhere don't.
 *
 * @param strength 1: hues by up to 10°, exposures and gammas by up to 15 %; 0: as they are.
 * @param seed of the draws, which depend on a picture's index alone.
 */
export function colourJittered(batch: StyleBatch, strength: number, seed: number): StyleBatch {
  const { size, pictures, style } = batch;
  const result = new Float32Array(pictures.length);
  const numbers = 3 * size * size;
  for (const index of style.keys()) {
    const [begin, end] = [index * numbers, (index + 1) * numbers];
    jitter(pictures.subarray(begin, end), result.subarray(begin, end), strength, seededRandom(seed, index));
  }
  return { ...batch, pictures: result };
}
