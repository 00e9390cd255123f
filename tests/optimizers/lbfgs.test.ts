import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type GradientTransformation, type LbfgsState, lbfgs } from '../../optimizers/index.js';
import { assertClose } from '../reference/assert-close.js';
import { assertPure, assertResumes } from './problems.js';
import { dot, gaussian, largest, type Matrix, quadratic, times } from './quadratics.js';

const test = suite('optimizers, L-BFGS');

/** The states and updates at a list of points, whether or not the updates led from one to the next. */
function visit(
  optimizer: GradientTransformation<LbfgsState>,
  points: readonly Float64Array[],
  gradient: (at: Float64Array) => Float64Array,
) {
  let state = optimizer.init(points[0]!);
  return points.map((point) => {
    const result = optimizer.update(gradient(point), state, point);
    state = result.state;
    return result;
  });
}

for (const firstUpdate of [0.02, 3]) {
  test(`the first update is along −g, its largest component ${firstUpdate} whatever the size of g`, () => {
    for (const scale of [1e-12, 1, 1e12]) {
      const gradient = Float64Array.of(1, -4, 0, 2).map((g) => scale * g);
      const { updates } = lbfgs({ firstUpdate }).update(gradient, lbfgs().init(gradient), new Float64Array(4));
      const expected = [-0.25, 1, 0, -0.5].map((share) => share * firstUpdate);
      assertClose(updates, expected, 1e-15, `scale ${scale}`);
    }
  });
}

/**
 * H g with the inverse Hessian that BFGS keeps as a dense matrix: from γ times the identity, each pair of differences
 * makes H ← (1 − ρ s yᵀ) H (1 − ρ y sᵀ) + ρ s sᵀ, ρ = 1/s·y. Nocedal and Wright, Numerical Optimization, (6.17), (7.20).
 */
function denseDirection(pairs: readonly { s: Float64Array; y: Float64Array }[], gradient: Float64Array): Float64Array {
  const n = gradient.length;
  const square = (entry: (r: number, c: number) => number): Matrix =>
    Array.from({ length: n }, (_, r) => Array.from({ length: n }, (_, c) => entry(r, c)));
  const product = (a: Matrix, b: Matrix) =>
    square((r, c) => a[r]!.reduce((sum, value, k) => sum + value * b[k]![c]!, 0));
  const newest = pairs.at(-1)!;
  const scale = dot(newest.s, newest.y) / dot(newest.y, newest.y);
  let inverse = square((r, c) => (r === c ? scale : 0));
  for (const { s, y } of pairs) {
    const rho = 1 / dot(s, y);
    const left = square((r, c) => Number(r === c) - rho * s[r]! * y[c]!);
    const right = square((r, c) => Number(r === c) - rho * y[r]! * s[c]!);
    inverse = product(product(left, inverse), right).map((row, r) =>
      row.map((value, c) => value + rho * s[r]! * s[c]!),
    );
  }
  return times(inverse, gradient);
}

const shapes: [n: number, memory: number][] = [
  [1, 4],
  [3, 1],
  [6, 4],
  [6, 20],
  [12, 15],
];
for (const [n, memory] of shapes) {
  test(`updates in ${n} dimensions with ${memory} pairs are those of a dense inverse Hessian`, () => {
    for (let seed = 1; seed <= 4; seed++) {
      const { gradient } = quadratic(
        Array.from({ length: n }, (_, i) => 0.5 + 3 * i),
        seed,
      );
      // Points of a random walk and not of a descent, so that the pairs owe nothing to the updates.
      const points = Array.from({ length: 10 }, (_, i) => gaussian(n, 1000 * seed + i));
      const differences = points.slice(1).map((point, i) => {
        const [before, after] = [gradient(points[i]!), gradient(point)];
        return { s: point.map((value, k) => value - points[i]![k]!), y: after.map((g, k) => g - before[k]!) };
      });
      const results = visit(lbfgs({ memory, largestUpdate: 1e9 }), points, gradient);
      for (const [i, { updates, state }] of results.entries()) {
        const kept = differences.slice(Math.max(0, i - memory), i);
        assert.equal(
          state.pairs,
          kept.map(({ s, y }) => ({ s: [...s], y: [...y] })),
        );
        assert.equal(state.previous, { params: [...points[i]!], gradient: [...gradient(points[i]!)] });
        if (i === 0) continue;
        const expected = denseDirection(kept, gradient(points[i]!)).map((value) => -value);
        assertClose(updates, expected, 1e-10 * largest(expected), `seed ${seed}, update ${i}`);
      }
    }
  });
}

test('no parameter changes by more than largestUpdate, and the direction is kept', () => {
  const { gradient } = quadratic([0.01, 0.1, 1], 3);
  const points = [1, 2, 3, 4].map((seed) => gaussian(3, seed));
  const free = visit(lbfgs({ largestUpdate: 1e9 }), points, gradient).slice(1);
  for (const largestUpdate of [1e-3, 0.5]) {
    const capped = visit(lbfgs({ largestUpdate }), points, gradient).slice(1);
    for (const [i, { updates }] of capped.entries()) {
      const whole = free[i]!.updates;
      const factor = Math.min(1, largestUpdate / largest(whole));
      assertClose(
        updates,
        whole.map((value) => value * factor),
        1e-15,
        `update ${i}`,
      );
      assert.ok(largest(updates) <= largestUpdate * (1 + 1e-15));
      assert.equal(capped[i]!.state, free[i]!.state, 'the cap is no part of the state');
    }
  }
  assert.ok(
    free.some(({ updates }) => largest(updates) > 0.5),
    'the cap binds somewhere',
  );
});

