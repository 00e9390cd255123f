import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { freeParameters } from '../../engine/psi-parameters.js';
import { adam } from '../../optimizers/index.js';
import { accept, fault, firstState, reject } from '../../refine/step.js';
import { richPsi } from '../reference/scenes.js';
import { refused } from '../refused.js';

const test = suite('refine, step');

const parameters = freeParameters(richPsi(), ['tone']);
const optimizer = adam({ learningRate: 0.1 });
const gradient = Float64Array.of(1, -2, 3, -4, 5);
const start = firstState(parameters, optimizer);

test("a step moves the point by the optimizer's update and keeps what it was made from", () => {
  const first = accept(start, { loss: 2, gradient }, parameters, optimizer);
  const { updates, state } = optimizer.update(gradient, start.optimizer, parameters.start);
  assert.equal(
    first.reals,
    [...parameters.start].map((real, i) => real + updates[i]!),
  );
  assert.equal(first.accepted, { reals: [...parameters.start], updates: [...updates] });
  assert.equal(first.optimizer, state);
  assert.equal([first.iteration, first.stepScale, first.stopped], [1, 1, null]);
  assert.equal(first.best, { loss: 2, reals: start.reals });

  // The second step goes on with the optimizer's state, and a higher loss is not the best.
  const second = accept(first, { loss: 3, gradient }, parameters, optimizer);
  assert.equal(second.optimizer, optimizer.update(gradient, state, Float64Array.from(first.reals)).state);
  assert.is(second.best, first.best);
  assert.equal(accept(first, { loss: 1, gradient }, parameters, optimizer).best, { loss: 1, reals: first.reals });
});

test('a step stays within what is legal', () => {
  const eager = adam({ learningRate: 1e6 });
  const { reals } = accept(firstState(parameters, eager), { loss: 1, gradient }, parameters, eager);
  assert.equal(reals, [...parameters.project(Float64Array.from(gradient, (g) => -1e9 * Math.sign(g)))]);
});

test('each rejection halves the step once more, and accepted steps grow back', async () => {
  const first = accept(start, { loss: 1, gradient }, parameters, optimizer);
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
  }
  assert.is((await refused(() => reject(state, 'the loss is NaN', parameters))).code, 'internal');

  let next = reject(first, 'the loss is NaN', parameters);
  const scales = Array.from({ length: 9 }, () => {
    const at = next;
    next = accept(at, { loss: 1, gradient }, parameters, optimizer);
    const full = optimizer.update(gradient, at.optimizer, Float64Array.from(at.reals)).updates;
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
