import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  adam,
  applyUpdates,
  chain,
  clipByGlobalNorm,
  cosineDecay,
  exponentialDecay,
  type GradientTransformation,
  sgd,
  warmupCosine,
} from '../../optimizers/index.js';
import { assertPure, assertResumes, descend, parabola, rosenbrock } from './problems.js';

const test = suite('optimizers');

const optimizers: [name: string, optimizer: GradientTransformation][] = [
  ['adam', adam({ learningRate: 0.01 })],
  ['adam, cosine decay', adam({ learningRate: cosineDecay(0.1, 6000) })],
  ['adam, warm-up', adam({ learningRate: warmupCosine({ peak: 0.1, warmupSteps: 50, steps: 6000 }) })],
  ['clipped adam', chain(clipByGlobalNorm(1), adam({ learningRate: 0.01 }))],
  ['sgd', sgd({ learningRate: 1e-3 })],
  ['sgd, momentum', sgd({ learningRate: 1e-3, momentum: 0.9 })],
  ['sgd, Nesterov, decay', sgd({ learningRate: exponentialDecay(1e-3, 8000, 0.5), momentum: 0.9, nesterov: true })],
];

for (const [name, optimizer] of optimizers) {
  for (const problem of [parabola, rosenbrock]) {
    test(`${name} finds the minimum of the ${problem.name}`, () => {
      const end = descend(optimizer, problem, 15000).at(-1)!;
      const off = Math.max(...problem.minimum.map((x, i) => Math.abs(x - end[i]!)));
      assert.ok(off < 0.01, `ended at ${end.join(', ')}, expected ${problem.minimum.join(', ')}, off ${off}`);
    });
  }

  test(`${name}: a state that went through JSON continues bit for bit`, () => assertResumes(optimizer));

  test(`${name}: update writes neither to the state nor to its arrays, and JSON keeps the state whole`, () =>
    assertPure(optimizer));
}

test('Adam takes the first steps that were worked out by hand', () => {
  const optimizer = adam({ learningRate: 0.5, b1: 0.5, b2: 0.75, eps: 1 });
  const params = new Float64Array([0]);
  // g = 4: m = 2, v = 4, corrected 4 and 16: −0.5 · 4/(4 + 1).
  const first = optimizer.update(new Float64Array([4]), optimizer.init(params), params);
  assert.equal(first.state, { step: 1, firstMoment: [2], secondMoment: [4] });
  assert.ok(Math.abs(first.updates[0]! + 0.4) < 1e-15, `${first.updates[0]}`);
  // g = −2: m = 0, v = 3 + 1 = 4: no step.
  const second = optimizer.update(new Float64Array([-2]), first.state, params);
  assert.equal(second.state, { step: 2, firstMoment: [0], secondMoment: [4] });
  assert.ok(second.updates[0] === 0, `${second.updates[0]}`);
  // g = 7: m = 3.5, corrected by 7/8 to 4; v = 3 + 12.25 = 15.25, corrected by 37/64.
  const third = optimizer.update(new Float64Array([7]), second.state, params);
  assert.equal(third.state, { step: 3, firstMoment: [3.5], secondMoment: [15.25] });
  assert.ok(Math.abs(third.updates[0]! + 2 / (Math.sqrt((15.25 * 64) / 37) + 1)) < 1e-15, `${third.updates[0]}`);
});

test('the first step of Adam is the learning rate, whatever the gradient, and 0 for a gradient of 0', () => {
  const optimizer = adam({ learningRate: 0.05 });
  const params = new Float64Array(4);
  const { updates } = optimizer.update(new Float64Array([3e-3, -2e5, 1, 0]), optimizer.init(params), params);
  for (const [i, expected] of [-0.05, 0.05, -0.05, 0].entries()) {
    assert.ok(Math.abs(updates[i]! - expected) < 1e-6, `${i}: ${updates[i]}, expected ${expected}`);
  }
});

test('momentum and its look-ahead take the steps that were worked out by hand', () => {
  const params = new Float64Array([0]);
  for (const [nesterov, expected] of [
    [false, [-1, -1.25]],
    [true, [-1.5, -1.375]],
  ] as const) {
    const optimizer = sgd({ learningRate: 0.5, momentum: 0.5, nesterov });
    const first = optimizer.update(new Float64Array([2]), optimizer.init(params), params);
    const second = optimizer.update(new Float64Array([1.5]), first.state, params);
    assert.equal([first.updates[0], second.updates[0]], expected);
    assert.equal(second.state, { step: 2, velocity: [2.5] });
  }
});

test('a learning rate schedule is asked for step 0 first, then for each', () => {
  const asked: number[] = [];
  const learningRate = (step: number) => asked.push(step);
  for (const optimizer of [adam({ learningRate }), sgd({ learningRate })] as GradientTransformation[]) {
    asked.length = 0;
    descend(optimizer, parabola, 3);
    assert.equal(asked, [0, 1, 2]);
  }
});

test('clipping keeps the direction, leaves small gradients alone, and hides nothing that is not finite', () => {
  const clip = (values: number[]) =>
    Array.from(clipByGlobalNorm(5).update(new Float64Array(values), null, new Float64Array(values.length)).updates);
  assert.equal(clip([3, 4]), [3, 4]);
  assert.equal(clip([0, 0]), [0, 0]);
  assert.equal(
    clip([30, -40]).map((x) => Math.round(x * 1e12) / 1e12),
    [3, -4],
  );
  assert.equal(
    clip([3e200, 4e200]).map((x) => Math.round(x * 1e12) / 1e12),
    [3, 4],
    'squares overflow',
  );
  assert.ok(clip([1, Number.NaN]).some(Number.isNaN), 'NaN');
  assert.ok(clip([1, Number.POSITIVE_INFINITY]).some(Number.isNaN), 'infinity');
});

test('a chain passes updates on, in order', () => {
  const optimizer = chain(clipByGlobalNorm(1), sgd({ learningRate: 2 }));
  const params = new Float64Array([0, 0]);
  const { updates, state } = optimizer.update(new Float64Array([0, 8]), optimizer.init(params), params);
  assert.equal(
    Array.from(updates, (x) => x + 0),
    [0, -2],
  );
  assert.equal(state, [null, { step: 1, velocity: [0, 1] }]);
});

test('wrong hyperparameters and a state of another size are refused', () => {
  const rows: [() => unknown, RegExp][] = [
    [() => adam({ learningRate: 1, b1: 1 }), /b1: expected a number in \[0, 1\), found 1/],
    [() => adam({ learningRate: 1, b2: -0.1 }), /b2/],
    [() => adam({ learningRate: 1, eps: 0 }), /eps/],
    [() => sgd({ learningRate: 1, momentum: Number.NaN }), /momentum/],
    [() => clipByGlobalNorm(0), /maxNorm/],
    [() => applyUpdates(new Float64Array(2), new Float64Array(3)), /expected 2 numbers.*found 3/],
  ];
  for (const optimizer of [adam({ learningRate: 1 }), sgd({ learningRate: 1 })] as GradientTransformation[]) {
    const state = optimizer.init(new Float64Array(2));
    rows.push([() => optimizer.update(new Float64Array(3), state, new Float64Array(3)), /expected 2 numbers.*found 3/]);
  }
  for (const [act, says] of rows) assert.throws(act, says);
});

test.run();
