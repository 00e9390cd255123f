import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Picture } from '../../engine/picture.js';
import { createArgsort } from '../../losses/argsort.js';
import { randomDirections } from '../../losses/directions.js';
import { l2, slicedWasserstein, swd } from '../../losses/index.js';
import { seededRandom } from '../../random.js';
import {
  assertClose,
  centralDifferences,
  colourGradient,
  colours,
  naiveSwd,
  randomPicture,
  slice,
} from './reference.js';

const test = suite('losses, sliced Wasserstein');
const context = { seed: 11, iteration: 4 };
const directions = randomDirections(seededRandom(context.seed, context.iteration));

/** The picture with its pixels in another order: pixel i of the result is pixel order[i] of the picture. */
function permuted(picture: Picture, order: number[]): Picture {
  const data = new Float32Array(picture.data.length);
  order.forEach((from, i) => {
    data.set(picture.data.subarray(4 * from, 4 * from + 4), 4 * i);
  });
  return { ...picture, data };
}

function shuffle(count: number, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, i) => ({ i, key: random.uniform() }))
    .sort((a, b) => a.key - b.key)
    .map(({ i }) => i);
}

const targets = [
  { name: 'of the same size', target: randomPicture(4, 6, 2) },
  { name: 'of fewer pixels', target: randomPicture(3, 3, 3) },
  { name: 'of more pixels', target: randomPicture(9, 7, 4) },
  { name: 'of one pixel', target: randomPicture(1, 1, 5) },
];

for (const { name, target } of targets) {
  test(`target ${name}: value and gradient are those of a float64 sort and its central differences`, async () => {
    const picture = randomPicture(6, 4, 1);
    const at = colours(picture);
    const step = 1e-7;
    for (const direction of directions) {
      const sorted = slice(at, direction).sort((a, b) => a - b);
      const gap = Math.min(...sorted.slice(1).map((value, i) => value - sorted[i]!));
      assert.ok(gap > 4 * step, `the scene has a near tie, ${gap}: central differences would cross a kink`);
    }
    const reference = (values: number[]) => naiveSwd(values, colours(target), directions);
    const { value, gradient } = await swd(target).evaluate(picture, context);
    assertClose('swd value', [value], [reference(at)], { relative: 1e-6 });
    const numeric = centralDifferences(reference, at, step);
    assertClose('swd gradient', colourGradient(gradient), numeric, { absolute: 1e-8, relative: 1e-5 });
  });
}

test('zero with zero gradient where the distributions agree, symmetric otherwise', async () => {
  const picture = randomPicture(8, 8, 1);
  picture.data.fill(0.25, 40, 120);
  const same = await swd(permuted(picture, shuffle(64, 1))).evaluate(picture, context);
  assert.is(same.value, 0);
  assert.ok(
    same.gradient.every((g) => g === 0),
    'gradient where the distributions agree',
  );
  const other = randomPicture(8, 8, 2);
  const there = await swd(picture).evaluate(other, context);
  const back = await swd(other).evaluate(picture, context);
  assert.is(there.value, back.value);
});

test('the order of pixels changes neither the value nor, ties included, what each pixel gets', async () => {
  const picture = randomPicture(8, 8, 1);
  picture.data.fill(0.25, 40, 120);
  const order = shuffle(64, 7);
  const loss = swd(randomPicture(5, 9, 2));
  const before = await loss.evaluate(picture, context);
  const after = await loss.evaluate(permuted(picture, order), context);
  assert.is(after.value, before.value);
  assert.equal(after.gradient, permuted({ ...picture, data: before.gradient }, order).data);
});

test('a plain area that moves as one has the gradient of central differences', async () => {
  const picture = randomPicture(6, 4, 1);
  const target = randomPicture(6, 4, 2);
  picture.data.fill(0.25, 0, 40);
  const { gradient } = await swd(target).evaluate(picture, context);
  const numeric = centralDifferences(
    ([shift]) =>
      naiveSwd(
        colours(picture).map((x, i) => (i < 30 ? x + shift! : x)),
        colours(target),
        directions,
      ),
    [0],
    1e-7,
  );
  const together = colourGradient(gradient).slice(0, 30);
  assertClose('gradient of the shift', [together.reduce((a, b) => a + b)], numeric, { absolute: 1e-7, relative: 1e-5 });
});

test('a shift of every colour by δ gives |δ|²/3 in every iteration, and no picture exceeds its l2', async () => {
  const picture = randomPicture(16, 16, 1);
  const shifted = { ...picture, data: picture.data.map((x, i) => x + [0.25, -0.125, 0.5, 0][i % 4]!) };
  const other = randomPicture(16, 16, 2);
  for (let iteration = 0; iteration < 20; iteration++) {
    const { value } = await swd(picture).evaluate(shifted, { seed: 1, iteration });
    assertClose(`shift, iteration ${iteration}`, [value], [(0.0625 + 0.015625 + 0.25) / 3], { relative: 1e-5 });
    const distance = (await swd(picture).evaluate(other, { seed: 1, iteration })).value;
    const bound = (await l2(picture).evaluate(other, { seed: 1, iteration })).value;
    assert.ok(distance <= bound, `swd ${distance} exceeds l2 ${bound}`);
  }
});

