import { type Channel, type Cube, worldExtent } from '../../cubes/index.js';
import { BINS as FINE_BINS, intensityScale } from '../data/intensity-scale.js';

/** Voxels along each side of the coarse copy. */
export const COARSE = 16;
/** Samples along each side of one of its voxels, at the most: a stack of any size is described in the same time. */
const SAMPLES = 4;
const BINS = 32;
/** Shares whose intensities are told: where on the stored range the background ends and the object lies. */
const SHARES = [0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97] as const;

/** Of `ChannelDescriptor.histogram`: the histogram, the intensities at SHARES, and the sides of the box. */
export const HISTOGRAM_LENGTH = BINS + SHARES.length + 3;
export const COARSE_LENGTH = COARSE ** 3;

/** What f_predict is told of a channel of a cube. */
export interface ChannelDescriptor {
  /**
   * HISTOGRAM_LENGTH numbers in [0, 1]: roots of the shares of voxels whose intensity's root falls in each of 32 even bins, roots of
   * the intensities at some shares of the channel's own scale, and the sides of the cube in world units.
   */
  readonly histogram: Float32Array;
  /** COARSE³ numbers in [0, 1], x fastest: the channel's shares (see data/intensity-scale.ts), averaged, stretched to a cube. */
  readonly coarse: Float32Array;
}

/** One for each channel, none of which depends on the others. */
export function describe(cube: Cube): ChannelDescriptor[] {
  const extent = worldExtent(cube);
  return cube.channels.map((channel) => ({
    histogram: Float32Array.of(...histogram(channel), ...intensities(channel), ...extent),
    coarse: coarse(channel, cube.shape),
  }));
}

function histogram(channel: Channel): number[] {
  const { histogram: fine } = intensityScale(channel);
  const each = FINE_BINS / BINS;
  return Array.from({ length: BINS }, (_, bin) =>
    Math.sqrt(fine.subarray(bin * each, (bin + 1) * each).reduce((sum, share) => sum + share, 0)),
  );
}

function intensities(channel: Channel): number[] {
  const { intensityOf } = intensityScale(channel);
  return SHARES.map((share) => Math.sqrt(intensityOf(share)));
}

function coarse(channel: Channel, shape: Cube['shape']): Float32Array {
  const { samples, range } = channel;
  const [lo, hi] = range;
  const { shareOf } = intensityScale(channel);
  const [nx, ny] = shape;
  // The voxels that are looked at along each axis, cell by cell.
  const [xs, ys, zs] = shape.map((n) =>
    Array.from({ length: COARSE }, (_, cell) => {
      const [from, to] = [(cell * n) / COARSE, ((cell + 1) * n) / COARSE];
      const count = Math.min(SAMPLES, Math.max(1, Math.ceil(to - from)));
      return Array.from({ length: count }, (_, i) =>
        Math.min(n - 1, Math.floor(from + ((i + 0.5) * (to - from)) / count)),
      );
    }),
  ) as [number[][], number[][], number[][]];
  const result = new Float32Array(COARSE_LENGTH);
  let at = 0;
  for (const planes of zs) {
    for (const rows of ys) {
      for (const columns of xs) {
        let sum = 0;
        for (const z of planes) {
          for (const y of rows) {
            for (const x of columns) sum += shareOf((samples[x + nx * (y + ny * z)]! - lo) / (hi - lo));
          }
        }
        result[at++] = sum / (planes.length * rows.length * columns.length);
      }
    }
  }
  return result;
}
