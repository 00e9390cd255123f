import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { adam, applyUpdates, lbfgs } from '../../optimizers/index.js';
import { rosenbrock } from './problems.js';
import { dot, type Quadratic, quadratic } from './quadratics.js';

const test = suite('optimizers, L-BFGS descends');

type Problem = Pick<Quadratic, 'loss' | 'gradient'>;

/** Evaluations until the loss is under `goal`: L-BFGS's, with the steps that don't descend cut. */
function evaluationsOfLbfgs(problem: Problem, start: Float64Array, goal: number, most: number): number {
  const optimizer = lbfgs();
  let point = start;
  let loss = problem.loss(point);
  let state = optimizer.init(point);
  for (let evaluations = 1; evaluations < most; ) {
    if (loss < goal) return evaluations;
    const gradient = problem.gradient(point);
    const step = optimizer.update(gradient, state, point);
    let { updates } = step;
    let next = applyUpdates(point, updates);
    while (++evaluations < most && problem.loss(next) > loss + 1e-4 * dot(updates, gradient)) {
      updates = updates.map((update) => 0.4 * update);
      next = applyUpdates(point, updates);
    }
    [point, loss, state] = [next, problem.loss(next), step.state];
  }
  return most;
}

function evaluationsOfAdam(
  problem: Problem,
  start: Float64Array,
  goal: number,
  most: number,
  learningRate: number,
): number {
  const optimizer = adam({ learningRate });
  let point = start;
  let state = optimizer.init(point);
  for (let evaluations = 1; evaluations < most; evaluations++) {
    if (problem.loss(point) < goal) return evaluations;
    const step = optimizer.update(problem.gradient(point), state, point);
    point = applyUpdates(point, step.updates);
    state = step.state;
  }
  return most;
}

const illConditioned = quadratic(
  Array.from({ length: 10 }, (_, i) => 1e-3 * 1e6 ** (i / 9)),
  7,
);
const valley = {
  loss: ([x = 0, y = 0]: Float64Array) => (1 - x) ** 2 + 100 * (y - x * x) ** 2,
  gradient: rosenbrock.gradient,
};
const descents: [name: string, problem: Problem, start: Float64Array, most: number][] = [
  ['a quadratic of condition 1e6', illConditioned, illConditioned.start, 250],
  ["Rosenbrock's valley", valley, Float64Array.of(-1.2, 1), 80],
];
for (const [name, problem, start, most] of descents) {
  test(`${name} is walked down within ${most} evaluations, a tenth of Adam's at most`, () => {
    const goal = 1e-8 * problem.loss(start);
    const found = evaluationsOfLbfgs(problem, start, goal, 5000);
    assert.ok(found <= most, `L-BFGS took ${found}`);
    const others = [0.003, 0.01, 0.03, 0.1, 0.3].map((rate) =>
      evaluationsOfAdam(problem, start, goal, 10 * found, rate),
    );
    assert.ok(Math.min(...others) >= 10 * found, `Adam took ${others}, L-BFGS ${found}`);
  });
}

test.run();
