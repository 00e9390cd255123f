import { type Cube, worldExtent } from '../../cubes/index.js';
import { sameType } from '../../cubes/samples.js';
import { intensityScale } from './intensity-scale.js';

/** A box of voxels. */
export interface Crop {
  from: [number, number, number];
  shape: [number, number, number];
}

/** A crop keeps at least so many voxels along an axis that has them. */
export const LEAST_SIDE = 8;
/** Voxels of background that are left about the object, as a share of its longest side. */
const MARGIN = 0.04;
/** Planes at an end that hold less than this share of the object's voxels all together are stray: specks, noise. */
const STRAY = 0.01;

/** The cube's voxels within a box. Ranges, spacing and unit stay. */
export function cropped(cube: Cube, { from, shape }: Crop): Cube {
  if (shape.every((n, axis) => n === cube.shape[axis])) return cube;
  const [nx, ny] = cube.shape;
  const [mx, my, mz] = shape;
  const channels = cube.channels.map((channel) => {
    const samples = sameType(channel.samples, mx * my * mz);
    for (let row = 0; row < my * mz; row++) {
      const start = from[0] + nx * (from[1] + (row % my) + ny * (from[2] + Math.floor(row / my)));
      samples.set(channel.samples.subarray(start, start + mx), row * mx);
    }
    return { ...channel, samples };
  });
  const note = `cropped to ${shape.join('×')} at ${from.join(',')}`;
  return { ...cube, shape, channels, notes: [...cube.notes, note] };
}

/** The intensity above which each channel's voxels are object, in its samples' units. */
export function objectThresholds({ channels }: Cube): number[] {
  return channels.map((channel) => {
    const [lo, hi] = channel.range;
    return lo + (hi - lo) * intensityScale(channel).intensityOf(0.5);
  });
}

/** The box of a cube's object with a margin about it: what a person frames. */
export function objectBox(cube: Cube): Crop {
  const { shape, channels } = cube;
  const [nx, ny, nz] = shape;
  const thresholds = objectThresholds(cube);
  const planes = shape.map((n) => new Float64Array(n));
  let total = 0;
  for (let z = 0, i = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, i++) {
        if (!channels.some(({ samples }, c) => samples[i]! > thresholds[c]!)) continue;
        total++;
        planes[0]![x]!++;
        planes[1]![y]!++;
        planes[2]![z]!++;
      }
    }
  }
  const extent = worldExtent(cube);
  const spans = planes.map((counts) => {
    const start = firstAbove(counts, STRAY * total);
    return [start, counts.length - firstAbove([...counts].reverse(), STRAY * total)] as const;
  });
  const sides = spans.map(([start, end], axis) => ((end - start) / shape[axis]!) * extent[axis]!);
  const margin = MARGIN * Math.max(...sides);
  const ends = spans.map(([start, end], axis) => {
    const n = shape[axis]!;
    const voxels = Math.max((margin / extent[axis]!) * n, (Math.min(n, LEAST_SIDE) - (end - start)) / 2);
    return [Math.max(0, Math.floor(start - voxels)), Math.min(n, Math.ceil(end + voxels))] as const;
  });
  return {
    from: ends.map(([start]) => start) as Crop['from'],
    shape: ends.map(([start, end]) => end - start) as Crop['shape'],
  };
}

/** Where the sum of counts first exceeds a bound. */
function firstAbove(counts: ArrayLike<number>, bound: number): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) {
    sum += counts[i]!;
    if (sum > bound) return i;
  }
  return 0;
}
