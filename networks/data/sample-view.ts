import { type Cube, worldExtent } from '../../cubes/index.js';
import { orbitCamera } from '../../engine/camera.js';
import type { Psi } from '../../engine/psi.js';
import { combine, dot, type Vec3 } from '../../engine/vec3.js';
import type { Random } from '../../random.js';

/** What views are drawn from; angles in degrees. */
export const VIEW_RANGES = {
  azimuth: [-180, 180],
  /** From above only: stacks are anisotropic, and from the side they show their slices. */
  elevation: [10, 60],
  roll: [-8, 8],
  /** Of a lens; every fifth view is orthographic (fov 0). */
  fov: [20, 50],
  orthographic: 0.2,
  /** How much of the picture the cube's box takes, along the axis along which it takes more; drawn with more near the upper end. */
  fill: [0.5, 0.95],
} as const;

/** A camera that looks at the cube's centre from above. @param aspect width over height of the picture. */
export function sampleView(cube: Pick<Cube, 'shape' | 'spacing'>, random: Random, aspect = 1): Psi['camera'] {
  const view: Psi['camera'] = {
    azimuth: random.between(...VIEW_RANGES.azimuth),
    elevation: random.between(...VIEW_RANGES.elevation),
    roll: random.between(...VIEW_RANGES.roll),
    distance: 1,
    target: [0, 0, 0],
    fov: random.uniform() < VIEW_RANGES.orthographic ? 0 : random.between(...VIEW_RANGES.fov),
  };
  const [least, most] = VIEW_RANGES.fill;
  const fill = most - (most - least) * random.uniform() ** 3;
  return { ...view, distance: distanceFor(cube, view, fill, aspect) };
}

/** How much of half the picture the box takes: 1 when one of its corners is on the picture's edge. */
export function fillOf(cube: Pick<Cube, 'shape' | 'spacing'>, view: Psi['camera'], aspect = 1): number {
  const { origin, right, up, forward, halfHeight, orthographic } = orbitCamera(view);
  const half = worldExtent(cube).map((side) => side / 2) as Vec3;
  const fills = Array.from({ length: 8 }, (_, corner) => {
    const place = half.map((side, axis) => (corner & (1 << axis) ? side : -side)) as Vec3;
    const from = combine([1, place], [-1, origin]);
    const depth = dot(from, forward);
    if (!orthographic && depth <= 0) return Number.POSITIVE_INFINITY;
    const plane = halfHeight * (orthographic ? 1 : depth);
    return Math.max(Math.abs(dot(from, right)) / (plane * aspect), Math.abs(dot(from, up)) / plane);
  });
  return Math.max(...fills);
}

/** The fill falls as the eye moves away, so bisection finds the distance. */
function distanceFor(cube: Pick<Cube, 'shape' | 'spacing'>, view: Psi['camera'], fill: number, aspect: number): number {
  let [near, far] = [0.01, 100];
  for (let i = 0; i < 40; i++) {
    const middle = Math.sqrt(near * far);
    if (fillOf(cube, { ...view, distance: middle }, aspect) > fill) near = middle;
    else far = middle;
  }
  return far;
}
