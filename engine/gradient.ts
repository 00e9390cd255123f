import type { Cube } from '../cubes/cube.js';
import { enabledChannels, featureOf } from './features.js';
import { lightPullback, type Pose, posePullback } from './pose.js';
import type { Psi } from './psi.js';
import { keyOf, SCALARS } from './psi-scalars.js';
import { toVector } from './psi-vector.js';
import type { Constants } from './shader.js';
import type { StructLayout } from './struct-layout.js';
import type { Vec3 } from './vec3.js';

/**
 * Brings the kernels' flat gradient, which has the layout of the WGSL struct Gradient, into the order of Ψ's scalars.
 *
 * @param constants what the kernels were specialised by: a scalar of a feature that they lack gets 0.
 * @param flat one value for each 4 bytes of the struct.
 */
export function gradientVector(
  cube: Pick<Cube, 'shape' | 'spacing'>,
  psi: Psi,
  layout: StructLayout,
  constants: Constants,
  flat: Float32Array,
): Float64Array {
  const at = (path: string) => flat[layout.offset(path) / 4]!;
  const derived = derivedScalars(cube, psi, constants, at);
  const slots = new Map(enabledChannels(psi).map((channel, slot) => [channel, slot]));
  return Float64Array.from(toVector(psi).paths, (path) => {
    const feature = featureOf(path);
    if (!SCALARS[keyOf(path)].differentiable || (feature && constants[feature] === 0)) return 0;
    if (path in derived) return derived[path]!;
    const steps = path.split('.');
    if (steps[0] !== 'channels') return at(`psi.${path}`);
    const channel = Number(steps[1]);
    const slot = slots.get(channel);
    if (slot === undefined) return 0;
    steps[1] = `${slot}`;
    // A channel with fewer knots than the kernels have its last repeated, so what the copies collected is the last knot's.
    const last = psi.channels[channel]!.knots.length - 1;
    const copies = steps[2] === 'knots' && Number(steps[3]) === last ? constants.KNOTS! - last : 1;
    let sum = 0;
    for (let copy = 0; copy < copies; copy++) {
      if (copies > 1) steps[3] = `${last + copy}`;
      sum += at(`psi.${steps.join('.')}`);
    }
    return sum;
  });
}

/** What the host makes of the scalars of Ψ before the kernels see it, taken back. */
function derivedScalars(
  cube: Pick<Cube, 'shape' | 'spacing'>,
  psi: Psi,
  constants: Constants,
  at: (path: string) => number,
): Record<string, number> {
  const vector = (path: string) => [at(`${path}.0`), at(`${path}.1`), at(`${path}.2`)] as Vec3;
  const lit = constants.SHADING !== 0;
  const key: Vec3 = lit ? vector('psi.lights.key.direction') : [0, 0, 0];
  const light = lit ? lightPullback(psi, key) : {};
  if (constants.POSE === 0) return light;
  const pose: Pose = {
    origin: vector('pose.origin'),
    right: vector('pose.right'),
    up: vector('pose.up'),
    forward: vector('pose.forward'),
    half_height: at('pose.half_height'),
    box_min: vector('pose.box_min'),
    box_max: vector('pose.box_max'),
  };
  return { ...light, ...posePullback(cube, psi, pose, key) };
}
