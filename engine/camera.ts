import type { Psi } from './psi.js';

export type Vec3 = [x: number, y: number, z: number];

/** What the kernels need of a camera; see image-formation.md, Rays. */
export interface Camera {
  orthographic: boolean;
  /** The eye, or the centre of the picture's plane when orthographic. World units. */
  origin: Vec3;
  right: Vec3;
  up: Vec3;
  forward: Vec3;
  /** Half the picture's height at distance 1, or in world units when orthographic. */
  halfHeight: number;
}

/** Half height over distance of an orthographic picture: the framing of a 40° lens. */
const ORTHOGRAPHIC_TANGENT = Math.tan((20 * Math.PI) / 180);

const radians = (degrees: number) => (degrees * Math.PI) / 180;
const cross = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const combine = (a: Vec3, s: number, b: Vec3, t: number): Vec3 => [
  a[0] * s + b[0] * t,
  a[1] * s + b[1] * t,
  a[2] * s + b[2] * t,
];

/** An orbit about the target with +z up. */
export function orbitCamera(camera: Psi['camera']): Camera {
  const azimuth = radians(camera.azimuth);
  const elevation = radians(camera.elevation);
  const roll = radians(camera.roll);
  const toEye: Vec3 = [
    Math.cos(elevation) * Math.sin(azimuth),
    -Math.cos(elevation) * Math.cos(azimuth),
    Math.sin(elevation),
  ];
  const forward = combine(toEye, -1, toEye, 0);
  const level: Vec3 = [Math.cos(azimuth), Math.sin(azimuth), 0];
  const upright = cross(level, forward);
  const orthographic = camera.fov === 0;
  return {
    orthographic,
    origin: combine(camera.target, 1, toEye, camera.distance),
    right: combine(level, Math.cos(roll), upright, Math.sin(roll)),
    up: combine(upright, Math.cos(roll), level, -Math.sin(roll)),
    forward,
    halfHeight: orthographic ? camera.distance * ORTHOGRAPHIC_TANGENT : Math.tan(radians(camera.fov) / 2),
  };
}
