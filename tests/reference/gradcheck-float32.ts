/** Scenes in which float32 and float64 may differ with neither at fault. Only the reference is asked, never the kernels. */
import { type Cube, worldExtent } from '../../cubes/cube.js';
import type { Size } from '../../engine/frame.js';
import type { Psi } from '../../engine/psi.js';
import { comparePictures, type GradcheckRow, type PictureComparison } from './gradcheck-compare.js';
import { referenceGradient } from './gradient.js';
import { sampleRays, shade } from './renderer.js';
import { visitSamples } from './sampling.js';

/** What a sample's place may be off by in float32, in world units: a few roundings of coordinates of about 1. */
const FLOAT32_REACH = 2 ** -21;
/** Directions to move rays in: a kink within reach lies across one of them. */
const TETRAHEDRON = [
  [1, 1, 1],
  [1, -1, -1],
  [-1, 1, -1],
  [-1, -1, 1],
] as const;

/** Whether a sample takes the nearest voxel so near the border of two that float32 may take the other one. */
export function onVoxelBorder(cube: Cube, psi: Psi, size: Size): boolean {
  if (psi.sampling.interpolation !== 'nearest') return false;
  const reach = worldExtent(cube).map((side, axis) => (2 * FLOAT32_REACH * cube.shape[axis]!) / side);
  let found = false;
  visitSamples(cube, psi, size, ({ grid }) => {
    found ||= grid.some((g, axis) => Math.abs(g - Math.floor(g) - 0.5) < reach[axis]!);
  });
  return found;
}

export interface CheckedScene {
  cube: Cube;
  psi: Psi;
  weights: Float32Array;
  picture: PictureComparison;
  rows: readonly GradcheckRow[];
}

/**
 * Whether a failure is one of float32 and not of the kernels: with every ray moved by what float32 leaves open of a sample's
 * place, the reference's own gradient of each scalar that failed changes by more than the tolerance, and so does the
 * picture if that failed. It is so where a sample that matters lies on a kink, and where the parts of a gradient cancel.
 */
export function beyondFloat32({ cube, psi, weights, picture, rows }: CheckedScene, size: Size): boolean {
  const still = sampleRays(cube, psi, size);
  const moved = TETRAHEDRON.map((direction) => {
    const target = psi.camera.target.map((x, axis) => x + FLOAT32_REACH * direction[axis]!) as [number, number, number];
    return sampleRays(cube, { ...psi, camera: { ...psi.camera, target } }, size);
  });
  const pictureMoves = () => moved.some((rays) => !comparePictures(shade(rays, psi), shade(still, psi)).ok);
  // Stops at the first that float32 doesn't explain, which is soon if the kernels are wrong.
  const gradientMoves = ({ path, numeric, tolerance }: GradcheckRow) =>
    moved.some((rays) => {
      const [there] = referenceGradient(rays, psi, [path], weights);
      return Math.abs(there!.value - numeric) > tolerance;
    });
  return (picture.ok || pictureMoves()) && rows.every((row) => row.ok || gradientMoves(row));
}
