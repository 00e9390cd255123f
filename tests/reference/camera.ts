import type { Psi } from '../../engine/psi.js';

export type Vec3 = readonly [x: number, y: number, z: number];
export interface Ray {
  origin: Vec3;
  /** Of length 1. */
  direction: Vec3;
}
export interface Box {
  min: Vec3;
  max: Vec3;
}

const radians = (degrees: number) => (degrees * Math.PI) / 180;
const scale = (a: number, [x, y, z]: Vec3): Vec3 => [a * x, a * y, a * z];
const add = (...terms: Vec3[]): Vec3 => terms.reduce(([x, y, z], [u, v, w]) => [x + u, y + v, z + w]);
const normalize = (v: Vec3): Vec3 => scale(1 / Math.hypot(...v), v);
const cross = ([a, b, c]: Vec3, [x, y, z]: Vec3): Vec3 => [b * z - c * y, c * x - a * z, a * y - b * x];

/** The ray through the middle of pixel (column, row) of a picture with row 0 on top. */
export function pixelRay(
  camera: Psi['camera'],
  column: number,
  row: number,
  size: { width: number; height: number },
): Ray {
  const { distance } = camera;
  const a = radians(camera.azimuth);
  const e = radians(camera.elevation);
  const roll = radians(camera.roll);

  const towardsEye: Vec3 = [Math.cos(e) * Math.sin(a), -Math.cos(e) * Math.cos(a), Math.sin(e)];
  const forward = scale(-1, towardsEye);
  const right: Vec3 = [Math.cos(a), Math.sin(a), 0];
  const up = cross(right, forward);
  const eye = add(camera.target, scale(distance, towardsEye));
  const rolledRight = add(scale(Math.cos(roll), right), scale(Math.sin(roll), up));
  const rolledUp = add(scale(Math.cos(roll), up), scale(-Math.sin(roll), right));

  const orthographic = camera.fov === 0;
  const halfHeight = orthographic ? distance * Math.tan(radians(20)) : Math.tan(radians(camera.fov) / 2);
  const aspect = size.width / size.height;
  const sx = (((column + 0.5) / size.width) * 2 - 1) * aspect * halfHeight;
  const sy = (1 - ((row + 0.5) / size.height) * 2) * halfHeight;
  const offset = add(scale(sx, rolledRight), scale(sy, rolledUp));

  if (orthographic) return { origin: add(eye, offset), direction: forward };
  return { origin: eye, direction: normalize(add(forward, offset)) };
}

/** The part of the cube that the clip planes leave. */
export function clippedBox(extent: Vec3, clip: Psi['clip']): Box {
  return {
    min: [extent[0] * (clip.min[0] - 0.5), extent[1] * (clip.min[1] - 0.5), extent[2] * (clip.min[2] - 0.5)],
    max: [extent[0] * (clip.max[0] - 0.5), extent[1] * (clip.max[1] - 0.5), extent[2] * (clip.max[2] - 0.5)],
  };
}

/** Where the ray enters and leaves the box in front of its origin; null where it misses. */
export function intersect({ origin, direction }: Ray, box: Box): { t0: number; t1: number } | null {
  let entry = Number.NEGATIVE_INFINITY;
  let exit = Number.POSITIVE_INFINITY;
  for (const axis of [0, 1, 2] as const) {
    const [o, v, low, high] = [origin[axis], direction[axis], box.min[axis], box.max[axis]];
    if (Math.abs(v) < 1e-20) {
      // Parallel to the slab: within it always or never. The quotients below would be 0/0 on its planes.
      if (o < low || o > high) return null;
      continue;
    }
    const a = (low - o) / v;
    const b = (high - o) / v;
    entry = Math.max(entry, Math.min(a, b));
    exit = Math.min(exit, Math.max(a, b));
  }
  const t0 = Math.max(0, entry);
  return exit <= t0 ? null : { t0, t1: exit };
}
