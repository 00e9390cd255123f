import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bijectionOf } from '../../engine/psi-bijections.js';
import { orderedPullback, orderedToReals, orderedToValues } from '../../engine/psi-ordered.js';
import { SCALARS, type ScalarSpec } from '../../engine/psi-scalars.js';
import { seededRandom } from '../../random.js';
import { assertClose } from '../reference/assert-close.js';

const test = suite('Ψ, bijections');

for (const [key, spec] of Object.entries<ScalarSpec>(SCALARS)) {
  if (spec.bijection === 'ordered' || spec.bijection === 'interval') {
    test(`${key} has no map of its own`, () => assert.throws(() => bijectionOf(spec), /no map of their own/));
    continue;
  }
  const [low, high] = spec.bounds;
  const map = bijectionOf(spec);

  test(`${key} comes back from the reals, bounds included`, () => {
    const random = seededRandom(1);
    const inside = Array.from({ length: 40 }, () => {
      const u = random.uniform();
      return spec.bijection === 'linear' ? low + (high - low) * u : (low + 1e-3) * (high / (low + 1e-3)) ** u;
    });
    for (const value of [low, high, spec.default, ...inside]) {
      const back = map.toValue(map.toReal(value));
      assert.ok(Math.abs(back - value) <= 1e-12 * Math.max(1, Math.abs(value)), `${value} comes back as ${back}`);
      assert.ok(low <= back && back <= high, `${value} comes back as ${back}, out of bounds`);
    }
    assertClose([map.toReal(low), map.toReal(high)], map.reals, 1e-12, 'reals of the bounds');
    for (const far of [-1e3, -50, 50, 1e3]) {
      const value = map.toValue(far);
      assert.ok(low <= value && value <= high, `${far} gives ${value}`);
    }
  });

  test(`the slope of ${key} is that of its values, on the bounds too`, () => {
    const [first, last] = map.reals;
    const h = 1e-5;
    for (let i = 0; i <= 20; i++) {
      const real = first + ((last - first) * i) / 20;
      const slope = map.slope(real);
      // On a bound the values end, so there the difference is taken to the inside.
      const [from, to] = [Math.max(first, real - h), Math.min(last, real + h)];
      const difference = (map.toValue(to) - map.toValue(from)) / (to - from);
      const tolerance = i === 0 || i === 20 ? 1e-4 : 1e-7;
      assert.ok(
        slope > 0 && Math.abs(difference / slope - 1) < tolerance,
        `at ${real}: ${slope}, by differences ${difference}`,
      );
    }
  });
}

/** engine/psi-ordered.ts promises gaps of at least this share. */
const FLOOR = 1e-4;
const gapsOf = (values: readonly number[], a: number, b: number) =>
  [...values, b].map((end, i) => (end - [a, ...values][i]!) / (b - a));

for (const n of [1, 2, 8, 64]) {
  const [a, b] = [-0.5, 1.5];

  test(`${n} ordered values keep their order and their distance, whatever the reals`, () => {
    const random = seededRandom(n);
    for (const scale of [0, 0.1, 1, 10, 36, 300]) {
      const values = orderedToValues(
        Array.from({ length: n }, () => scale * random.normal()),
        a,
        b,
      );
      const gaps = gapsOf(values, a, b);
      assert.is(gaps.length, n + 1);
      assert.ok(
        gaps.every((gap) => gap >= FLOOR * (1 - 1e-9)),
        `reals of about ${scale}: the least gap is ${Math.min(...gaps)}`,
      );
    }
  });

  test(`${n} ordered values come back from the reals`, () => {
    const random = seededRandom(n, 1);
    const gaps = Array.from({ length: n + 1 }, () => random.between(0.05, 1));
    const sum = gaps.reduce((x, y) => x + y);
    let at = a;
    const values = gaps.slice(0, -1).map((gap) => {
      at += ((b - a) * gap) / sum;
      return at;
    });
    assertClose(orderedToValues(orderedToReals(values, a, b), a, b), values, 1e-12, 'values');
  });

  test(`${n} values that coincide, or lie on the ends, come back a floor apart`, () => {
    for (const where of [a, 0.3, b]) {
      const values = orderedToValues(orderedToReals(Array(n).fill(where), a, b), a, b);
      const gaps = gapsOf(values, a, b);
      assert.ok(
        gaps.every((gap) => gap >= FLOOR * (1 - 1e-9)),
        `${Math.min(...gaps)}`,
      );
      assertClose(values, Array(n).fill(where), 2 * (n + 1) * FLOOR * (b - a), `all at ${where}`);
    }
  });

  test(`the pullback of ${n} ordered values is that of differences`, () => {
    const random = seededRandom(n, 2);
    const reals = Array.from({ length: n }, () => random.normal());
    const weights = Array.from({ length: n }, () => random.normal());
    const loss = (at: readonly number[]) =>
      orderedToValues(at, a, b).reduce((sum, v, i) => sum + weights[i]! * v * v, 0);
    const slopes = orderedToValues(reals, a, b).map((v, i) => 2 * weights[i]! * v);
    const h = 1e-5;
    const differences = reals.map((z, i) => (loss(reals.with(i, z + h)) - loss(reals.with(i, z - h))) / (2 * h));
    assertClose(orderedPullback(reals, slopes, a, b), differences, 1e-8, 'dL/dz');
    assert.ok(
      differences.some((d) => Math.abs(d) > 1e-4),
      'the loss depends on the reals',
    );
  });
}

test.run();
