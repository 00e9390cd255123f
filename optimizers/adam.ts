import { type Schedule, toSchedule } from './schedules.js';
import { type GradientTransformation, requireLength, requireOption, toState } from './transform.js';

export interface AdamOptions {
  learningRate: number | Schedule;
  /** Decay of the first moment's average, in [0, 1). Default 0.9. */
  b1?: number;
  /** Decay of the second moment's average, in [0, 1). Default 0.999. */
  b2?: number;
  /** Added to the root of the second moment, outside of it. Default 1e-8. */
  eps?: number;
}

export type AdamState = {
  /** Updates made so far. */
  step: number;
  firstMoment: number[];
  secondMoment: number[];
};

/**
 * Adam with bias correction, at step t = 1, 2, …:
 *
 *     m ← b1 m + (1 − b1) g,   v ← b2 v + (1 − b2) g²
 *     update = −learningRate · (m / (1 − b1ᵗ)) / (√(v / (1 − b2ᵗ)) + eps)
 *
 * A schedule is asked for step t − 1.
 *
 *     const optimizer = adam({ learningRate: 0.05 });
 *     let state = optimizer.init(params);
 *     const step = optimizer.update(gradient, state, params);
 *     params = applyUpdates(params, step.updates);
 *     state = step.state;
 *
 * Kingma, Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1.
 */
export function adam({
  learningRate,
  b1 = 0.9,
  b2 = 0.999,
  eps = 1e-8,
}: AdamOptions): GradientTransformation<AdamState> {
  requireOption('b1', b1, 'a number in [0, 1)', b1 >= 0 && b1 < 1);
  requireOption('b2', b2, 'a number in [0, 1)', b2 >= 0 && b2 < 1);
  requireOption('eps', eps, 'a positive number', eps > 0);
  const rate = toSchedule(learningRate);
  return {
    init(params) {
      const zeros = () => toState(new Float64Array(params.length));
      return { step: 0, firstMoment: zeros(), secondMoment: zeros() };
    },
    update(gradient, state) {
      requireLength('gradient', gradient.length, state.firstMoment.length);
      const step = state.step + 1;
      const first = gradient.map((g, i) => b1 * state.firstMoment[i]! + (1 - b1) * g);
      const second = gradient.map((g, i) => b2 * state.secondMoment[i]! + (1 - b2) * g * g);
      const firstScale = 1 / (1 - b1 ** step);
      const secondScale = 1 / (1 - b2 ** step);
      const size = rate(state.step);
      const updates = first.map((m, i) => (-size * m * firstScale) / (Math.sqrt(second[i]! * secondScale) + eps));
      return { updates, state: { step, firstMoment: toState(first), secondMoment: toState(second) } };
    },
  };
}
