import { type Cube, worldExtent } from '../../cubes/cube.js';
import type { Psi } from '../../engine/psi.js';
import { clippedBox, intersect, pixelRay, type Vec3 } from './camera.js';

export interface RenderSize {
  width: number;
  height: number;
  /** Samples on every ray; psi.sampling.steps if left out. */
  steps?: number;
}

/** The cube as the rays meet it: all that a picture takes from the cube, camera, clip box and sampling. */
export interface RaySamples {
  width: number;
  height: number;
  steps: number;
  /** Per channel of the cube: the intensity of sample k on the ray of pixel p at p·steps + k, in [0, 1]. */
  values: Float64Array[];
  /** Per pixel: the distance of neighbouring samples in world units; 0 where the ray misses. */
  dt: Float64Array;
  /** Per pixel: 1 where the ray meets the box. */
  hit: Uint8Array;
}

/** @throws when neither `size` nor Ψ gives the number of steps: how a rate becomes steps is not image formation. */
export function sampleRays(cube: Cube, psi: Psi, size: RenderSize): RaySamples {
  const { width, height } = size;
  const steps = stepsOf(psi, size);
  const rays: RaySamples = {
    width,
    height,
    steps,
    values: cube.channels.map(() => new Float64Array(width * height * steps)),
    dt: new Float64Array(width * height),
    hit: new Uint8Array(width * height),
  };
  visitSamples(cube, psi, size, ({ pixel, k, dt, grid }) => {
    rays.dt[pixel] = dt;
    rays.hit[pixel] = 1;
    for (let c = 0; c < cube.channels.length; c++) {
      rays.values[c]![pixel * steps + k] = intensity(cube, c, grid, psi.sampling.interpolation);
    }
  });
  return rays;
}

/** A sample's pixel, its number on the ray, the distance to the next, and where it is in units of voxels. */
export interface SamplePlace {
  pixel: number;
  k: number;
  dt: number;
  grid: Vec3;
}

/** Every sample of a picture, ray by ray and front to back. */
export function visitSamples(cube: Cube, psi: Psi, size: RenderSize, visit: (place: SamplePlace) => void): void {
  const { width, height } = size;
  const steps = stepsOf(psi, size);
  const extent = worldExtent(cube);
  const box = clippedBox(extent, psi.clip);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const { origin, direction } = pixelRay(psi.camera, pixel % width, Math.floor(pixel / width), size);
    const span = intersect({ origin, direction }, box);
    if (span === null) continue;
    const dt = (span.t1 - span.t0) / steps;
    for (let k = 0; k < steps; k++) {
      const t = span.t0 + (k + 0.5) * dt;
      const along = (axis: 0 | 1 | 2) => origin[axis] + t * direction[axis];
      visit({ pixel, k, dt, grid: gridPosition(cube, extent, [along(0), along(1), along(2)]) });
    }
  }
}

function stepsOf(psi: Psi, size: RenderSize): number {
  const steps = size.steps ?? psi.sampling.steps;
  if (steps === null) throw new Error('sampleRays: expected steps in the size or in psi.sampling, got null');
  return steps;
}

/** A world position in units of voxels: whole numbers are voxel centres. */
export function gridPosition(cube: Cube, extent: Vec3, position: Vec3): Vec3 {
  const along = (axis: 0 | 1 | 2) => {
    const n = cube.shape[axis];
    return Math.min(Math.max((position[axis] / extent[axis] + 0.5) * n - 0.5, 0), n - 1);
  };
  return [along(0), along(1), along(2)];
}

/** The intensity of a channel, as a share of its stored range, at a place within [0, n − 1] per axis. */
export function intensity(cube: Cube, channel: number, grid: Vec3, interpolation: 'linear' | 'nearest'): number {
  const [nx, ny, nz] = cube.shape;
  const {
    samples,
    range: [lo, hi],
  } = cube.channels[channel]!;
  const voxel = (x: number, y: number, z: number) => (samples[x + nx * (y + ny * z)]! - lo) / (hi - lo);

  const [gx, gy, gz] = grid;
  if (interpolation === 'nearest') return voxel(Math.floor(gx + 0.5), Math.floor(gy + 0.5), Math.floor(gz + 0.5));

  const [x0, y0, z0] = [Math.floor(gx), Math.floor(gy), Math.floor(gz)];
  // On the last voxel of an axis the fraction is 0, so which neighbour is read there doesn't matter.
  const [x1, y1, z1] = [Math.min(x0 + 1, nx - 1), Math.min(y0 + 1, ny - 1), Math.min(z0 + 1, nz - 1)];
  const [fx, fy, fz] = [gx - x0, gy - y0, gz - z0];
  const row = (y: number, z: number) => mix(voxel(x0, y, z), voxel(x1, y, z), fx);
  const plane = (z: number) => mix(row(y0, z), row(y1, z), fy);
  return mix(plane(z0), plane(z1), fz);
}

export function mix(a: number, b: number, f: number): number {
  return a * (1 - f) + b * f;
}
