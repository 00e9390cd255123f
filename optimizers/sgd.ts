import { type Schedule, toSchedule } from './schedules.js';
import { type GradientTransformation, requireLength, requireOption, toState } from './transform.js';

export interface SgdOptions {
  learningRate: number | Schedule;
  /** Decay of the velocity, in [0, 1). Default 0: plain gradient descent. */
  momentum?: number;
  /** Look ahead along the velocity. Default false. */
  nesterov?: boolean;
}

export type SgdState = { /** Updates made so far. */ step: number; velocity: number[] };

/**
 * Gradient descent with momentum, in the form without damping: velocity ← momentum·velocity + g,
 * update = −learningRate·velocity, or −learningRate·(g + momentum·velocity) with Nesterov's look-ahead.
 *
 * Polyak 1964; Sutskever, Martens, Dahl, Hinton, "On the importance of initialization and momentum in deep learning",
 * ICML 2013.
 */
export function sgd({ learningRate, momentum = 0, nesterov = false }: SgdOptions): GradientTransformation<SgdState> {
  requireOption('momentum', momentum, 'a number in [0, 1)', momentum >= 0 && momentum < 1);
  const rate = toSchedule(learningRate);
  return {
    init: (params) => ({ step: 0, velocity: toState(new Float64Array(params.length)) }),
    update(gradient, state) {
      requireLength('gradient', gradient.length, state.velocity.length);
      const velocity = gradient.map((g, i) => momentum * state.velocity[i]! + g);
      const size = rate(state.step);
      const updates = velocity.map((v, i) => -size * (nesterov ? gradient[i]! + momentum * v : v));
      return { updates, state: { step: state.step + 1, velocity: toState(velocity) } };
    },
  };
}
