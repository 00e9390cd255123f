import { requireOption, type StateData } from './transform.js';

/** Says when to stop, from the losses one by one. Pure, with a state that JSON keeps, as a `GradientTransformation`'s. */
export interface StoppingRule<S extends StateData = StateData> {
  init(): S;
  update(loss: number, state: S): { state: S; stop: boolean };
}

export interface PlateauOptions {
  /** Losses in a row without an improvement, after which to stop. */
  patience: number;
  /** The part of the best smoothed loss by which the next one must be lower to count. Default 1e-3. */
  relativeImprovement?: number;
  /** Weight of the past in the smoothed loss, in [0, 1); 0 takes each loss as it is. Default 0.9. */
  smoothing?: number;
}

export type PlateauState = {
  /** Losses averaged so far. */
  count: number;
  /** The decaying average, before its bias is corrected. */
  average: number;
  /** The lowest smoothed loss that counted; null before the first. */
  best: number | null;
  /** Losses since then. */
  waited: number;
};

/**
 * Stops when the smoothed loss, a decaying average corrected for its start at 0 as Adam's moments are, has not improved
 * for `patience` losses. Improvements too small to count add up: each is measured from the last that did. A loss that is
 * not finite, a rejected step's, is waited for like any other and leaves the average alone.
 */
export function plateau({
  patience,
  relativeImprovement = 1e-3,
  smoothing = 0.9,
}: PlateauOptions): StoppingRule<PlateauState> {
  requireOption('patience', patience, 'a whole number, 1 or more', Number.isInteger(patience) && patience >= 1);
  requireOption('relativeImprovement', relativeImprovement, 'no negative number', relativeImprovement >= 0);
  requireOption('smoothing', smoothing, 'a number in [0, 1)', smoothing >= 0 && smoothing < 1);
  return {
    init: () => ({ count: 0, average: 0, best: null, waited: 0 }),
    update(loss, state) {
      const waited = state.waited + 1;
      if (!Number.isFinite(loss)) return { state: { ...state, waited }, stop: waited >= patience };
      const count = state.count + 1;
      const average = smoothing * state.average + (1 - smoothing) * loss;
      const smoothed = average / (1 - smoothing ** count);
      const improved = state.best === null || smoothed < state.best - relativeImprovement * Math.abs(state.best);
      const next = improved ? { count, average, best: smoothed, waited: 0 } : { ...state, count, average, waited };
      return { state: next, stop: next.waited >= patience };
    },
  };
}

/** Stops at the first loss that is lower than `below`. */
export function target({ below }: { below: number }): StoppingRule<null> {
  return { init: () => null, update: (loss) => ({ state: null, stop: loss < below }) };
}

/** Stops when any of the rules does; all of them see every loss. */
export function anyOf<S extends readonly StateData[]>(
  ...rules: { [K in keyof S]: StoppingRule<S[K]> }
): StoppingRule<S> {
  const members = rules as readonly StoppingRule[];
  return {
    init: () => members.map((rule) => rule.init()) as unknown as S,
    update(loss, state) {
      const results = members.map((rule, i) => rule.update(loss, state[i]!));
      return {
        state: results.map((result) => result.state) as unknown as S,
        stop: results.some((result) => result.stop),
      };
    },
  };
}
