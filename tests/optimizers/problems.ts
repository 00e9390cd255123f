import * as assert from 'uvu/assert';
import { applyUpdates, type GradientTransformation, type StateData } from '../../optimizers/index.js';

export interface Problem {
  name: string;
  start: number[];
  minimum: number[];
  gradient(at: Float64Array): Float64Array;
}

export const parabola: Problem = {
  name: 'parabola',
  start: [-1, 10, 1],
  minimum: [1, -1, 1],
  gradient: (at) => at.map((x, i) => 2 * (x - [1, -1, 1][i]!)),
};

/** (1 − x)² + 100 (y − x²)² */
export const rosenbrock: Problem = {
  name: 'Rosenbrock',
  start: [0, 0],
  minimum: [1, 1],
  gradient: ([x = 0, y = 0]) => new Float64Array([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)]),
};

/** The parameters after each step; `between` may replace the state, as a checkpoint does. */
export function descend(
  optimizer: GradientTransformation,
  problem: Problem,
  steps: number,
  between = (state: StateData, _step: number) => state,
): Float64Array[] {
  let params: Float64Array = new Float64Array(problem.start);
  let state = optimizer.init(params);
  return Array.from({ length: steps }, (_, step) => {
    const result = optimizer.update(problem.gradient(params), between(state, step), params);
    params = applyUpdates(params, result.updates);
    state = result.state;
    return params;
  });
}

/** A state that went through JSON continues bit for bit. */
export function assertResumes(optimizer: GradientTransformation): void {
  const straight = descend(optimizer, rosenbrock, 60);
  const resumed = descend(optimizer, rosenbrock, 60, (state, step) =>
    step % 7 === 3 ? JSON.parse(JSON.stringify(state)) : state,
  );
  assert.equal(resumed, straight);
}

/** `update` writes neither to the state nor to its arrays, and JSON keeps the state whole. */
export function assertPure(optimizer: GradientTransformation): void {
  let params: Float64Array = new Float64Array([0.3, 4, 1]);
  // −0 is what JSON would lose; the parts of a state are frozen so that a write throws.
  let state = deepFreeze(optimizer.init(params));
  for (const values of [
    [-0, 7, -1e-300],
    [-0, -7, -0],
    [1, 3, 2],
  ]) {
    const gradient = new Float64Array(values);
    const before = Array.from(params);
    const result = optimizer.update(gradient, state, params);
    assert.equal(Array.from(gradient), values);
    assert.equal(Array.from(params), before);
    assert.is.not(result.updates, gradient, 'the gradient itself was returned');
    assertSameBits(JSON.parse(JSON.stringify(result.state)), result.state);
    state = deepFreeze(result.state);
    params = applyUpdates(params, result.updates);
  }
}

function deepFreeze(state: StateData): StateData {
  if (state !== null && typeof state === 'object') Object.values(state).forEach(deepFreeze);
  return Object.freeze(state);
}

function assertSameBits(found: StateData, expected: StateData): void {
  if (expected === null || typeof expected !== 'object') {
    assert.ok(Object.is(found, expected), `${found} for ${Object.is(expected, -0) ? '−0' : expected}`);
    return;
  }
  assert.equal(Object.keys(found as object), Object.keys(expected));
  Object.entries(expected).forEach(([key, value]) => {
    assertSameBits((found as Record<string, StateData>)[key]!, value);
  });
}
