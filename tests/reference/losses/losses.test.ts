import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Random, seededRandom } from '../../../random.js';
import { assertClose, colours, randomPicture } from '../../losses/reference.js';
import {
  type AnyPicture,
  coloursOf,
  isLayerLoss,
  LOSS_NAMES,
  type LossName,
  type LossOptions,
  lossOf,
  valueAndGradient,
  valueAndGradientOfLayers,
} from './losses.js';
import type { PixelChoice } from './structure.js';

const test = suite('reference: losses');

const picture = randomPicture(36, 33, 1);
const target = randomPicture(36, 33, 2);
/** For those losses that don't meet the target pixel by pixel. */
const otherSize = randomPicture(32, 37, 3);
const PAIRED: readonly LossName[] = ['content', 'ssim', 'ms-ssim', 'laplacian', 'haar-low'];
/** Their gradient changes where two values change places, which a large step makes them do. */
const SORTING: readonly LossName[] = ['histogram', 'feature-swd', 'colour-histogram'];

const random = seededRandom(5);
const unit = (length: number) => {
  const vector = Array.from({ length }, () => random.normal());
  return vector.map((x) => x / Math.hypot(...vector));
};
const given: LossOptions = {
  directions: Array.from({ length: 4 }, () => Array.from({ length: 16 }, () => unit(23))),
  uniforms: Array.from({ length: 4 }, () => Array.from({ length: 512 }, () => random.uniform())),
  kernel: 'polynomial',
};

/** Those in the left third (upper half) of the whole map, of which an inner map lacks the margin. */
const leftThird: PixelChoice = (height, width, margin) =>
  pixels(height, width, (_y, x) => x + margin < (width + 2 * margin) / 3);
const upperHalf: PixelChoice = (height, width) => pixels(height, width, (y) => y < height / 2);

function pixels(height: number, width: number, has: (y: number, x: number) => boolean): number[] {
  const all = Array.from({ length: height * width }, (_, i) => i);
  return all.filter((i) => has(Math.floor(i / width), i % width));
}

const parts = { picture: leftThird, target: upperHalf };
const cases: { label: string; name: LossName; options: LossOptions }[] = [
  ...LOSS_NAMES.map((name) => ({ label: name, name, options: given })),
  ...(['linear', 'gaussian'] as const).map((kernel) => ({
    label: `mmd, ${kernel}`,
    name: 'mmd' as const,
    options: { ...given, kernel },
  })),
  ...LOSS_NAMES.map((name) => ({ label: `${name}, one label`, name, options: { ...given, choose: parts } })),
  { label: 'gram, weighted layers', name: 'gram', options: { ...given, weights: [0, 3, 1, 0.5] } },
];

for (const { label, name, options } of cases) {
  const to = PAIRED.includes(name) ? target : otherSize;

  test(`${label}: the gradient is that of central differences`, () => {
    const { gradient } = valueAndGradient(name, picture, to, options);
    assert.ok(
      gradient.every((g, i) => i % 4 < 3 || g === 0),
      'the transmittance has a gradient',
    );
    const norm = Math.hypot(...gradient);
    assert.ok(norm > 1e-8, `the gradient is ${norm}`);
    const against = coloursOf(to);
    const step = SORTING.includes(name) ? 1e-8 : 1e-6;
    const value = (along: ArrayLike<number>, by: number) => {
      const data = Float64Array.from(picture.data, (x, i) => x + by * along[i]!);
      return lossOf(name, coloursOf({ ...picture, data }), against, options).data[0]!;
    };
    const directions = [...everyEntry(2, seededRandom(8)), ...someEntries(1, gradient)];
    const found = directions.map((along) => along.reduce((sum, x, i) => sum + x * gradient[i]!, 0));
    const numeric = directions.map((along) => (value(along, step) - value(along, -step)) / (2 * step));
    // Along a random direction of unit entries the derivative is of the size of the norm.
    assertClose(`${label}, along a direction`, found, numeric, { absolute: 1e-5 * norm });
  });

  test(`${label}: no value and no gradient at identity`, () => {
    const choose = options.choose && { picture: leftThird, target: leftThird };
    const { value, gradient } = valueAndGradient(name, picture, picture, { ...options, choose });
    if (name === 'tv') return assert.ok(value > 0, 'there is no target');
    assertClose(`${label} at identity`, [value, ...gradient], new Float64Array(gradient.length + 1), {
      absolute: 1e-14,
    });
  });
}

/** Directions in which every colour moves, by about 1. */
function everyEntry(count: number, from: Random): Float64Array[] {
  return Array.from({ length: count }, () =>
    picture.data.reduce(withNormal(from), new Float64Array(picture.data.length)),
  );
}

const withNormal = (from: Random) => (so: Float64Array, _x: number, i: number) => {
  if (i % 4 < 3) so[i] = from.normal();
  return so;
};

/** Directions along the entries that have the largest gradients. */
function someEntries(count: number, gradient: Float64Array): Float64Array[] {
  const ranked = Array.from(gradient.keys()).sort((i, j) => Math.abs(gradient[j]!) - Math.abs(gradient[i]!));
  return ranked.slice(0, count).map((entry) => new Float64Array(gradient.length).fill(1, entry, entry + 1));
}

