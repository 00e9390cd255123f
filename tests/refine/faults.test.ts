import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Psi } from '../../engine/psi.js';
import { freeParameters } from '../../engine/psi-parameters.js';
import { toVector } from '../../engine/psi-vector.js';
import type { RefineEvent } from '../../refine/events.js';
import { refused } from '../refused.js';
import { bits, faulty, init, run, throughFile } from './runs.js';

const test = suite('refine, faults');

const finite = (psi: Psi) => toVector(psi).values.every(Number.isFinite);

/** Who makes the steps into the faults of the tests below, and whether its loss says that it is drawn anew. */
const METHODS = [
  ['adam', true],
  ['lbfgs', false],
] as const;

for (const [method, stochastic] of METHODS) {
  for (const [fault, reason] of [
    ['value', /the loss is NaN/],
    ['infinite', /the loss is Infinity/],
    ['gradient', /a gradient is NaN/],
  ] as const) {
    test(`a step of ${method} to a fault of kind ${fault} is taken back, and the run goes on`, async () => {
      const options = faulty((iteration, tries) => (iteration === 5 && tries < 2 ? fault : undefined), stochastic);
      const { of, done, checkpoints, states } = await run(options);
      const rejected = of('rejected');
      assert.equal(
        rejected.map(({ iteration, stepScale }) => [iteration, stepScale]),
        [
          [5, 0.5],
          [5, 0.25],
        ],
      );
      for (const event of rejected) assert.match(event.reason, reason);
      const iterations = of('iteration');
      assert.equal(
        iterations.map(({ iteration }) => iteration),
        [...Array(12).keys()],
      );
      assert.is(iterations[5]!.method, method);
      assert.ok(iterations[5]!.accepted);
      const after = checkpoints[states.findIndex(({ iteration }) => iteration === 6)]!;
      assert.equal(
        states.slice(4, 6).map(({ stepScale }) => stepScale),
        [1, 0.25 * 1.1],
        'the steps are cut',
      );
      assert.equal([done.reason, done.iterations], ['iterations', 12]);
      assert.ok(finite(done.psi) && Number.isFinite(done.loss) && done.loss < iterations[0]!.loss);
      for (const { reals } of states) assert.ok(reals.every(Number.isFinite));

      // A rejection is a part of the state: what comes after it doesn't depend on whether the run was stopped.
      const resumed = await run({ ...faulty(() => undefined, stochastic), resume: throughFile(after) });
      assert.equal(bits(resumed.done), bits(done));
    });
  }

  test(`a rejected step of ${method} is tried again at half its length`, async () => {
    const options = faulty((iteration, tries) => (iteration === 5 && tries === 0 ? 'value' : undefined), stochastic);
    const { states } = await run({ ...options, iterations: stochastic ? 6 : 12 });
    const [first, second] = states.slice(4, 6).map(({ accepted }) => accepted!);
    const half = first!.reals.map((real, i) => real + first!.updates[i]! / 2);
    assert.equal(second!.reals, [...freeParameters(init).project(Float64Array.from(half))]);
  });

  test(`a run of ${method} that meets nothing but faults gives up in one line`, async () => {
    const rejections: RefineEvent[] = [];
    const error = await refused(() =>
      run(
        faulty((iteration) => (iteration >= 5 ? 'value' : undefined), stochastic),
        (event) => {
          if (event.type === 'rejected') rejections.push(event);
        },
      ),
    );
    assert.equal([error.code, error.parts.where], ['internal', 'iteration 5']);
    assert.match(error.message, /the loss is NaN/);
    assert.is(rejections.length, 30);
  });
}

for (const fault of ['value', 'gradient'] as const) {
  test(`a fault of kind ${fault} at the start is the input's`, async () => {
    const error = await refused(() => run(faulty(() => fault)));
    assert.equal([error.code, error.exitCode, error.parts.where], ['bad-input', 65, 'the initial Ψ']);
  });
}

test.run();
