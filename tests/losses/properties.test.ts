import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Picture } from '../../engine/picture.js';
import { haarLowMap, LOSSES, laplacianMap, parseLoss, ssimMap, tvMap } from '../../losses/index.js';
import { seededRandom } from '../../random.js';
import { openTensors, tf } from '../../tensors/index.js';
import { refused } from '../refused.js';
import { assertClose, mean, randomPicture } from './reference.js';

const test = suite('losses, properties');
const context = { seed: 11, iteration: 2 };
const WIDTH = 48;
const HEIGHT = 40;

const evaluate = async (text: string, picture: Picture, target: Picture) => {
  const loss = parseLoss(text, target);
  const value = await loss.evaluate(picture, context);
  loss.dispose?.();
  return value;
};

/** Every loss with its defaults, and the kernels of mmd. */
const ALL = [...LOSSES.keys(), 'mmd/kernel=polynomial', 'mmd/kernel=gaussian'].filter((text) => text !== 'style-code');

for (const seed of [1, 2]) {
  const picture = randomPicture(WIDTH, HEIGHT, seed);
  for (const text of ALL.filter((text) => text !== 'tv')) {
    test(`${text} is 0 with gradient 0 where picture and target are one, seed ${seed}`, async () => {
      const { value, gradient } = await evaluate(text, picture, picture);
      const other = await evaluate(text, picture, randomPicture(WIDTH, HEIGHT, seed + 10));
      const steepest = (of: Float32Array) => of.reduce((most, g) => Math.max(most, Math.abs(g)), 0);
      // A covariance is summed in another order for the target: what is left of it is rounding.
      assert.ok(value >= 0 && value <= 1e-9 * other.value, `${value}, beside ${other.value} elsewhere`);
      assert.ok(steepest(gradient) <= 1e-4 * steepest(other.gradient), `gradient ${steepest(gradient)}`);
      assert.ok(other.value > 0);
    });
  }
}

test('tv is 0 of a plain picture, whatever the target, and more of a noisy one', async () => {
  const plain = { width: WIDTH, height: HEIGHT, data: new Float32Array(4 * WIDTH * HEIGHT).fill(0.3) };
  const noisy = randomPicture(WIDTH, HEIGHT, 1);
  assert.is((await evaluate('tv', plain, noisy)).value, 0);
  assert.ok((await evaluate('tv', noisy, plain)).value > 0.1);
});

/** The Gaussian kernel's width is the target's, mrf asks only that each patch of the picture has a match. */
const ONE_SIDED = ['mmd/kernel=gaussian', 'mrf', 'tv'];
for (const text of ALL.filter((text) => !ONE_SIDED.includes(text))) {
  test(`${text} is the same from either side`, async () => {
    const [a, b] = [randomPicture(WIDTH, HEIGHT, 3), randomPicture(WIDTH, HEIGHT, 4)];
    const [there, back] = [await evaluate(text, a, b), await evaluate(text, b, a)];
    assertClose('value', [back.value], [there.value], { relative: 1e-5 });
  });
}

/**
 * Large enough that what the filters of the coarsest scale, whose pixels are 8 of the picture's, answer to the island, and the
 * patches that see it, are far from the borders.
 */
const SEA = 128;

/** A patch of noise on a plain picture, so that its surroundings are the same wherever it is. */
function island(left: number, top: number): Picture {
  const size = 16;
  const noise = randomPicture(size, size, 5);
  const data = new Float32Array(4 * SEA * SEA).fill(0.4);
  for (let y = 0; y < size; y++) {
    const row = noise.data.subarray(4 * size * y, 4 * size * (y + 1));
    data.set(row, 4 * ((top + y) * SEA + left));
  }
  return { width: SEA, height: SEA, data };
}

for (const text of [
  'gram',
  'statistics',
  'covariance',
  'mmd/kernel=polynomial',
  'histogram',
  'feature-swd',
  'mrf',
  'haar-high',
  'swd',
  'colour-histogram',
]) {
  test(`${text} doesn't see a shift by whole periods of the coarsest scale, but sees a change`, async () => {
    const target = randomPicture(SEA, SEA, 6);
    const here = await evaluate(text, island(48, 48), target);
    const there = await evaluate(text, island(56, 40), target);
    // All patches of the plain part are alike but for rounding, which decides what mrf matches them with.
    assertClose('value', [there.value], [here.value], { relative: text === 'mrf' ? 1e-4 : 1e-5 });
    const shifted = await evaluate(text, island(56, 40), island(48, 48));
    const changed = await evaluate(
      text,
      { ...island(48, 48), data: island(48, 48).data.map((x) => 0.5 * x) },
      island(48, 48),
    );
    assert.ok(Math.abs(shifted.value) <= 1e-6 * changed.value, `${shifted.value} beside ${changed.value}`);
  });
}