const skipped: [what: string, second: number[], gradient: number[]][] = [
  ['negative curvature', [1, 0], [0, 1]],
  ['a gradient that stayed', [1, 1], [1, 1]],
  ['no movement', [0, 0], [2, 3]],
  ['a movement across the change of the gradient', [1, 0], [1, 5]],
  ['nothing at all', [0, 0], [1, 1]],
];
for (const [what, second, after] of skipped) {
  test(`a pair that saw ${what} is left out`, () => {
    const gradients = [[1, 1], after].map((values) => Float64Array.from(values));
    const results = visit(lbfgs(), [new Float64Array(2), Float64Array.from(second)], () => gradients.shift()!);
    assert.equal(results[1]!.state, { previous: { params: second, gradient: after }, pairs: [] });
    // Without a pair the update is along the gradient again.
    const most = Math.max(...after);
    assertClose(
      results[1]!.updates,
      after.map((g) => (-0.02 * g) / most),
      1e-15,
      'the update',
    );
  });
}

test('a pair that is left out leaves the older ones in force', () => {
  const optimizer = lbfgs({ largestUpdate: 1e9 });
  const steps = [
    { at: [0, 0], gradient: [-4, -4] },
    { at: [1, 0.5], gradient: [-2, -3] },
    { at: [2, 0.5], gradient: [-3, -3] },
  ].map(({ at, gradient }) => ({ at: Float64Array.from(at), gradient: Float64Array.from(gradient) }));
  let state = optimizer.init(steps[0]!.at);
  let updates = new Float64Array(2);
  for (const { at, gradient } of steps) {
    const result = optimizer.update(gradient, state, at);
    [state, updates] = [result.state, Float64Array.from(result.updates)];
  }
  const pair = { s: Float64Array.of(1, 0.5), y: Float64Array.of(2, 1) };
  assert.equal(state.pairs, [{ s: [...pair.s], y: [...pair.y] }]);
  assertClose(
    updates,
    denseDirection([pair], steps[2]!.gradient).map((value) => -value),
    1e-15,
    'the update',
  );
});

test('a gradient of 0 gives an update of 0, with pairs and without', () => {
  const optimizer = lbfgs();
  const zero = new Float64Array(3);
  assert.equal([...optimizer.update(zero, optimizer.init(zero), zero).updates], [0, 0, 0]);
  const { gradient } = quadratic([1, 2, 3], 1);
  const { state } = visit(optimizer, [gaussian(3, 1), gaussian(3, 2)], gradient).at(-1)!;
  assert.is(state.pairs.length, 1);
  const after = optimizer.update(zero, state, gaussian(3, 3));
  assert.equal([...after.updates], [0, 0, 0]);
  const again = optimizer.update(zero, after.state, gaussian(3, 3));
  assert.equal([...again.updates], [0, 0, 0]);
  assert.equal(
    [...optimizer.update(new Float64Array(0), optimizer.init(new Float64Array(0)), new Float64Array(0)).updates],
    [],
  );
});

test('gradients of any size that float32 holds give finite updates', () => {
  const { gradient } = quadratic([0.5, 1, 3], 5);
  for (const scale of [1e-45, 1e-30, 1e-10, 1e10, 1e38]) {
    const points = [1, 2, 3, 4, 5].map((seed) => gaussian(3, seed));
    for (const { updates } of visit(lbfgs(), points, (at) => gradient(at).map((g) => g * scale))) {
      assert.ok(updates.every(Number.isFinite), `scale ${scale}: ${updates}`);
      assert.ok(largest(updates) > 0, `scale ${scale}: no update`);
    }
  }
});

test('a state that went through JSON continues bit for bit', () => assertResumes(lbfgs() as GradientTransformation));

test('update writes neither to the state nor to its arrays, and JSON keeps the state whole', () =>
  assertPure(lbfgs() as GradientTransformation));

test('wrong options and a gradient of another length are refused', () => {
  for (const memory of [0, -1, 1.5, Number.NaN])
    assert.throws(() => lbfgs({ memory }), /memory: expected a whole number/);
  for (const size of [0, -1, Number.NaN]) {
    assert.throws(() => lbfgs({ largestUpdate: size }), /largestUpdate: expected a positive number/);
    assert.throws(() => lbfgs({ firstUpdate: size }), /firstUpdate: expected a positive number/);
  }
  const optimizer = lbfgs();
  const { state } = optimizer.update(Float64Array.of(1, 2), optimizer.init(new Float64Array(2)), new Float64Array(2));
  assert.throws(() => optimizer.update(new Float64Array(3), state, new Float64Array(3)), /expected 2 numbers.*found 3/);
});

test.run();
