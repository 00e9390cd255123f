import { type GradientTransformation, requireLength, requireOption, toState } from './transform.js';

export interface LbfgsOptions {
  /** Pairs of differences kept. Default 15. */
  memory?: number;
  /** The largest change of any parameter in one update: how far the quadratic model is trusted. Default 0.5. */
  largestUpdate?: number;
  /** The same for an update along the gradient alone, made while no pair is kept. Default 0.02. */
  firstUpdate?: number;
}

export type LbfgsState = {
  /** Where the last update was made from, and the gradient there; null before the first. */
  previous: { params: number[]; gradient: number[] } | null;
  /** Changes of the parameters (s) and of the gradient (y) between updates, oldest first. */
  pairs: { s: number[]; y: number[] }[];
};

/** Pairs with a smaller share of s·y in y·y have met no curvature and would blow the update up. */
const LEAST_CURVATURE = 1e-12;

/**
 * Limited-memory BFGS: update = −H g, with H the inverse Hessian that the last pairs of differences suggest (two-loop
 * recursion, initial H = s·y / y·y of the newest pair). For functions that are the same at every call; where Adam crawls
 * along a bent valley, it walks.
 *
 * It makes no line search, so that one update is one evaluation: a caller checks that the loss has fallen enough, and else
 * tries a part of the update without calling `update` again. The differences are those of the points at which it *is*
 * called, so steps that were cut or projected are learned from as they were.
 *
 * Nocedal, "Updating quasi-Newton matrices with limited storage", Mathematics of Computation 35, 1980.
 */
export function lbfgs({
  memory = 15,
  largestUpdate = 0.5,
  firstUpdate = 0.02,
}: LbfgsOptions = {}): GradientTransformation<LbfgsState> {
  requireOption('memory', memory, 'a whole number, 1 or more', Number.isInteger(memory) && memory >= 1);
  requireOption('largestUpdate', largestUpdate, 'a positive number', largestUpdate > 0);
  requireOption('firstUpdate', firstUpdate, 'a positive number', firstUpdate > 0);
  return {
    init: () => ({ previous: null, pairs: [] }),
    update(gradient, state, params) {
      if (state.previous) requireLength('gradient', gradient.length, state.previous.gradient.length);
      const pairs = [...state.pairs, ...newPair(state, params, gradient)].slice(-memory);
      const direction = solve(pairs, gradient);
      const most = direction.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
      const limit = pairs.length > 0 ? Math.min(1, largestUpdate / most) : firstUpdate / most;
      const updates = direction.map((value) => (most > 0 ? -value * limit : 0));
      return { updates, state: { previous: { params: toState(params), gradient: toState(gradient) }, pairs } };
    },
  };
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

function newPair({ previous }: LbfgsState, params: Float64Array, gradient: Float64Array): LbfgsState['pairs'] {
  if (!previous) return [];
  const s = toState(params.map((value, i) => value - previous.params[i]!));
  const y = toState(gradient.map((value, i) => value - previous.gradient[i]!));
  return dot(s, y) > LEAST_CURVATURE * dot(y, y) ? [{ s, y }] : [];
}

/** H g by the two-loop recursion. */
function solve(pairs: LbfgsState['pairs'], gradient: Float64Array): Float64Array {
  const q = Float64Array.from(gradient);
  const add = (factor: number, vector: readonly number[]) => {
    for (let i = 0; i < q.length; i++) q[i]! += factor * vector[i]!;
  };
  const factors: number[] = [];
  for (const { s, y } of pairs.toReversed()) {
    const factor = dot(s, q) / dot(s, y);
    factors.push(factor);
    add(-factor, y);
  }
  const newest = pairs.at(-1);
  if (newest) {
    const scale = dot(newest.s, newest.y) / dot(newest.y, newest.y);
    for (let i = 0; i < q.length; i++) q[i]! *= scale;
  }
  for (const { s, y } of pairs) add(factors.pop()! - dot(y, q) / dot(s, y), s);
  return q;
}
