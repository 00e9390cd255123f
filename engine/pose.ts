import { type Cube, worldExtent } from '../cubes/cube.js';
import { type Camera, ORTHOGRAPHIC_TANGENT, orbitCamera } from './camera.js';
import type { Psi } from './psi.js';
import { combine, cross, dot, radians, type Vec3 } from './vec3.js';

/** The camera's frame and the clipped box as the kernels take them (struct Pose of view.wgsl), in world units. */
export interface Pose {
  origin: Vec3;
  right: Vec3;
  up: Vec3;
  forward: Vec3;
  half_height: number;
  box_min: Vec3;
  box_max: Vec3;
}

/**
 * How far the rays' origins are moved from the eye, to where they pass the middle of the cube: counted from there, the
 * samples' places keep the digits that float32 would spend on the distance of the eye.
 */
export function reachOf({ origin, forward }: Camera): number {
  return Math.max(0, -dot(origin, forward));
}

export function poseOf(cube: Pick<Cube, 'shape' | 'spacing'>, psi: Psi): Pose {
  const camera = orbitCamera(psi.camera);
  const extent = worldExtent(cube);
  const plane = (share: readonly number[]) => share.map((s, axis) => extent[axis]! * (s - 0.5)) as Vec3;
  return {
    origin: combine([1, camera.origin], [reachOf(camera), camera.forward]),
    right: camera.right,
    up: camera.up,
    forward: camera.forward,
    half_height: camera.halfHeight,
    box_min: plane(psi.clip.min),
    box_max: plane(psi.clip.max),
  };
}

/** Towards the key light, in world axes: it turns with the camera. */
export function keyDirection({ camera, lights: { key } }: Psi): Vec3 {
  const { right, up, forward } = orbitCamera(camera);
  const [azimuth, elevation] = [radians(key.azimuth), radians(key.elevation)];
  const level = Math.cos(elevation);
  return combine([level * Math.sin(azimuth), right], [Math.sin(elevation), up], [-level * Math.cos(azimuth), forward]);
}

const DEGREE = Math.PI / 180;

/** ∂L by the key light's angles, from that by its direction. */
export function lightPullback({ camera, lights: { key } }: Psi, d: Vec3): Record<string, number> {
  const { right, up, forward } = orbitCamera(camera);
  const [azimuth, elevation] = [radians(key.azimuth), radians(key.elevation)];
  const [ca, sa, ce, se] = [Math.cos(azimuth), Math.sin(azimuth), Math.cos(elevation), Math.sin(elevation)];
  return {
    'lights.key.azimuth': DEGREE * dot(d, combine([ce * ca, right], [ce * sa, forward])),
    'lights.key.elevation': DEGREE * dot(d, combine([-se * sa, right], [ce, up], [se * ca, forward])),
  };
}

/**
 * ∂L by the scalars of camera and clip box, from that by the pose and by the key light's direction, which turns along.
 *
 * Azimuth, elevation and roll turn the frame x of the camera as a rigid body: dx = ω × x, so with the torque
 * N = Σ x × ∂L/∂x the derivative by an angle is ω·N. The reach counts as a constant: it moves the rays' origins
 * along the rays, which changes nothing.
 */
export function posePullback(
  cube: Pick<Cube, 'shape' | 'spacing'>,
  psi: Psi,
  d: Pose,
  dKeyDirection: Vec3,
): Record<string, number> {
  const camera = orbitCamera(psi.camera);
  const { right, up, forward, orthographic } = camera;
  const toEye = combine([-1, forward]);
  const arm = combine([psi.camera.distance - reachOf(camera), toEye]);
  const torque = combine(
    [1, cross(right, d.right)],
    [1, cross(up, d.up)],
    [1, cross(forward, d.forward)],
    [1, cross(arm, d.origin)],
    [1, cross(keyDirection(psi), dKeyDirection)],
  );
  const azimuth = radians(psi.camera.azimuth);
  const level: Vec3 = [Math.cos(azimuth), Math.sin(azimuth), 0];
  const halfAngle = radians(psi.camera.fov) / 2;
  const extent = worldExtent(cube);
  const gradient: Record<string, number> = {
    'camera.azimuth': DEGREE * torque[2],
    'camera.elevation': -DEGREE * dot(level, torque),
    'camera.roll': DEGREE * dot(toEye, torque),
    'camera.distance': dot(toEye, d.origin) + (orthographic ? ORTHOGRAPHIC_TANGENT * d.half_height : 0),
    'camera.fov': orthographic ? 0 : ((DEGREE / 2) * d.half_height) / Math.cos(halfAngle) ** 2,
  };
  for (const axis of [0, 1, 2] as const) {
    gradient[`camera.target.${axis}`] = d.origin[axis];
    gradient[`clip.min.${axis}`] = extent[axis] * d.box_min[axis];
    gradient[`clip.max.${axis}`] = extent[axis] * d.box_max[axis];
  }
  return gradient;
}
