/** How far the gradient's differences step, scalar by scalar. */
import type { Psi } from '../../engine/psi.js';
import { keyOf, type ScalarKey } from '../../engine/psi-scalars.js';
import { getScalar, specOf } from './scalars.js';

/** A distance on which the picture of a cube of length 1 changes as a whole, in world units. */
const DISTANCE = 0.1;
/** An angle that moves the cube's ends by about as much, in degrees. */
const ANGLE = 10;

/** The change of a scalar on which the picture changes as a whole; steps are a small share of it. */
export function scaleOf(psi: Psi, path: string): number {
  const { bijection, bounds } = specOf(path)!;
  const x = getScalar(psi, path);
  // What moves the samples is measured by how far: its bounds say nothing of that.
  const key: ScalarKey = keyOf(path);
  if (key === 'camera.target.*') return DISTANCE;
  if (key === 'camera.distance') return Math.min(DISTANCE, x);
  if (key === 'camera.fov') return DISTANCE * x;
  if (key.startsWith('camera.')) return ANGLE;
  if (key.startsWith('clip.')) return Math.min(DISTANCE, ...psi.clip.max.map((max, axis) => max - psi.clip.min[axis]!));
  switch (bijection) {
    case 'log':
      return Math.abs(x);
    case 'asinh':
      return Math.max(Math.abs(x), 1);
    case 'linear':
      return (bounds[1] - bounds[0]) / 8;
    case 'ordered':
    case 'interval':
      return Math.min(...gaps(psi, path));
  }
}

/** The distances > 0 from an ordered scalar to its neighbours: a step has to be small against the narrowest. */
function gaps(psi: Psi, path: string): number[] {
  const [, channelIndex, group, knotIndex] = path.split('.');
  const { window, knots } = psi.channels[Number(channelIndex)]!;
  if (group === 'window') return [window.hi - window.lo];
  const i = Number(knotIndex);
  const neighbours = [knots[i - 1], knots[i + 1]].flatMap((knot) => (knot ? [Math.abs(knot.x - knots[i]!.x)] : []));
  return [1, ...neighbours.filter((gap) => gap > 0)];
}
