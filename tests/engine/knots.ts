import type { Psi } from '../../engine/psi.js';
import { knot, psiOf } from '../reference/scenes.js';

export const sampled = (count: number, extinction: (x: number) => number) =>
  psiOf({
    channels: [
      {
        knots: Array.from({ length: count }, (_, k) => {
          const x = k / (count - 1);
          return knot(x, [x, 0.5, 1 - x], extinction(x));
        }),
      },
    ],
  });

export const knotsOf = (psi: Psi, channel = 0) => psi.channels[channel]!.knots;
export const xsOf = (psi: Psi, channel = 0) => knotsOf(psi, channel).map(({ x }) => x);
