import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { freeParameters } from '../../engine/psi-parameters.js';
import { seededRandom } from '../../random.js';
import type { RefineState } from '../../refine/checkpoint.js';
import { makePlan } from '../../refine/plan.js';
import { accept, backtrack, type Evaluation, firstState, overshoots, reject, stoppingRule } from '../../refine/step.js';
import { assertClose } from '../reference/assert-close.js';
import { richPsi } from '../reference/scenes.js';

const test = suite('refine, polishing');

const parameters = freeParameters(richPsi(), ['tone']);
const plan = makePlan(10, 0.1, false);
const gradient = Float64Array.of(1, -2, 3, -4, 5);
/** Adam's part is over; its last step was accepted. */
const start: RefineState = { ...firstState(parameters, plan), iteration: plan.polishFrom };
const first = accept(start, { loss: 2, gradient }, parameters, plan);

const dot = (a: readonly number[], b: ArrayLike<number>) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
/** The slope of the step that a state will evaluate next. */
const slopeOf = ({ reals, accepted }: RefineState) =>
  dot(
    reals.map((real, i) => real - accepted!.reals[i]!),
    accepted!.gradient,
  );

test('an accepted step is of L-BFGS, and keeps what says whether it descends', () => {
  const { updates, state } = plan.lbfgs.update(gradient, start.optimizer.lbfgs, parameters.start);
  assert.equal(
    first.reals,
    start.reals.map((real, i) => real + updates[i]!),
  );
  const { slope, ...accepted } = first.accepted!;
  assert.equal(accepted, { reals: start.reals, updates: [...updates], gradient: [...gradient], loss: 2 });
  assertClose([slope!], [dot([...updates], gradient)], 1e-14, 'slope');
  assert.ok(slope! < 0);
  assert.equal(first.optimizer, { adam: start.optimizer.adam, lbfgs: state }, 'Adam rests');
  assert.equal([first.iteration, first.stepScale, first.stopped], [start.iteration + 1, 1, null]);
  assert.equal(first.best, { loss: 2, reals: start.reals });

  const next = Float64Array.of(2, -1, 2, -3, 4);
  const second = accept(first, { loss: 1.5, gradient: next }, parameters, plan);
  const step = plan.lbfgs.update(next, state, Float64Array.from(first.reals));
  assert.is(step.state.pairs.length, 1);
  assert.equal(second.optimizer.lbfgs, step.state);
  assert.equal(second.accepted!.updates, [...step.updates]);
});

test("the last of Adam's steps is accepted whatever it led to, and the next is of L-BFGS", () => {
  const last = accept({ ...start, iteration: plan.polishFrom - 1 }, { loss: 2, gradient }, parameters, plan);
  assert.is(last.accepted!.slope, null);
  assert.is(overshoots(last, { loss: 1e9, gradient }), false);
  const polished = accept(last, { loss: 1e9, gradient }, parameters, plan);
  assert.is.not(polished.accepted!.slope, null);
  assert.equal(polished.best, last.best);
});

test('a step overshoots when it keeps less than a ten-thousandth of the descent that its slope promises', () => {
  const bound = 2 + 1e-4 * first.accepted!.slope!;
  assert.ok(bound < 2);
  for (const [loss, expected] of [
    [0, false],
    [bound, false],
    [bound + 1e-15, true],
    [2, true],
    [1e300, true],
  ] as const) {
    assert.is(overshoots(first, { loss, gradient }), expected, `${loss}`);
  }
});

test('an overshoot is answered by 0.4 of the step from the same point', () => {
  let state = first;
  for (let times = 1; times <= 3; times++) {
    const before = state;
    state = backtrack(before, parameters, plan);
    const { updates, slope, ...accepted } = state.accepted!;
    assert.equal(
      updates,
      before.accepted!.updates.map((update) => update * 0.4),
    );
    assert.equal(
      state.reals,
      start.reals.map((real, i) => real + updates[i]!),
    );
    assert.equal(accepted, { reals: start.reals, gradient: [...gradient], loss: 2 }, 'the accepted point stays');
    assertClose([slope!, slope!], [slopeOf(state), first.accepted!.slope! * 0.4 ** times], 1e-14, 'slope');
    assert.is(state.iteration, first.iteration + times);
    assert.equal(state.stopping, stoppingRule.update(2, before.stopping).state, 'the wait goes on');
    assert.equal(
      [state.optimizer, state.best, state.stepScale, state.stopped],
      [first.optimizer, first.best, 1, null],
      'it is no step of an optimizer, nor the best',
    );
  }
  // The first of them that descends is accepted, and learned from as it was.
  const accepted = accept(state, { loss: 1.9, gradient: gradient.map((g) => g / 2) }, parameters, plan);
  const [pair] = accepted.optimizer.lbfgs.pairs;
  assert.equal(
    pair!.s,
    state.reals.map((real, i) => real - start.reals[i]!),
  );
});

test('steps stay within what is legal, and promise the descent of what is left of them', () => {
  const edge = parameters.project(Float64Array.from(gradient, (g) => -1e9 * Math.sign(g)));
  const near = { ...start, reals: [...edge].map((real, i) => real + 1e-3 * Math.sign(gradient[i]!)) };
  const state = accept(near, { loss: 2, gradient }, parameters, plan);
  assert.ok(state.accepted!.updates.some((update) => Math.abs(update) > 1e-3));
  assert.equal(state.reals, [...parameters.project(Float64Array.from(state.reals))]);
  assertClose([state.accepted!.slope!], [slopeOf(state)], 1e-14, 'slope');
  assert.ok(Math.abs(state.accepted!.slope!) < Math.abs(dot(state.accepted!.updates, gradient)) / 2);
});