test('the same seed and iteration repeat bit for bit, others draw other directions', async () => {
  const picture = randomPicture(6, 4, 1);
  const target = randomPicture(9, 7, 4);
  const loss = swd(target);
  const first = await loss.evaluate(picture, context);
  const elsewhere = await loss.evaluate(picture, { seed: 11, iteration: 5 });
  assert.equal(await loss.evaluate(picture, context), first, 'the same loss');
  assert.equal(await swd(target).evaluate(picture, context), first, 'a loss made anew');
  assert.not.equal(elsewhere.value, first.value);
  assert.not.equal((await loss.evaluate(picture, { seed: 12, iteration: 4 })).value, first.value);
});

test('a target too large to sort is thinned without a change of its colours', async () => {
  const picture = randomPicture(16, 16, 1);
  const tile = randomPicture(16, 16, 2);
  // Every second pixel alone, as an even choice would take here, has half of the tile's colours.
  const repeated = { width: 1024, height: 512, data: new Float32Array(4 * 2 ** 19) };
  for (let at = 0; at < repeated.data.length; at += tile.data.length) repeated.data.set(tile.data, at);
  const { value, gradient } = await swd(repeated).evaluate(picture, context);
  const expected = await swd(tile).evaluate(picture, context);
  assertClose('value', [value], [expected.value], { relative: 1e-12 });
  assertClose('gradient', gradient, expected.gradient, { absolute: 1e-12 });
});

test('a picture that is not finite gives a value that is not', async () => {
  const picture = randomPicture(6, 4, 1);
  for (const broken of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const { value } = await swd(randomPicture(6, 4, 2)).evaluate(
      { ...picture, data: picture.data.with(9, broken) },
      context,
    );
    assert.not.ok(Number.isFinite(value), `${broken} gave ${value}`);
  }
});

test('more rotations are so many sets of directions; none is refused', async () => {
  const picture = randomPicture(6, 4, 1);
  const target = randomPicture(6, 4, 2);
  const random = seededRandom(context.seed, context.iteration);
  const sets = [...randomDirections(random), ...randomDirections(random), ...randomDirections(random)];
  const { value } = await slicedWasserstein({ rotations: 3 })(target).evaluate(picture, context);
  assertClose('value', [value], [naiveSwd(colours(picture), colours(target), sets)], { relative: 1e-6 });
  for (const rotations of [0, 1.5, Number.NaN]) assert.throws(() => slicedWasserstein({ rotations }), /rotations/);
});

test('directions are 16 units as far apart as a pentakis dodecahedron has them, exact for quadratic forms', () => {
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  for (let seed = 0; seed < 5; seed++) {
    const units = randomDirections(seededRandom(seed));
    assert.is(units.length, 16);
    assertClose(
      'lengths',
      units.map((u) => dot(u, u)),
      new Float64Array(16).fill(1),
      { absolute: 1e-12 },
    );
    const cosines = units.flatMap((u, i) => units.slice(0, i).map((v) => Math.abs(dot(u, v))));
    const angle = (Math.acos(Math.max(...cosines)) * 180) / Math.PI;
    assertClose('smallest angle', [angle], [37.377], { absolute: 1e-3 });
    const moments = [0, 1, 2].flatMap((a) =>
      [0, 1, 2].map(
        (b) =>
          dot(
            units.map((u) => u[a]!),
            units.map((u) => u[b]!),
          ) / 16,
      ),
    );
    assertClose(
      'mean of u uᵀ',
      moments,
      [1, 0, 0, 0, 1, 0, 0, 0, 1].map((x) => x / 3),
      { absolute: 1e-12 },
    );
  }
});

test('each direction is uniform on the sphere: each coordinate is uniform in [−1, 1]', () => {
  const draws = 4000;
  const first = Array.from({ length: draws }, (_, seed) => randomDirections(seededRandom(seed, 1))[0]!);
  for (const axis of [0, 1, 2]) {
    const sorted = first.map((u) => u[axis]!).sort((a, b) => a - b);
    // Kolmogorov and Smirnov's statistic: above 1.63/√n once in a hundred axes that are uniform.
    const statistic = Math.max(...sorted.map((value, i) => Math.abs((value + 1) / 2 - (i + 0.5) / draws)));
    assert.ok(statistic < 1.63 / Math.sqrt(draws), `axis ${axis}: ${statistic}`);
  }
});

test('the argsort is stable and orders signs, zeros, infinities and repeated values', () => {
  const argsort = createArgsort();
  const random = seededRandom(2);
  const large = Float32Array.from({ length: 5000 }, () => Math.round(random.normal() * 50) / 8);
  const { NEGATIVE_INFINITY, POSITIVE_INFINITY } = Number;
  const special = new Float32Array([3, -1e-40, 0, NEGATIVE_INFINITY, -0, 1e-40, -2.5, 3, POSITIVE_INFINITY, -2.5]);
  const isPositive = (value: number) => (Object.is(value, -0) ? 0 : 1);
  for (const values of [large, special, new Float32Array(0), large.subarray(100, 400)]) {
    const compare = (a: number, b: number) => a - b || isPositive(a) - isPositive(b);
    const expected = Array.from(values.keys()).sort((a, b) => compare(values[a]!, values[b]!) || a - b);
    assertClose(`order of ${values.length} values`, argsort(values), expected, {});
  }
});

test.run();
