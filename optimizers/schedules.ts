import { requireOption } from './transform.js';

/** A hyperparameter, mostly the learning rate, at each step. Steps count from 0, the first update's. */
export type Schedule = (step: number) => number;

/** The same at every step; what a plain number given as a learning rate becomes. */
export function constant(value: number): Schedule {
  return () => value;
}

export function toSchedule(value: number | Schedule): Schedule {
  return typeof value === 'number' ? constant(value) : value;
}

/**
 * init·((1 − alpha)·½(1 + cos(π t/steps)) + alpha): from `init` at step 0 along half a cosine to `alpha·init` at `steps`,
 * and that from there on.
 *
 * Loshchilov, Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017, without the restarts.
 */
export function cosineDecay(init: number, steps: number, alpha = 0): Schedule {
  requireOption('steps', steps, 'a positive number of steps', steps > 0);
  return (step) => {
    const cosine = (1 + Math.cos((Math.PI * Math.min(step, steps)) / steps)) / 2;
    return init * ((1 - alpha) * cosine + alpha);
  };
}

export interface WarmupCosineOptions {
  /** At step `warmupSteps`. */
  peak: number;
  warmupSteps: number;
  /** All steps, the warm-up's included. */
  steps: number;
  /** At step 0. Default 0, with which the first update does nothing. */
  init?: number;
  /** At `steps` and after. Default 0. */
  end?: number;
}

/** A straight line from `init` to `peak`, then half a cosine down to `end`. */
export function warmupCosine({ peak, warmupSteps, steps, init = 0, end = 0 }: WarmupCosineOptions): Schedule {
  requireOption('warmupSteps', warmupSteps, 'no negative number', warmupSteps >= 0);
  requireOption('steps', steps, `more than the ${warmupSteps} steps of the warm-up`, steps > warmupSteps);
  // The decay runs from 1 to 0 and not from peak to alpha·peak, so that a peak of 0 needs no division.
  const decay = cosineDecay(1, steps - warmupSteps);
  return (step) =>
    step < warmupSteps ? init + ((peak - init) * step) / warmupSteps : end + (peak - end) * decay(step - warmupSteps);
}

/** init·rate^(t/steps): `rate` times as much after each `steps` steps, in between too. */
export function exponentialDecay(init: number, steps: number, rate: number): Schedule {
  requireOption('steps', steps, 'a positive number of steps', steps > 0);
  requireOption('rate', rate, 'a positive rate', rate > 0);
  return (step) => init * rate ** (step / steps);
}
