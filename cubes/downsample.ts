import { usage } from '../errors.js';
import type { Cube, Samples } from './cube.js';
import { sameType } from './samples.js';

/** Voxels along x, y and z that are averaged into one. */
export type Factors = readonly [fx: number, fy: number, fz: number];

/** Axes count as equally fine up to this ratio of spacings: halving then leaves voxels no less isotropic than before. */
const NEAR_ISOTROPIC = Math.SQRT2;

const coarseShape = (shape: Factors, factors: Factors) => shape.map((n, axis) => Math.ceil(n / factors[axis]!));

/**
 * The cube with blocks of fx × fy × fz voxels averaged into one; the last block along an axis has what is left. Samples keep
 * their type, whole numbers are rounded (halves up). The ranges stay, so that a Ψ, whose windows are shares of them, means the
 * same at every level.
 *
 * The physical extent is kept exactly: n voxels that become m get n/m times the spacing, which is the factor itself where it
 * divides n. Where it doesn't, voxels drift away from their blocks' centres by less than one (coarse) voxel, most at the far
 * end; the alternative, a spacing of just factor·spacing, would make the box larger by as much and move all of it.
 *
 * @throws VoxstyleError `usage` for factors that aren't whole numbers of at least 1.
 */
export function downsample(cube: Cube, factors: Factors): Cube {
  if (factors.length !== 3 || !factors.every((f) => Number.isInteger(f) && f >= 1)) {
    throw usage('downsample', 'three whole numbers of at least 1', factors.join('×'), 'correct the factors');
  }
  // A block has no more voxels than the axis; the note should say so.
  const blocks = factors.map((f, axis) => Math.min(f, cube.shape[axis]!)) as [number, number, number];
  if (blocks.every((f) => f === 1)) return cube;
  const shape = coarseShape(cube.shape, blocks) as [number, number, number];
  const spacing = cube.spacing.map((step, axis) => step * (cube.shape[axis]! / shape[axis]!));
  const how = `downsampled ${blocks.join('×')} from ${cube.shape.join('×')}`;
  return {
    ...cube,
    shape,
    spacing: spacing as [number, number, number],
    channels: cube.channels.map((channel) => ({ ...channel, samples: average(channel.samples, cube.shape, blocks) })),
    notes: [...cube.notes, how],
  };
}

function average(samples: Samples, [nx, ny, nz]: Factors, [fx, fy, fz]: Factors): Samples {
  const [mx, my, mz] = coarseShape([nx, ny, nz], [fx, fy, fz]) as [number, number, number];
  const means = sameType(samples, mx * my * mz);
  const whole = !(samples instanceof Float32Array);
  const sums = new Float64Array(mx);
  for (let block = 0; block < my * mz; block++) {
    const [y0, z0] = [(block % my) * fy, Math.floor(block / my) * fz];
    const [y1, z1] = [Math.min(ny, y0 + fy), Math.min(nz, z0 + fz)];
    sums.fill(0);
    for (let z = z0; z < z1; z++) {
      for (let y = y0; y < y1; y++) addRow(samples, nx * (y + ny * z), nx, fx, sums);
    }
    const rows = (y1 - y0) * (z1 - z0);
    for (let x = 0; x < mx; x++) {
      const mean = sums[x]! / (rows * Math.min(fx, nx - x * fx));
      means[block * mx + x] = whole ? Math.round(mean) : mean;
    }
  }
  return means;
}

/** Adds the nx samples from `start` on to sums, fx to each. */
function addRow(samples: Samples, start: number, nx: number, fx: number, sums: Float64Array): void {
  for (let x = 0, block = 0; x < nx; block++) {
    const end = Math.min(nx, x + fx);
    let sum = 0;
    for (; x < end; x++) sum += samples[start + x]!;
    sums[block]! += sum;
  }
}

/**
 * The least coarse factors, powers of two, with which a cube fits: again and again the axes with the finest spacing are
 * halved, so that voxels become nearly isotropic before all axes lose alike.
 *
 * @param bytesPerVoxel of all channels together.
 * @returns 1×1×1 when the cube fits as it is; factors that leave one voxel when even two are too many.
 */
export function levelThatFits(
  { shape, spacing }: Pick<Cube, 'shape' | 'spacing'>,
  mostBytes: number,
  bytesPerVoxel: number,
): Factors {
  const factors: [number, number, number] = [1, 1, 1];
  for (;;) {
    const coarse = coarseShape(shape, factors);
    const divisible = [0, 1, 2].filter((axis) => coarse[axis]! > 1);
    if (coarse[0]! * coarse[1]! * coarse[2]! * bytesPerVoxel <= mostBytes || divisible.length === 0) return factors;
    const steps = spacing.map((step, axis) => step * factors[axis]!);
    const finest = Math.min(...divisible.map((axis) => steps[axis]!));
    for (const axis of divisible) if (steps[axis]! < finest * NEAR_ISOTROPIC) factors[axis]! *= 2;
  }
}
