import type { Parameters } from '../engine/psi-parameters.js';
import { VoxstyleError } from '../errors.js';
import { applyUpdates, plateau } from '../optimizers/index.js';
import type { RefineState } from './checkpoint.js';
import type { Plan } from './plan.js';

/** Halvings after which a run that only meets non-finite values gives up. */
const MOST_HALVINGS = 30;
/** How fast steps grow back after one was rejected. */
const REGROWTH = 1.1;
/** The share of the descent that the slope promises which an L-BFGS step must keep (Armijo's condition). */
const LEAST_DESCENT = 1e-4;
/** What is left of an L-BFGS step that didn't descend enough. */
const BACKTRACK = 0.4;
/** Steps whose every real is under this are at the end of what float32 pictures tell apart. */
const LEAST_STEP = 1e-5;
/** A run ends when 60 losses in a row have improved the smoothed loss by less than 0.1 %. */
export const stoppingRule = plateau({ patience: 60 });

export interface Evaluation {
  loss: number;
  /** dL/d(free reals). */
  gradient: Float64Array;
}

export function firstState(parameters: Parameters, plan: Plan): RefineState {
  return {
    iteration: 0,
    level: 0,
    reals: Array.from(parameters.start),
    accepted: null,
    optimizer: { adam: plan.adam.init(parameters.start), lbfgs: plan.lbfgs.init(parameters.start) },
    stopping: stoppingRule.init(),
    stepScale: 1,
    best: null,
    stopped: null,
  };
}

/** Why an evaluation can't be used, or undefined when it can. */
export function fault({ loss, gradient }: Evaluation): string | undefined {
  if (!Number.isFinite(loss)) return `the loss is ${loss}`;
  const bad = gradient.find((g) => !Number.isFinite(g));
  return bad === undefined ? undefined : `a gradient is ${bad}`;
}

/** Whether an evaluation is of an L-BFGS step that went too far to descend. */
export function overshoots({ accepted }: RefineState, { loss }: Evaluation): boolean {
  return accepted?.slope != null && loss > accepted.loss + LEAST_DESCENT * accepted.slope;
}

/** The state after an evaluation that is finite and no overshoot: one optimizer step on. */
export function accept(state: RefineState, evaluation: Evaluation, parameters: Parameters, plan: Plan): RefineState {
  const { loss, gradient } = evaluation;
  const point = Float64Array.from(state.reals);
  const polishing = state.iteration >= plan.polishFrom;
  const adam = polishing ? undefined : plan.adam.update(gradient, state.optimizer.adam, point);
  const lbfgs = polishing ? plan.lbfgs.update(gradient, state.optimizer.lbfgs, point) : undefined;
  const stepScale = Math.min(1, state.stepScale * REGROWTH);
  const share = (i: number) => (adam ? plan.share(state.iteration, i) : 1);
  const updates = (adam ?? lbfgs!).updates.map((update, i) => update * stepScale * share(i));
  const optimizer = { adam: adam?.state ?? state.optimizer.adam, lbfgs: lbfgs?.state ?? state.optimizer.lbfgs };
  const best = state.best === null || loss < state.best.loss ? { loss, reals: state.reals } : state.best;
  const accepted = {
    reals: state.reals,
    updates: Array.from(updates),
    gradient: Array.from(gradient),
    loss,
    slope: null,
  };
  return advance({ ...state, optimizer, stepScale, best }, accepted, parameters, polishing);
}

/**
 * The state after an overshoot: nearer to the last accepted point. Once even a minute step doesn't descend, L-BFGS forgets
 * what it knew of the curvature and follows the gradient; when that doesn't help either, the run has arrived.
 */
export function backtrack(state: RefineState, parameters: Parameters, plan: Plan): RefineState {
  const accepted = state.accepted!;
  const shorter = accepted.updates.map((update) => update * BACKTRACK);
  if (shorter.some((update) => Math.abs(update) > LEAST_STEP)) {
    return advance(state, { ...accepted, updates: shorter }, parameters, true);
  }
  if (state.optimizer.lbfgs.pairs.length === 0) return { ...state, iteration: state.iteration + 1, stopped: 'plateau' };
  const point = Float64Array.from(accepted.reals);
  const step = plan.lbfgs.update(Float64Array.from(accepted.gradient), plan.lbfgs.init(point), point);
  const optimizer = { ...state.optimizer, lbfgs: step.state };
  return advance({ ...state, optimizer }, { ...accepted, updates: Array.from(step.updates) }, parameters, true);
}

type Accepted = NonNullable<RefineState['accepted']>;

/** The state that will evaluate the accepted point's update next. */
function advance(state: RefineState, accepted: Accepted, parameters: Parameters, polishing: boolean): RefineState {
  // The accepted loss and not an overshoot's, which may be high enough to hide all that the average falls after it.
  const stopping = stoppingRule.update(accepted.loss, state.stopping);
  return {
    ...state,
    iteration: state.iteration + 1,
    ...stepFrom(accepted, parameters, polishing),
    stopping: stopping.state,
    stopped: stopping.stop ? 'plateau' : null,
  };
}

/** Where the step leads within what is legal, and its slope from the accepted point if it must descend. */
function stepFrom(
  accepted: Accepted,
  parameters: Parameters,
  mustDescend: boolean,
): Pick<RefineState, 'reals' | 'accepted'> {
  const [point, updates] = [Float64Array.from(accepted.reals), Float64Array.from(accepted.updates)];
  const reals = Array.from(parameters.project(applyUpdates(point, updates)));
  const slope = reals.reduce((sum, real, i) => sum + (real - point[i]!) * accepted.gradient[i]!, 0);
  return { reals, accepted: { ...accepted, slope: mustDescend ? slope : null } };
}

/**
 * The state after an evaluation that isn't finite: back at the last accepted point, half the step from it.
 *
 * @param start what the error calls it that was begun with.
 * @throws VoxstyleError `bad-input` when the start itself isn't finite, `internal` when no step length helps.
 */
export function reject(
  state: RefineState,
  reason: string,
  parameters: Parameters,
  start = 'the initial Ψ',
): RefineState {
  if (state.accepted === null) {
    throw new VoxstyleError('bad-input', {
      where: start,
      expected: 'a finite loss and gradient',
      found: reason,
      fix: 'begin from another --init',
    });
  }
  const stepScale = state.stepScale / 2;
  if (stepScale < 2 ** -MOST_HALVINGS) {
    throw new VoxstyleError('internal', {
      where: `iteration ${state.iteration}`,
      expected: 'a finite loss within reach of the last good Ψ',
      found: reason,
      fix: 'start anew with another loss or --init',
    });
  }
  const accepted = { ...state.accepted, updates: state.accepted.updates.map((update) => update / 2) };
  return { ...state, ...stepFrom(accepted, parameters, accepted.slope !== null), stepScale };
}
