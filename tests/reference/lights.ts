import type { Psi } from '../../engine/psi.js';
import type { BranchPoints } from './branches.js';
import { add, cameraFrame, radians, scale, type Vec3 } from './camera.js';

/** |l + e| counts as no less than this: with the light behind the cube there is no half vector. */
export const HALF_VECTOR_FLOOR = 1e-3;

/** The direction towards the key light, of length 1. It turns with the camera, with its roll too. */
export function keyLightDirection({ camera, lights }: Pick<Psi, 'camera' | 'lights'>): Vec3 {
  const { right, up, towardsEye } = cameraFrame(camera);
  const a = radians(lights.key.azimuth);
  const e = radians(lights.key.elevation);
  const inPlane = add(scale(Math.cos(e) * Math.sin(a), right), scale(Math.sin(e), up));
  return add(inPlane, scale(Math.cos(e) * Math.cos(a), towardsEye));
}

/** Half way between the directions to the light and to the eye; shorter than 1 where the floor holds. */
export function halfVector(light: Vec3, eye: Vec3, branches: BranchPoints): Vec3 {
  const sum = add(light, eye);
  const length = Math.sqrt(sum[0] * sum[0] + sum[1] * sum[1] + sum[2] * sum[2]);
  const onFloor = branches.take(length < HALF_VECTOR_FLOOR ? 1 : 0) === 1;
  return scale(1 / (onFloor ? HALF_VECTOR_FLOOR : length), sum);
}
