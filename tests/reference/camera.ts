import type { Psi } from '../../engine/psi.js';

export type Vec3 = readonly [x: number, y: number, z: number];
export interface Ray {
  origin: Vec3;
  /** Of length 1. */
  direction: Vec3;
}

/** The camera in the world. The axes have length 1; `right` and `up` are rolled. */
export interface CameraFrame {
  eye: Vec3;
  right: Vec3;
  up: Vec3;
  /** From the target to the eye. */
  towardsEye: Vec3;
  orthographic: boolean;
  /** Of the picture plane: at distance 1 from the eye, or of the picture itself if orthographic. */
  halfHeight: number;
}

export const radians = (degrees: number) => (degrees * Math.PI) / 180;
export const scale = (a: number, [x, y, z]: Vec3): Vec3 => [a * x, a * y, a * z];
export const add = ([x, y, z]: Vec3, [u, v, w]: Vec3): Vec3 => [x + u, y + v, z + w];
const normalize = (v: Vec3): Vec3 => scale(1 / Math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]), v);
const cross = ([a, b, c]: Vec3, [x, y, z]: Vec3): Vec3 => [b * z - c * y, c * x - a * z, a * y - b * x];

export function cameraFrame(camera: Psi['camera']): CameraFrame {
  const { distance, fov } = camera;
  const a = radians(camera.azimuth);
  const e = radians(camera.elevation);
  const roll = radians(camera.roll);

  const towardsEye: Vec3 = [Math.cos(e) * Math.sin(a), -Math.cos(e) * Math.cos(a), Math.sin(e)];
  const right: Vec3 = [Math.cos(a), Math.sin(a), 0];
  const up = cross(right, scale(-1, towardsEye));
  return {
    eye: add(camera.target, scale(distance, towardsEye)),
    right: add(scale(Math.cos(roll), right), scale(Math.sin(roll), up)),
    up: add(scale(Math.cos(roll), up), scale(-Math.sin(roll), right)),
    towardsEye,
    // No branch of branches.ts: a field of view of 0 has no gradient, so no difference steps across it.
    orthographic: fov === 0,
    halfHeight: fov === 0 ? distance * Math.tan(radians(20)) : Math.tan(radians(fov) / 2),
  };
}

/** The ray through the middle of pixel (column, row) of a picture with row 0 on top. */
export function pixelRay(
  { eye, right, up, towardsEye, orthographic, halfHeight }: CameraFrame,
  column: number,
  row: number,
  size: { width: number; height: number },
): Ray {
  const aspect = size.width / size.height;
  const sx = (((column + 0.5) / size.width) * 2 - 1) * aspect * halfHeight;
  const sy = (1 - ((row + 0.5) / size.height) * 2) * halfHeight;
  const offset = add(scale(sx, right), scale(sy, up));
  const forward = scale(-1, towardsEye);
  if (orthographic) return { origin: add(eye, offset), direction: forward };
  return { origin: eye, direction: normalize(add(forward, offset)) };
}
