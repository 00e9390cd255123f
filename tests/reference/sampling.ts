import { type Cube, worldExtent } from '../../cubes/cube.js';
import type { Psi } from '../../engine/psi.js';
import { type BranchPoints, LIVE } from './branches.js';
import { placeSamples, type RenderSize, type SamplePlaces } from './places.js';
import { isShaded } from './surfaces.js';
import { VOXEL, voxelsOf } from './volume.js';

/** The cube as the rays meet it: all that a picture takes from the cube, clip box and sampling. */
export interface RaySamples extends SamplePlaces {
  /** Per channel of the cube: the intensity of sample k on the ray of pixel p at p·steps + k, in [0, 1]. */
  values: Float64Array[];
  /** Per channel: x, y, z of the intensity's gradient per world unit, at 3·(p·steps + k); null if they weren't asked for. */
  gradients: Float64Array[] | null;
}

/** @param gradients whether to sample them too; as Ψ needs them if left out. */
export function sampleRays(
  cube: Cube,
  psi: Psi,
  size: RenderSize,
  branches: BranchPoints = LIVE,
  gradients = isShaded(psi),
): RaySamples {
  const places = placeSamples(cube, psi, size, branches);
  const extent = worldExtent(cube);
  const axes = ([0, 1, 2] as const).map((axis) =>
    locate(places, axis, cube.shape[axis], extent[axis], psi.sampling.interpolation, branches),
  ) as [AxisCells, AxisCells, AxisCells];
  const count = places.hit.length * places.steps;
  const values = cube.channels.map(() => new Float64Array(count));
  const slopes = gradients ? cube.channels.map(() => new Float64Array(count * 3)) : null;
  for (const [c, voxels] of voxelsOf(cube).entries()) {
    interpolate(voxels, cube.shape, places, axes, values[c]!, slopes?.[c]);
  }
  return { ...places, values, gradients: slopes };
}

/** Per sample the two voxels that it lies between along one axis, and the share of the second. */
interface AxisCells {
  lower: Int32Array;
  upper: Int32Array;
  share: Float64Array;
}

/** In the place of a cell's index: before the first voxel's centre, on the last one's or behind it. */
const BEFORE = -1;
const BEHIND = -2;

/** A world coordinate in units of voxels: whole numbers are voxel centres. */
export const gridCoordinate = (position: number, n: number, extent: number) => (position / extent + 0.5) * n - 0.5;

function locate(
  { positions, hit, steps }: SamplePlaces,
  axis: 0 | 1 | 2,
  n: number,
  extent: number,
  interpolation: 'linear' | 'nearest',
  branches: BranchPoints,
): AxisCells {
  const count = hit.length * steps;
  const cells = { lower: new Int32Array(count), upper: new Int32Array(count), share: new Float64Array(count) };
  for (let at = 0; at < count; at++) {
    if (hit[Math.floor(at / steps)] === 0) continue;
    const g = gridCoordinate(positions[3 * at + axis]!, n, extent);
    if (interpolation === 'nearest') {
      const voxel = branches.take(Math.floor(Math.min(Math.max(g, 0), n - 1) + 0.5));
      cells.lower[at] = voxel;
      cells.upper[at] = voxel;
      continue;
    }
    const cell = branches.take(cellOf(g, n));
    if (cell === BEFORE || cell === BEHIND) {
      const voxel = cell === BEFORE ? 0 : n - 1;
      cells.lower[at] = voxel;
      cells.upper[at] = voxel;
    } else {
      cells.lower[at] = cell;
      cells.upper[at] = Math.min(cell + 1, n - 1);
      cells.share[at] = g - cell;
    }
  }
  return cells;
}

function cellOf(g: number, n: number): number {
  if (g < 0) return BEFORE;
  return g >= n - 1 ? BEHIND : Math.floor(g);
}

/** Trilinear; beyond a cell, where a frozen branch may lead, its polynomial goes on. */
function interpolate(
  voxels: Float64Array,
  [nx, ny]: Cube['shape'],
  { hit, steps }: SamplePlaces,
  [x, y, z]: [AxisCells, AxisCells, AxisCells],
  values: Float64Array,
  gradients: Float64Array | undefined,
): void {
  for (let at = 0; at < values.length; at++) {
    if (hit[Math.floor(at / steps)] === 0) continue;
    const sx = x.share[at]!;
    for (let corner = 0; corner < 4; corner++) {
      const iy = corner % 2 === 0 ? y.lower[at]! : y.upper[at]!;
      const iz = corner < 2 ? z.lower[at]! : z.upper[at]!;
      const weight =
        (corner % 2 === 0 ? 1 - y.share[at]! : y.share[at]!) * (corner < 2 ? 1 - z.share[at]! : z.share[at]!);
      const row = nx * (iy + ny * iz);
      const left = VOXEL * (row + x.lower[at]!);
      const right = VOXEL * (row + x.upper[at]!);
      values[at]! += weight * mix(voxels[left]!, voxels[right]!, sx);
      if (gradients === undefined) continue;
      for (let axis = 0; axis < 3; axis++) {
        gradients[3 * at + axis]! += weight * mix(voxels[left + 1 + axis]!, voxels[right + 1 + axis]!, sx);
      }
    }
  }
}

export function mix(a: number, b: number, f: number): number {
  return a * (1 - f) + b * f;
}