for (const text of ['l2', 'content', 'ssim', 'ms-ssim', 'laplacian', 'haar-low']) {
  test(`${text} sees a shift`, async () => {
    assert.ok((await evaluate(text, island(56, 40), island(48, 48))).value > 1e-6);
  });
}

for (const text of ['colour-histogram', 'swd']) {
  test(`${text} doesn't see a permutation of the pixels, which each get the same gradient`, async () => {
    const [picture, target] = [randomPicture(WIDTH, HEIGHT, 7), randomPicture(WIDTH, HEIGHT, 8)];
    const random = seededRandom(9);
    const order = Array.from({ length: WIDTH * HEIGHT }, (_, i) => ({ i, key: random.uniform() }))
      .sort((a, b) => a.key - b.key)
      .map(({ i }) => i);
    const permuted = (data: Float32Array) =>
      Float32Array.from(data, (_, at) => data[4 * order[Math.floor(at / 4)]! + (at % 4)]!);
    const before = await evaluate(text, picture, target);
    const after = await evaluate(text, { ...picture, data: permuted(picture.data) }, target);
    assertClose('value', [after.value], [before.value], { relative: 1e-6 });
    assertClose('gradient', after.gradient, permuted(before.gradient), { absolute: 1e-9, relative: 1e-5 });
  });
}

for (const text of ALL) {
  test(`${text} of a picture that isn't finite isn't finite`, async () => {
    const picture = randomPicture(WIDTH, HEIGHT, 1);
    for (const broken of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const data = picture.data.with(4 * 700 + 1, broken);
      const { value } = await evaluate(text, { ...picture, data }, randomPicture(WIDTH, HEIGHT, 2));
      assert.not.ok(Number.isFinite(value), `${broken} gave ${value}`);
    }
  });
}

for (const text of ALL) {
  test(`${text}: the same seed and iteration give the same bits`, async () => {
    const [picture, target] = [randomPicture(WIDTH, HEIGHT, 1), randomPicture(WIDTH, HEIGHT, 2)];
    const first = await evaluate(text, picture, target);
    assert.equal(await evaluate(text, picture, target), first);
  });
}

test('by default, a loss looks at the layers that pictures are large enough for', async () => {
  const [a, b] = [randomPicture(31, 64, 1), randomPicture(31, 64, 2)];
  const found = await evaluate('gram', a, b);
  assert.is(found.value, (await evaluate('gram/layers=scale1+scale2+scale3', a, b)).value);
});

const small: [text: string, width: number, height: number, says: RegExp][] = [
  ['gram/layers=scale4', 31, 64, /to have 32 pixels on each side with .*, found 31×64/],
  ['gram/layers=scale1', 3, 64, /to have 4 pixels on each side with/],
  ['ssim', 64, 10, /to have 11 pixels on each side, found 64×10/],
  ['laplacian', 2, 9, /to have 3 pixels on each side, found 2×9/],
  ['haar-low/levels=3', 7, 9, /to have 8 pixels on each side, found 7×9/],
];
for (const [text, width, height, says] of small) {
  test(`${text} of ${width}×${height} pixels is refused in one line`, async () => {
    const [fits, tiny] = [randomPicture(64, 64, 1), randomPicture(width, height, 1)];
    for (const pair of [
      [tiny, tiny],
      [tiny, fits],
    ] as const) {
      const error = await refused(() => evaluate(text, ...pair));
      assert.is(error.code, 'usage');
      assert.match(error.message, says);
    }
  });
}

test('losses that have an unreduced map are its mean', async () => {
  const [a, b] = [randomPicture(WIDTH, HEIGHT, 1), randomPicture(WIDTH, HEIGHT, 2)];
  const tensors = openTensors();
  const maps = await tensors.run(async () => {
    const [x, y] = [a, b].map(({ data }) => tf.slice(tf.tensor3d(data, [HEIGHT, WIDTH, 4]), [0, 0, 0], [-1, -1, 3]));
    const of = {
      ssim: ssimMap(x!, y!),
      tv: tvMap(x!),
      'haar-low': haarLowMap(x!, y!, 2),
      'laplacian/pools=2': laplacianMap(x!, y!, 2),
    };
    return Promise.all(Object.entries(of).map(async ([text, map]) => [text, await tensors.read(map)] as const));
  });
  for (const [text, map] of maps) {
    const { value } = await evaluate(text, a, b);
    assertClose(text, [mean(Array.from(map))], [value], { relative: 1e-5 });
  }
});

test.run();
