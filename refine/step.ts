import type { Parameters } from '../engine/psi-parameters.js';
import { VoxstyleError } from '../errors.js';
import { type AdamState, applyUpdates, type GradientTransformation, plateau } from '../optimizers/index.js';
import type { RefineState } from './checkpoint.js';

/** Halvings after which a run that only meets non-finite values gives up. */
const MOST_HALVINGS = 30;
/** How fast steps grow back after one was rejected. */
const REGROWTH = 1.1;
/** A run ends when 60 losses in a row have improved the smoothed loss by less than 0.1 %. */
export const stoppingRule = plateau({ patience: 60 });

export interface Evaluation {
  loss: number;
  /** dL/d(free reals). */
  gradient: Float64Array;
}

export function firstState(parameters: Parameters, optimizer: GradientTransformation<AdamState>): RefineState {
  return {
    iteration: 0,
    reals: Array.from(parameters.start),
    accepted: null,
    optimizer: optimizer.init(parameters.start),
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

/** The state after an evaluation that is finite: one optimizer step on. */
export function accept(
  state: RefineState,
  { loss, gradient }: Evaluation,
  parameters: Parameters,
  optimizer: GradientTransformation<AdamState>,
): RefineState {
  const point = Float64Array.from(state.reals);
  const step = optimizer.update(gradient, state.optimizer, point);
  const stepScale = Math.min(1, state.stepScale * REGROWTH);
  const updates = step.updates.map((update) => update * stepScale);
  const stopping = stoppingRule.update(loss, state.stopping);
  return {
    iteration: state.iteration + 1,
    reals: Array.from(parameters.project(applyUpdates(point, updates))),
    accepted: { reals: state.reals, updates: Array.from(updates) },
    optimizer: step.state,
    stopping: stopping.state,
    stepScale,
    best: state.best === null || loss < state.best.loss ? { loss, reals: state.reals } : state.best,
    stopped: stopping.stop ? 'plateau' : null,
  };
}

/**
 * The state after an evaluation that isn't finite: back at the last accepted point, half the step from it.
 *
 * @throws VoxstyleError `bad-input` when the start itself isn't finite, `internal` when no step length helps.
 */
export function reject(state: RefineState, reason: string, parameters: Parameters): RefineState {
  if (state.accepted === null) {
    throw new VoxstyleError('bad-input', {
      where: 'the initial Ψ',
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
  const { reals, updates } = state.accepted;
  const halved = updates.map((update) => update / 2);
  return {
    ...state,
    reals: Array.from(parameters.project(applyUpdates(Float64Array.from(reals), Float64Array.from(halved)))),
    accepted: { reals, updates: halved },
    stepScale,
  };
}