for (const name of LOSS_NAMES) {
  test(`${name}: choosing every pixel is choosing none`, () => {
    const every: PixelChoice = (height, width) => pixels(height, width, () => true);
    const of = (options: LossOptions) => valueAndGradient(name, picture, target, options);
    const [all, chosen] = [of(given), of({ ...given, choose: { picture: every, target: every } })];
    assertClose(`${name}`, [chosen.value, ...chosen.gradient], [all.value, ...all.gradient], { relative: 1e-13 });
  });
}

test('the colours of other labels have no part in what is compared', () => {
  const changed: AnyPicture = {
    ...picture,
    data: picture.data.map((x, i) => (Math.floor(i / 4) % 36 < 12 ? x : 1 - x)),
  };
  for (const name of ['colour-histogram', 'haar-high', 'haar-low'] as const) {
    const of = (from: AnyPicture) => valueAndGradient(name, from, target, { choose: parts });
    assert.is(of(changed).value, of(picture).value, name);
    const others = of(picture).gradient.filter((_, i) => Math.floor(i / 4) % 36 >= 12);
    assert.ok(
      others.every((g) => g === 0),
      `${name}: a gradient outside the label`,
    );
  }
});

test('what is asked of a choice: the size of the map that is averaged, and its margin', () => {
  const asked = (name: LossName) => {
    const calls: string[] = [];
    const every: PixelChoice = (height, width, margin) => {
      calls.push(`${width}×${height}+${margin}`);
      return pixels(height, width, () => true);
    };
    // A loss that meets the target pixel by pixel goes by the picture's labels alone.
    const paired = PAIRED.includes(name);
    const choose = { picture: every, target: paired ? () => [] : every };
    valueAndGradient(name, picture, paired ? target : otherSize, { ...given, choose });
    return [...new Set(calls)];
  };
  assert.equal(asked('ssim'), ['26×23+5']);
  assert.equal(asked('ms-ssim'), ['26×23+5', '8×6+5']);
  assert.equal(asked('laplacian'), ['34×31+1', '16×14+1', '7×6+1', '2×2+1']);
  assert.equal(asked('tv'), ['36×33+0']);
  assert.equal(asked('haar-low'), ['9×8+0']);
  assert.equal(asked('haar-high'), ['18×16+0', '16×18+0', '9×8+0', '8×9+0']);
  assert.equal(asked('content'), ['36×33+0', '18×16+0', '9×8+0', '4×4+0']);
  assert.equal(asked('mrf'), ['7×6+1', '6×7+1', '2×2+1']);
});

test('layers are weighed: Σ a E / Σ a, for mrf the last two by default', () => {
  for (const name of LOSS_NAMES.filter(isLayerLoss)) {
    const [at, to] = [coloursOf(picture), coloursOf(target)];
    const of = (weights?: number[]) => lossOf(name, at, to, { ...given, weights }).data[0]!;
    const each = [0, 1, 2, 3].map((layer) => of([0, 1, 2, 3].map((other) => (other === layer ? 2 : 0))));
    const mean = name === 'mrf' ? (each[2]! + each[3]!) / 2 : each.reduce((a, b) => a + b) / 4;
    assertClose(`${name} by default`, [of()], [mean], { relative: 1e-12 });
    assertClose(`${name} weighed`, [of([3, 0, 1, 0])], [(3 * each[0]! + each[2]!) / 4], { relative: 1e-12 });
  }
});

test('other layers: maps given as numbers, and a function of the colours', () => {
  const [small, other] = [randomPicture(9, 8, 4), randomPicture(9, 8, 5)];
  const map = ({ width, height, data }: AnyPicture) => ({
    width,
    height,
    channels: 3,
    data: Array.from(data).filter((_, i) => i % 4 < 3),
  });
  const options = { ...given, kernel: 'gaussian' as const, directions: [[unit(3), unit(3)]], weights: [1] };
  for (const name of LOSS_NAMES.filter(isLayerLoss)) {
    const given = valueAndGradientOfLayers(name, [map(small)], [map(other)], options);
    const made = valueAndGradient(name, small, other, { ...options, layers: (all) => [all] });
    assert.is(given.value, made.value, name);
    const ofColours = made.gradient.filter((_, i) => i % 4 < 3);
    assertClose(`${name}, gradient`, given.gradients[0]!, ofColours, {});
  }
  const itself = valueAndGradient('content', picture, target, { layers: (all) => [all] });
  const differences = colours(picture).map((x, i) => x - colours(target)[i]!);
  const expected = differences.reduce((sum, d) => sum + d * d, 0) / (2 * differences.length);
  assertClose('content of colours', [itself.value], [expected], { relative: 1e-12 });
});

test('what is missing is said', () => {
  const of = (name: LossName, options: LossOptions) => () => valueAndGradient(name, picture, target, options);
  assert.throws(of('mmd', {}), /mmd: a kernel has to be given/);
  assert.throws(of('mmd', { kernel: 'gaussian', uniforms: [[0.5]] }), /expected 512 uniforms, got 1/);
  assert.throws(of('feature-swd', {}), /directions has to be given/);
  assert.throws(of('gram', { weights: [1, 1] }), /4 layers, but 4 of the target, 2 weights/);
  assert.throws(of('gram', { choose: { picture: leftThird, target: () => [] } }), /no pixel is chosen/);
  assert.throws(() => valueAndGradient('gram', randomPicture(31, 40, 1), target), /expected 32 pixels/);
});

test.run();
