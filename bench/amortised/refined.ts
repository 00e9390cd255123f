import type { Picture } from '../../engine/picture.js';
import type { Psi } from '../../engine/psi.js';
import type { Renderer } from '../../engine/renderer.js';
import { type RefineOptions, refine } from '../../refine/index.js';
import type { Curve } from './events.js';

export interface Refined {
  psi: Psi;
  picture: Picture;
  loss: number;
  seconds: number;
  iterations: number;
  curve: Curve;
}

/**
 * A refinement with its losses by iterations and seconds, at one level.
 *
 * @param spent seconds that it took to come to what it begins from.
 * @returns undefined when it was interrupted.
 */
export async function refineFrom(
  renderer: Renderer,
  target: Picture,
  options: RefineOptions,
  spent = 0,
): Promise<Refined | undefined> {
  const begun = performance.now();
  const since = () => spent + (performance.now() - begun) / 1000;
  const curve: Curve = { iterations: [], losses: [], seconds: [] };
  let iterations = 0;
  const add = (loss: number) => {
    curve.iterations.push(iterations);
    curve.losses.push(loss);
    curve.seconds.push(Number(since().toFixed(4)));
  };
  for await (const event of refine(renderer, target, { ...options, levels: 1 })) {
    if (event.type === 'iteration') add(event.loss);
    if (event.type === 'iteration' || event.type === 'rejected') iterations++;
    if (event.type !== 'done') continue;
    const { reason, psi, picture, loss } = event;
    if (reason === 'aborted') return undefined;
    add(loss);
    return { psi, picture, loss, seconds: since(), iterations, curve };
  }
  return undefined;
}

/** The lowest loss so far at each point. */
export function bestSoFar({ losses }: Curve): number[] {
  let best = Number.POSITIVE_INFINITY;
  return losses.map((loss) => {
    best = Math.min(best, loss);
    return best;
  });
}

/** When the best loss so far first was no higher than `loss`; null for never. */
export function reached(curve: Curve, loss: number): { iterations: number; seconds: number } | null {
  const at = curve.losses.findIndex((value) => value <= loss);
  return at < 0 ? null : { iterations: curve.iterations[at]!, seconds: curve.seconds[at]! };
}
