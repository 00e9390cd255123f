import type { Size } from '../engine/frame.js';
import { sizeLike } from '../engine/picture-resample.js';
import type { RefineState } from './checkpoint.js';
import type { Plan } from './plan.js';
import { stoppingRule } from './step.js';

/**
 * Coarse to fine: a refinement begins on a small picture with few samples on each ray, where an iteration costs little, and
 * ends at the full size. Halving size and steps makes an iteration eight times as cheap.
 */
export interface Level extends Size {
  /** Samples on each ray. */
  steps: number;
  /** The first iteration that is beyond this level. */
  until: number;
}

/** Pixels on the longer side: in a smaller picture, structures of different colours share a pixel. */
const LEAST_SIDE = 48;
/** Pixels on the shorter side, of a long picture: losses of structure look at 11 at a time. */
const LEAST_SHORT_SIDE = 12;
/** The largest size there is, 8192, can be halved seven times before it is under `LEAST_SIDE`. */
export const MOST_LEVELS = 8;
/** With fewer samples on a ray, thin structures fall between them. */
const LEAST_STEPS = 32;
/** Of the iterations, for all levels but the last in equal parts; 0.5 ends at the same quality (bench/recovery.ts --levels). */
const COARSE_SHARE = 0.7;

/** What the last level is, and how many there are to be at most. */
export interface LevelsWanted {
  count: number;
  iterations: number;
  /** The target's, of which only the shape counts. */
  target: Size;
  /** Longer side of the last level's picture, in pixels. */
  longest: number;
  /** Samples on each ray at the last level. */
  steps: number;
}

/**
 * The levels of a run, coarse first; the last is the full size. Each but the last has half the size of the next on each side
 * and half its steps, but not under the least of each. Levels are left out that would be smaller than the least size, or that
 * would have no iteration.
 */
export function makeLevels({ count, iterations, target, longest, steps }: LevelsWanted): Level[] {
  const halvings = Array.from({ length: count }, (_, l) => count - 1 - l);
  const sizeOf = (k: number) => sizeLike(target, longest / 2 ** k);
  const isLarge = (k: number) => {
    const { width, height } = sizeOf(k);
    return longest / 2 ** k >= LEAST_SIDE && Math.min(width, height) >= LEAST_SHORT_SIDE;
  };
  const kept = halvings.filter((k) => k === 0 || isLarge(k));
  const coarse = kept.length - 1;
  const levels = kept.map((k, l) => ({
    ...sizeOf(k),
    steps: Math.max(Math.min(steps, LEAST_STEPS), Math.ceil(steps / 2 ** k)),
    until: k === 0 ? iterations : Math.floor((iterations * COARSE_SHARE * (l + 1)) / coarse),
  }));
  return levels.filter(({ until }, l) => l === coarse || until > (levels[l - 1]?.until ?? 0));
}

/** As a checkpoint keeps them, to refuse others. */
export const describeLevels = (levels: readonly Level[]) =>
  levels.map(({ width, height, steps, until }) => `${width}×${height}×${steps} until ${until}`).join(', ');

/**
 * The state at the next level where this one's iterations are over or its loss falls no more; else the state as it is.
 *
 * Levels have different losses. What compares losses therefore begins anew: the best, the stopping rule, the condition that
 * a step must descend, and what L-BFGS knows of the curvature. L-BFGS goes on from the last point that was accepted, since
 * the step from there may be an overshoot. Adam only follows the gradient, and goes on as if nothing had been.
 */
export function ascend(state: RefineState, levels: readonly Level[], plan: Plan): RefineState {
  const { level, accepted } = state;
  const over = state.stopped !== null || state.iteration >= levels[level]!.until;
  if (level === levels.length - 1 || !over || accepted === null) return state;
  const polished = accepted.slope !== null;
  return {
    ...state,
    level: level + 1,
    reals: polished ? accepted.reals : state.reals,
    accepted: { ...accepted, slope: null },
    optimizer: { ...state.optimizer, lbfgs: plan.lbfgs.init(Float64Array.from(accepted.reals)) },
    stopping: stoppingRule.init(),
    best: null,
    stopped: null,
  };
}
