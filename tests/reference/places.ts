import { type Cube, worldExtent } from '../../cubes/cube.js';
import type { Psi } from '../../engine/psi.js';
import { clippedBox, intersect } from './box.js';
import type { BranchPoints } from './branches.js';
import { cameraFrame, pixelRay } from './camera.js';
import { MIDDLE, pixelJitter } from './jitter.js';

export interface RenderSize {
  width: number;
  height: number;
  /** Samples on every ray; as Ψ's sampling says if left out. */
  steps?: number;
}

/** Where the samples of a picture lie. */
export interface SamplePlaces {
  width: number;
  height: number;
  steps: number;
  /** x, y, z of sample k on the ray of pixel p at 3·(p·steps + k), in world units; 0 where the ray misses. */
  positions: Float64Array;
  /** Per pixel: x, y, z of the ray's direction, of length 1. */
  directions: Float64Array;
  /** Per pixel: the distance of neighbouring samples in world units; 0 where the ray misses. */
  dt: Float64Array;
  /** Per pixel: 1 where the ray meets the box. */
  hit: Uint8Array;
}

export function stepsOf({ shape: [nx, ny, nz] }: Cube, { sampling }: Psi, size: RenderSize): number {
  // Math.hypot makes 27.000000000000004 of 2, 7, 26, and so one step too many; the root of a whole square is exact.
  const diagonal = Math.sqrt(nx * nx + ny * ny + nz * nz);
  return size.steps ?? sampling.steps ?? Math.max(1, Math.ceil(sampling.rate * diagonal));
}

export function placeSamples(cube: Cube, psi: Psi, size: RenderSize, branches: BranchPoints): SamplePlaces {
  const { width, height } = size;
  const steps = stepsOf(cube, psi, size);
  const places: SamplePlaces = {
    width,
    height,
    steps,
    positions: new Float64Array(width * height * steps * 3),
    directions: new Float64Array(width * height * 3),
    dt: new Float64Array(width * height),
    hit: new Uint8Array(width * height),
  };
  const box = clippedBox(worldExtent(cube), psi.clip);
  const frame = cameraFrame(psi.camera);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const ray = pixelRay(frame, pixel % width, Math.floor(pixel / width), size);
    places.directions.set(ray.direction, pixel * 3);
    const span = intersect(ray, box, branches);
    if (span === null) continue;
    places.hit[pixel] = 1;
    const dt = (span.t1 - span.t0) / steps;
    places.dt[pixel] = dt;
    const share = psi.sampling.jitter ? pixelJitter(pixel) : MIDDLE;
    for (let axis = 0; axis < 3; axis++) {
      const origin = ray.origin[axis]!;
      const direction = ray.direction[axis]!;
      for (let k = 0; k < steps; k++) {
        places.positions[3 * (pixel * steps + k) + axis] = origin + (span.t0 + (k + share) * dt) * direction;
      }
    }
  }
  return places;
}
