/** Scenes in which float32 and float64 may differ with neither at fault. Only the reference is asked, never the kernels. */
import { worldExtent } from '../../cubes/cube.js';
import { LIVE } from './branches.js';
import { comparePictures, type GradcheckRow, type PictureComparison } from './gradcheck-compare.js';
import { referenceGradient } from './gradient.js';
import { placeSamples } from './places.js';
import { renderReference, type Scene } from './renderer.js';
import { gridCoordinate } from './sampling.js';

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
export function onVoxelBorder({ cube, psi, size }: Scene): boolean {
  if (psi.sampling.interpolation !== 'nearest') return false;
  const extent = worldExtent(cube);
  const { positions, hit, steps } = placeSamples(cube, psi, size, LIVE);
  return positions.some((position, i) => {
    if (hit[Math.floor(i / (3 * steps))] === 0) return false;
    const n = cube.shape[i % 3]!;
    const g = Math.min(Math.max(gridCoordinate(position, n, extent[i % 3]!), 0), n - 1);
    return Math.abs(g - Math.floor(g) - 0.5) < (2 * FLOAT32_REACH * n) / extent[i % 3]!;
  });
}

export interface CheckedScene extends Scene {
  weights: Float32Array;
  picture: PictureComparison;
  rows: readonly GradcheckRow[];
}

/**
 * Whether a failure is one of float32 and not of the kernels: with every ray moved by what float32 leaves open of a sample's
 * place, the reference's own gradient of each scalar that failed changes by more than the tolerance, and so does the
 * picture if that failed. It is so where a sample that matters lies on a kink, and where the parts of a gradient cancel.
 */
export function beyondFloat32({ cube, psi, size, weights, picture, rows }: CheckedScene): boolean {
  const moved = TETRAHEDRON.map((direction) => {
    const target = psi.camera.target.map((x, axis) => x + FLOAT32_REACH * direction[axis]!) as [number, number, number];
    return { cube, psi: { ...psi, camera: { ...psi.camera, target } }, size };
  });
  const pictureMoves = () => {
    const still = renderReference(cube, psi, size);
    return moved.some((scene) => !comparePictures(renderReference(cube, scene.psi, size), still).ok);
  };
  // Stops at the first that float32 doesn't explain, which is soon if the kernels are wrong.
  const gradientMoves = ({ path, numeric, tolerance }: GradcheckRow) =>
    moved.some((scene) => {
      const [there] = referenceGradient(scene, [path], weights);
      return Math.abs(there!.value - numeric) > tolerance;
    });
  return (picture.ok || pictureMoves()) && rows.every((row) => row.ok || gradientMoves(row));
}
