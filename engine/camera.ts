import type { Psi } from './psi.js';
import { combine, cross, radians, type Vec3 } from './vec3.js';

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
export const ORTHOGRAPHIC_TANGENT = Math.tan((20 * Math.PI) / 180);

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
  const forward = combine([-1, toEye]);
  const level: Vec3 = [Math.cos(azimuth), Math.sin(azimuth), 0];
  const upright = cross(level, forward);
  const orthographic = camera.fov === 0;
  return {
    orthographic,
    origin: combine([1, camera.target], [camera.distance, toEye]),
    right: combine([Math.cos(roll), level], [Math.sin(roll), upright]),
    up: combine([Math.cos(roll), upright], [-Math.sin(roll), level]),
    forward,
    halfHeight: orthographic ? camera.distance * ORTHOGRAPHIC_TANGENT : Math.tan(radians(camera.fov) / 2),
  };
}
