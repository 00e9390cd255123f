import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Picture } from '../../engine/picture.js';
import { resample, sizeLike } from '../../engine/picture-resample.js';
import { seededRandom } from '../../random.js';
import { assertClose } from '../reference/assert-close.js';
import { srgb } from '../reference/scenes.js';
import { pictureOf } from './pictures.js';

const test = suite('picture, resample');

const light = (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);

test('the picture at its own size is the picture', () => {
  const random = seededRandom(2);
  const picture = pictureOf(5, 4, random.uniform);
  assert.equal(resample(picture, 5, 4), picture);
});

for (const [width, height] of [
  [1, 1],
  [3, 2],
  [7, 11],
  [13, 9],
  [30, 1],
]) {
  test(`a constant stays constant at ${width} × ${height}`, () => {
    for (const level of [0, 0.03, 0.5, 1, 1.2]) {
      const picture = pictureOf(10, 9, (_x, _y, c) => level * (1 - c / 10));
      for (let i = 3; i < picture.data.length; i += 4) picture.data[i] = level / 2;
      const result = resample(picture, width!, height!);
      assert.is(result.data.length, width! * height! * 4);
      assertClose(
        result.data,
        Array.from(result.data, (_, i) => level * [1, 0.9, 0.8, 0.5][i % 4]!),
        1e-6,
        `level ${level}`,
      );
    }
  });
}

for (const [width, height] of [
  [6, 4],
  [4, 6],
  [12, 1],
  [1, 12],
  [5, 7],
  [24, 36],
]) {
  test(`the mean light is kept at ${width} × ${height}`, () => {
    const random = seededRandom(3);
    const picture = pictureOf(12, 12, random.uniform);
    const result = resample(picture, width!, height!);
    for (const c of [0, 1, 2]) {
      const mean = ({ data }: Picture) => {
        const values = [...data].filter((_, i) => i % 4 === c);
        return values.reduce((sum, v) => sum + light(v), 0) / values.length;
      };
      assertClose([mean(result)], [mean(picture)], 1e-6, `colour ${c}`);
    }
  });
}

test('a pixel is the average, in linear light, of what it covers', () => {
  // Columns of light 0, 1, 0, 1, …: at half the size each pixel is half as bright as white, not of half the value.
  const stripes = pictureOf(8, 8, (x) => x % 2);
  const half = resample(stripes, 4, 4);
  assertClose(
    [...half.data].filter((_, i) => i % 4 < 3),
    Array(48).fill(srgb(0.5)),
    1e-6,
    'halved',
  );
  // Three columns of light 0, 1, 0 at two thirds of the size: each takes a third of its light from the middle one.
  const third = resample(
    pictureOf(3, 1, (x) => x % 2),
    2,
    1,
  );
  assertClose(third.data.subarray(0, 3), Array(3).fill(srgb(1 / 3)), 1e-6, 'two thirds');
  // Enlarged by a whole factor, pixels are copies.
  const large = resample(stripes, 24, 16);
  assertClose(large.data, pictureOf(24, 16, (x) => Math.floor(x / 3) % 2).data, 1e-6, 'enlarged');
});

const sizes: [width: number, height: number, longest: number, size: [number, number]][] = [
  [400, 300, 192, [192, 144]],
  [300, 400, 192, [144, 192]],
  [100, 100, 64, [64, 64]],
  [10, 7, 100, [100, 70]],
  [1000, 1, 100, [100, 1]],
  [1, 1000, 100, [1, 100]],
  [3, 2, 1, [1, 1]],
];
for (const [width, height, longest, size] of sizes) {
  test(`${width} × ${height} within ${longest} is ${size.join(' × ')}`, () => {
    assert.equal(sizeLike({ width, height }, longest), { width: size[0], height: size[1] });
  });
}

test.run();
