import type { Psi } from '../../engine/psi.js';
import type { Parameters } from '../../engine/psi-parameters.js';
import { seededRandom } from '../../random.js';
import { richPsi } from '../reference/scenes.js';

/** Channels of four and three knots, all at their own values and none on a bound, where it couldn't move both ways. */
export const rich = richPsi();
for (const channel of rich.channels) {
  channel.gradientOpacity = 0.3;
  for (const k of channel.knots) k.extinction += 2;
}
rich.channels[1]!.knots.at(-1)!.x = 0.95;

export const withTies = (...tied: string[][]): Psi => ({
  ...structuredClone(rich),
  parameters: { free: [], freeze: [], tied },
});

/** Reals about the start that a run of the optimizer may come to. */
export function nearby({ start, project }: Parameters, seed: number, scale = 1): Float64Array {
  const random = seededRandom(seed);
  return project(start.map((real) => real + scale * random.normal()));
}

/** Paths below one. */
export const list = (prefix: string, ...ends: string[]) => ends.map((end) => `${prefix}.${end}`);
