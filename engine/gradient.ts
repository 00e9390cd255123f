import { enabledChannels } from './frame.js';
import type { Psi } from './psi.js';
import { keyOf, SCALARS } from './psi-scalars.js';
import { toVector } from './psi-vector.js';
import type { StructLayout } from './struct-layout.js';

/**
 * Brings the kernels' flat gradient, which has the layout of the WGSL struct Psi, into the order of Ψ's scalars.
 *
 * @param flat one value for each 4 bytes of the struct.
 * @param knots the number that the kernels were specialised for: a channel with fewer has its last knot repeated,
 *   so what the copies collected is the last knot's.
 */
export function gradientVector(psi: Psi, layout: StructLayout, knots: number, flat: Float32Array): Float64Array {
  const slots = new Map(enabledChannels(psi).map((channel, slot) => [channel, slot]));
  const { paths } = toVector(psi);
  return Float64Array.from(paths, (path) => {
    if (!SCALARS[keyOf(path)].differentiable) return 0;
    const steps = path.split('.');
    if (steps[0] === 'channels') {
      const channel = Number(steps[1]);
      const slot = slots.get(channel);
      if (slot === undefined) return 0;
      steps[1] = `${slot}`;
      const last = psi.channels[channel]!.knots.length - 1;
      if (steps[2] === 'knots' && Number(steps[3]) === last) {
        let sum = 0;
        for (let k = last; k < knots; k++) {
          steps[3] = `${k}`;
          sum += flat[layout.offset(steps.join('.')) / 4]!;
        }
        return sum;
      }
    }
    return flat[layout.offset(steps.join('.')) / 4]!;
  });
}