/** Backtracks until L-BFGS has nothing to forget, or until it has forgotten. */
function exhaust(from: RefineState): { state: RefineState; steps: number[] } {
  const steps: number[] = [];
  let state = from;
  const size = ({ accepted }: RefineState) => Math.max(...accepted!.updates.map(Math.abs));
  do {
    steps.push(size(state));
    state = backtrack(state, parameters, plan);
  } while (state.stopped === null && size(state) < steps.at(-1)!);
  return { state, steps };
}

test('once minute steps along the gradient do not descend, the run has arrived', () => {
  const { state, steps } = exhaust(first);
  assertClose(
    steps,
    steps.map((_, i) => 0.02 * 0.4 ** i),
    1e-15,
    'steps',
  );
  assert.ok(steps.at(-1)! > 1e-5 && steps.at(-1)! * 0.4 <= 1e-5, `it gave up at ${steps.at(-1)}`);
  assert.is(state.stopped, 'plateau');
  assert.is(state.iteration, first.iteration + steps.length);
  assert.equal(state.best, first.best);
});

test('once minute steps of L-BFGS do not descend, it forgets and follows the gradient, and then gives up', () => {
  const next = gradient.map((g) => 0.7 * g);
  const second = accept(first, { loss: 2, gradient: next }, parameters, plan);
  assert.is(second.optimizer.lbfgs.pairs.length, 1);
  const { state } = exhaust(second);
  assert.is(state.stopped, null);
  assert.equal(state.optimizer.lbfgs, { previous: { params: first.reals, gradient: [...next] }, pairs: [] });
  const along = Float64Array.from(next, (g) => (-0.02 * g) / 3.5);
  assertClose(state.accepted!.updates, along, 1e-15, 'updates');
  assert.equal([state.accepted!.reals, state.accepted!.loss], [first.reals, 2]);
  assertClose([state.accepted!.slope!], [slopeOf(state)], 1e-14, 'slope');
  assert.is(exhaust(state).state.stopped, 'plateau');
});

test('a step to what is not finite is halved, with its slope, and tried again', () => {
  let state = first;
  for (let times = 1; times <= 3; times++) {
    state = reject(state, 'the loss is NaN', parameters);
    assert.equal(
      state.reals,
      start.reals.map((real, i) => real + first.accepted!.updates[i]! * 2 ** -times),
    );
    assertClose(
      [state.accepted!.slope!, state.accepted!.slope!],
      [slopeOf(state), first.accepted!.slope! * 2 ** -times],
      1e-14,
      'slope',
    );
    assert.equal([state.iteration, state.stepScale], [first.iteration, 2 ** -times]);
    assert.equal([state.optimizer, state.best], [first.optimizer, first.best]);
  }
  // Steps are cut for a while.
  const next = accept(state, { loss: 1.9, gradient }, parameters, plan);
  const full = plan.lbfgs.update(gradient, state.optimizer.lbfgs, Float64Array.from(state.reals)).updates;
  assert.is(next.stepScale, 1.1 / 8);
  assert.equal(next.accepted!.updates, [...full.map((update) => update * next.stepScale)]);
});

/** ½ Σ curvature (x − goal)² over the reals, and how far it may fall. */
function bowl(curvatures: readonly number[], seed: number) {
  const random = seededRandom(seed);
  const goal = parameters.start.map((real) => real + 0.3 * random.normal());
  return (reals: readonly number[]): Evaluation => ({
    loss: curvatures.reduce((sum, c, i) => sum + (c * (reals[i]! - goal[i]!) ** 2) / 2, 0),
    gradient: Float64Array.from(curvatures, (c, i) => c * (reals[i]! - goal[i]!)),
  });
}

/** Polishes to the end as refine() does. */
function polish(from: RefineState, evaluate: (reals: readonly number[]) => Evaluation, iterations: number) {
  const states = [from];
  for (let state = from; state.stopped === null && states.length <= iterations; states.push(state)) {
    const evaluation = evaluate(state.reals);
    const tooFar = overshoots(state, evaluation);
    state = tooFar ? backtrack(state, parameters, plan) : accept(state, evaluation, parameters, plan);
  }
  return states;
}

for (const [what, curvatures] of [
  ['round', [1, 1, 1, 1, 1]],
  ['steep and flat', [1e-3, 1e-2, 1, 30, 1000]],
] as const) {
  test(`a ${what} bowl is descended to its bottom, never up, and there the run ends`, () => {
    const evaluate = bowl(curvatures, 3);
    const states = polish(start, evaluate, 400);
    const end = states.at(-1)!;
    const [before, after] = [evaluate(start.reals).loss, end.best!.loss];
    assert.ok(after < 1e-12 * before, `from ${before} to ${after}`);
    assert.ok(end.stopped === 'plateau' || after === 0, `it ended with ${end.stopped} at ${after}`);
    const accepted = states.slice(1).map((state) => state.accepted!.loss);
    for (const [i, loss] of accepted.slice(1).entries()) assert.ok(loss <= accepted[i]!, `${accepted[i]} to ${loss}`);
  });
}

test('a huge overshoot does not end a run that goes on falling', () => {
  assert.ok(overshoots(first, { loss: 1e6, gradient }));
  let state = backtrack(first, parameters, plan);
  let loss = 2;
  for (let i = 0; i < 100; i++) {
    loss *= 0.97;
    state = accept({ ...state, optimizer: first.optimizer }, { loss, gradient }, parameters, plan);
    assert.is(state.stopped, null, `after ${i + 1} losses, each 3 % lower`);
  }
});

test.run();
