import { type Cube, worldExtent } from '../../cubes/cube.js';

/** Values a voxel: the intensity, and its derivatives along x, y and z per world unit. */
export const VOXEL = 4;

const known = new WeakMap<Cube, Float64Array[]>();

/** Per channel VOXEL values for each voxel, in the order of the samples. A cube's are computed once: cubes don't change. */
export function voxelsOf(cube: Cube): Float64Array[] {
  const voxels = known.get(cube) ?? cube.channels.map((_, c) => channelVoxels(cube, c));
  known.set(cube, voxels);
  return voxels;
}

/** Central differences of neighbours; at the cube's faces the voxel itself stands for the one that is missing. */
function channelVoxels(cube: Cube, channel: number): Float64Array {
  const [nx, ny, nz] = cube.shape;
  const [ex, ey, ez] = worldExtent(cube);
  const {
    samples,
    range: [lo, hi],
  } = cube.channels[channel]!;
  const inside = (i: number, n: number) => Math.min(Math.max(i, 0), n - 1);
  const intensity = (x: number, y: number, z: number) =>
    (samples[inside(x, nx) + nx * (inside(y, ny) + ny * inside(z, nz))]! - lo) / (hi - lo);

  const voxels = new Float64Array(nx * ny * nz * VOXEL);
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++) {
        const at = VOXEL * (x + nx * (y + ny * z));
        voxels[at] = intensity(x, y, z);
        voxels[at + 1] = (((intensity(x + 1, y, z) - intensity(x - 1, y, z)) / 2) * nx) / ex;
        voxels[at + 2] = (((intensity(x, y + 1, z) - intensity(x, y - 1, z)) / 2) * ny) / ey;
        voxels[at + 3] = (((intensity(x, y, z + 1) - intensity(x, y, z - 1)) / 2) * nz) / ez;
      }
    }
  }
  return voxels;
}
