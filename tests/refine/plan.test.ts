import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makePlan } from '../../refine/plan.js';

const test = suite('refine, plan');

const shares: [iterations: number, polishFrom: number][] = [
  [0, 0],
  [1, 1],
  [2, 1],
  [10, 3],
  [40, 12],
  [150, 45],
  [151, 46],
];
for (const [iterations, polishFrom] of shares) {
  test(`of ${iterations} iterations Adam does ${polishFrom} where the loss is one function, and all where it isn't`, () => {
    assert.is(makePlan(iterations, 0.1, false).polishFrom, polishFrom);
    assert.is(makePlan(iterations, 0.1, true).polishFrom, iterations);
  });

  test(`of ${iterations} iterations each of Adam's has a rate, which rises to its peak and falls to a fiftieth`, () => {
    for (const stochastic of [false, true]) {
      const { rate, polishFrom } = makePlan(iterations, 0.2, stochastic);
      const rates = Array.from({ length: polishFrom }, (_, i) => rate(i));
      assert.ok(
        rates.every((value) => value > 0 && value <= 0.2),
        rates.join(),
      );
      const top = rates.indexOf(Math.max(...rates));
      for (const [i, value] of rates.slice(1).entries()) {
        assert.ok(i < top ? value > rates[i]! : value < rates[i]!, `${rates[i]} is followed by ${value}`);
      }
      if (polishFrom > 0) assert.is(rates[top], 0.2);
      assert.ok(Math.abs(rate(Math.max(1, polishFrom)) - 0.004) < 1e-15, `it ends at ${rate(polishFrom)}`);
    }
  });
}

test('with a camera to be found Adam goes twice, first without it', () => {
  const names = ['density', 'camera.azimuth', 'camera.roll=camera.elevation', 'clip.min.0'];
  const { rate, share, polishFrom } = makePlan(100, 0.2, false, names);
  assert.is(polishFrom, 35);
  const shares = (iteration: number) => names.map((_, i) => share(iteration, i));
  assert.equal(shares(14), [1, 0, 0, 1]);
  assert.equal(shares(15), [1, 1 / 3, 1 / 3, 1]);
  const rates = Array.from({ length: 35 }, (_, i) => rate(i));
  const falls = rates.flatMap((value, i) => (i > 0 && value > rates[i - 1]! ? [i] : []));
  assert.equal(falls, [15, 16], 'the rate rises anew');
  assert.is(Math.max(...rates.slice(0, 15)), 0.2);
  assert.is(Math.max(...rates.slice(15)), 0.2);
  assert.is(makePlan(100, 0.2, true, names).polishFrom, 100);
  assert.equal(makePlan(100, 0.2, false, ['density']).share(0, 0), 1);
});

test("Adam's steps have the rates of the plan", () => {
  const { adam, rate } = makePlan(30, 0.1, false);
  const point = new Float64Array(1);
  let state = adam.init(point);
  for (let i = 0; i < 9; i++) {
    const step = adam.update(Float64Array.of(3), state, point);
    // A gradient that stays makes steps of the rate.
    assert.ok(Math.abs(step.updates[0]! + rate(i)) < 1e-8, `${i}: ${step.updates[0]}, the rate is ${rate(i)}`);
    state = step.state;
  }
});

test.run();
