import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { emptyPicture, type Picture } from '../../../engine/picture.js';
import { styleOf } from '../../../networks/predict/index.js';
import { EDGE_LENGTH, PALETTE_LENGTH, paletteOf } from '../../../networks/predict/palette.js';
import { codeOf } from '../../../networks/style/code.js';
import { seededRandom } from '../../../random.js';
import { assertClose } from '../../reference/assert-close.js';
import { refused } from '../../refused.js';
import { styleNetwork, wasm } from './fixtures.js';

const test = suite('networks/predict/palette and style');

function picture(width: number, height: number, color: (x: number, y: number) => readonly number[]): Picture {
  const made = emptyPicture(width, height);
  for (let i = 0; i < width * height; i++) made.data.set(color(i % width, Math.floor(i / width)), 4 * i);
  return made;
}

function noisy(seed: number): Picture {
  const random = seededRandom(seed);
  return picture(20, 16, () => [random.uniform(), random.uniform() ** 2, random.uniform() ** 3]);
}

test('a plain picture has its colour at both edges, and in the histogram', () => {
  // On the levels of red, and half-way between two of green and of blue.
  const palette = paletteOf(picture(10, 8, () => [1 / 3, 0.5, 0.5]));
  assert.is(palette.length, PALETTE_LENGTH);
  assertClose(palette.subarray(0, EDGE_LENGTH), [1 / 3, 0.5, 0.5, 1 / 3, 0.5, 0.5], 1e-6, 'edges');
  const histogram = palette.subarray(EDGE_LENGTH);
  for (const [cell, value] of histogram.entries()) {
    const [r, g, b] = [cell >> 4, (cell >> 2) & 3, cell & 3];
    const expected = r === 1 && (g === 1 || g === 2) && (b === 1 || b === 2) ? 0.5 : 0;
    assert.ok(Math.abs(value - expected) < 1e-3, `red ${r}, green ${g}, blue ${b}: ${value}`);
  }
});

test('the edges are medians of what is at the top and at the bottom, clamped to what is shown', () => {
  // Of 10 columns 3 differ; the middle shows something else.
  const rows = 100;
  const shown = picture(10, rows, (x, y) => {
    if (y > 2 && y < rows - 3) return [0.5, 0.5, 0.5];
    if (x < 3) return [0, 1, 0];
    return y < 3 ? [0.9, 0.1, 1.2] : [0.2, -0.1, 0.4];
  });
  assertClose(paletteOf(shown).subarray(0, EDGE_LENGTH), [0.9, 0.1, 1, 0.2, 0, 0.4], 1e-6, 'edges');
});

test('shares add up to 1, pixels may be anywhere, and pictures of one pixel have a palette', () => {
  const [plain, turned] = [noisy(1), noisy(1)];
  for (let i = 0; i < 320; i++) turned.data.set(plain.data.subarray(4 * (319 - i), 4 * (320 - i)), 4 * i);
  const [a, b] = [plain, turned].map((each) => paletteOf(each).subarray(EDGE_LENGTH));
  assertClose(b!, a!, 1e-6, 'histogram');
  assert.ok(Math.abs(a!.reduce((sum, root) => sum + root * root, 0) - 1) < 1e-5);
  for (const palette of [paletteOf(plain), paletteOf(picture(1, 1, () => [1, 0, 2]))])
    assert.ok(palette.every((value) => value >= 0 && value <= 1));
});

test('the style of several pictures is the mean of their palettes and the direction of the mean of their codes', async () => {
  const features = await styleNetwork();
  const pictures = [noisy(1), picture(20, 16, (x) => [x / 20, 0.1, 0.1])];
  const targets = [{ picture: pictures[0]! }, { picture: pictures[1]!, weight: 3 }];
  const { code, palette } = await styleOf(targets, features, wasm);
  const [a, b] = [await codeOf(pictures[0]!, features, wasm), await codeOf(pictures[1]!, features, wasm)];
  const sum = a!.map((value, i) => value + 3 * b![i]!);
  const length = Math.hypot(...sum);
  assertClose(
    code,
    sum.map((value) => value / length),
    1e-6,
    'code',
  );
  const [first, second] = pictures.map(paletteOf);
  assertClose(
    palette,
    first!.map((value, i) => (value + 3 * second![i]!) / 4),
    1e-6,
    'palette',
  );
  assertClose((await styleOf([targets[1]!], features, wasm)).code, b!, 1e-6, 'the weight of one picture');
});

test('no pictures, or weights that leave nothing, are refused', async () => {
  const features = await styleNetwork();
  const shown = noisy(1);
  for (const weights of [[], [0], [1, -1], [Number.NaN]]) {
    const targets = weights.map((weight) => ({ picture: shown, weight }));
    assert.is((await refused(() => styleOf(targets, features, wasm))).code, 'usage', `${weights}`);
  }
});

test.run();
