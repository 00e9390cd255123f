import type { Psi } from '../../engine/psi.js';
import type { BranchPoints } from './branches.js';
import type { Ray, Vec3 } from './camera.js';

export interface Box {
  min: Vec3;
  max: Vec3;
}

/** The part of a ray that is rendered, in world units from its origin. */
export interface Span {
  t0: number;
  t1: number;
}

/** The part of the cube that the clip planes leave. */
export function clippedBox(extent: Vec3, clip: Psi['clip']): Box {
  return {
    min: [extent[0] * (clip.min[0] - 0.5), extent[1] * (clip.min[1] - 0.5), extent[2] * (clip.min[2] - 0.5)],
    max: [extent[0] * (clip.max[0] - 0.5), extent[1] * (clip.max[1] - 0.5), extent[2] * (clip.max[2] - 0.5)],
  };
}

/** In the place of a plane: the span begins at the ray's origin; there is no span. */
const ORIGIN = -1;
const MISS = -2;

/**
 * Where the ray enters and leaves the box in front of its origin; null where it misses. A ray that was recorded as one that
 * hits is cut with the planes that it was cut with then, even if they are now met in the other order.
 */
export function intersect(ray: Ray, box: Box, branches: BranchPoints): Span | null {
  const planes = cuttingPlanes(ray, box);
  const entry = branches.take(planes.entry);
  const exit = branches.take(planes.exit);
  if (entry === MISS) return null;
  return { t0: entry === ORIGIN ? 0 : distanceTo(entry, ray, box), t1: distanceTo(exit, ray, box) };
}

/** Planes are numbered 2·axis for that of box.min and 2·axis + 1 for that of box.max. */
function distanceTo(plane: number, { origin, direction }: Ray, box: Box): number {
  const axis = (plane >> 1) as 0 | 1 | 2;
  return ((plane % 2 === 0 ? box.min : box.max)[axis] - origin[axis]) / direction[axis];
}

function cuttingPlanes(ray: Ray, box: Box): { entry: number; exit: number } {
  const { origin, direction } = ray;
  const missed = { entry: MISS, exit: MISS };
  let [entry, t0] = [ORIGIN, 0];
  let [exit, t1] = [MISS, Number.POSITIVE_INFINITY];
  for (const axis of [0, 1, 2] as const) {
    if (Math.abs(direction[axis]) < 1e-12) {
      // Parallel to the slab: within it always or never. Distances would be 0/0 on its planes.
      if (origin[axis] < box.min[axis] - 1e-7 || origin[axis] > box.max[axis] + 1e-7) return missed;
      continue;
    }
    const [near, far] = direction[axis] > 0 ? [2 * axis, 2 * axis + 1] : [2 * axis + 1, 2 * axis];
    const [a, b] = [distanceTo(near, ray, box), distanceTo(far, ray, box)];
    if (a > t0) [entry, t0] = [near, a];
    if (b < t1) [exit, t1] = [far, b];
  }
  return t1 <= t0 ? missed : { entry, exit };
}
