import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { freeParameters } from '../../engine/psi-parameters.js';
import { adam } from '../../optimizers/index.js';
import { makePlan } from '../../refine/plan.js';
import { accept, fault, firstState, overshoots, reject } from '../../refine/step.js';
import { richPsi } from '../reference/scenes.js';
import { refused } from '../refused.js';

const test = suite('refine, step');

const parameters = freeParameters(richPsi(), ['tone']);
const plan = { ...makePlan(100, 0.1, true), adam: adam({ learningRate: 0.1 }) };
const gradient = Float64Array.of(1, -2, 3, -4, 5);
const start = firstState(parameters, plan);

test('the first state is the start, with both optimizers fresh', () => {
  assert.equal(start, {
    iteration: 0,
    level: 0,
    reals: [...parameters.start],
    accepted: null,
    optimizer: { adam: plan.adam.init(parameters.start), lbfgs: plan.lbfgs.init(parameters.start) },
    stopping: { count: 0, average: 0, best: null, waited: 0 },
    stepScale: 1,
    best: null,
    stopped: null,
  });
});

test("a step moves the point by the optimizer's update and keeps what it was made from", () => {
  const first = accept(start, { loss: 2, gradient }, parameters, plan);
  const { updates, state } = plan.adam.update(gradient, start.optimizer.adam, parameters.start);
  assert.equal(
    first.reals,
    [...parameters.start].map((real, i) => real + updates[i]!),
  );
  assert.equal(first.accepted, {
    reals: [...parameters.start],
    updates: [...updates],
    gradient: [...gradient],
    loss: 2,
    slope: null,
  });
  assert.equal(first.optimizer, { adam: state, lbfgs: start.optimizer.lbfgs });
  assert.equal([first.iteration, first.stepScale, first.stopped], [1, 1, null]);
  assert.equal(first.best, { loss: 2, reals: start.reals });

  // The second step goes on with the optimizer's state, and a higher loss is not the best.
  const second = accept(first, { loss: 3, gradient }, parameters, plan);
  assert.equal(second.optimizer.adam, plan.adam.update(gradient, state, Float64Array.from(first.reals)).state);
  assert.is(second.best, first.best);
  assert.equal(accept(first, { loss: 1, gradient }, parameters, plan).best, { loss: 1, reals: first.reals });
});

test("Adam's steps need not descend", () => {
  const first = accept(start, { loss: 2, gradient }, parameters, plan);
  for (const loss of [0, 2, 1e300]) {
    assert.is(overshoots(start, { loss, gradient }), false);
    assert.is(overshoots(first, { loss, gradient }), false);
  }
});

test('a step stays within what is legal', () => {
  const eager = { ...plan, adam: adam({ learningRate: 1e6 }) };
  const { reals } = accept(firstState(parameters, eager), { loss: 1, gradient }, parameters, eager);
  assert.equal(reals, [...parameters.project(Float64Array.from(gradient, (g) => -1e9 * Math.sign(g)))]);
});

test('each rejection halves the step once more, and accepted steps grow back', async () => {
  const first = accept(start, { loss: 1, gradient }, parameters, plan);
  const { updates } = first.accepted!;
  let state = first;
  for (let times = 1; times <= 30; times++) {
    state = reject(state, 'the loss is NaN', parameters);
    assert.is(state.stepScale, 2 ** -times);
    assert.equal(
      state.reals,
      start.reals.map((real, i) => real + updates[i]! * 2 ** -times),
    );
    assert.equal([state.iteration, state.optimizer, state.best], [first.iteration, first.optimizer, first.best]);
    assert.is(state.accepted!.slope, null);
  }
  assert.is((await refused(() => reject(state, 'the loss is NaN', parameters))).code, 'internal');

  let next = reject(first, 'the loss is NaN', parameters);
  const scales = Array.from({ length: 9 }, () => {
    const at = next;
    next = accept(at, { loss: 1, gradient }, parameters, plan);
    const full = plan.adam.update(gradient, at.optimizer.adam, Float64Array.from(at.reals)).updates;
    assert.equal(next.accepted!.updates, [...full.map((update) => update * next.stepScale)]);
    return next.stepScale;
  });
  assert.equal(
    scales.map((scale) => scale.toFixed(3)),
    ['0.550', '0.605', '0.666', '0.732', '0.805', '0.886', '0.974', '1.000', '1.000'],
  );
});

test("the start can't be rejected", async () => {
  const error = await refused(() => reject(start, 'a gradient is Infinity', parameters));
  assert.is(error.code, 'bad-input');
  assert.match(error.message, /a gradient is Infinity/);
});

const evaluations: [loss: number, gradient: number[], reason: string | undefined][] = [
  [0, [0, 1], undefined],
  [Number.NaN, [0, 1], 'the loss is NaN'],
  [Number.POSITIVE_INFINITY, [0, 1], 'the loss is Infinity'],
  [1, [0, Number.NaN], 'a gradient is NaN'],
  [1, [Number.NEGATIVE_INFINITY, 0], 'a gradient is -Infinity'],
];
for (const [loss, slopes, reason] of evaluations) {
  test(`a loss of ${loss} with the gradient ${slopes} is ${reason ?? 'fine'}`, () =>
    assert.is(fault({ loss, gradient: Float64Array.from(slopes) }), reason));
}

test.run();
