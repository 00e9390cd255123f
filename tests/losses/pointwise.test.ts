import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { charbonnier, l1, l2, psnr } from '../../losses/index.js';
import { assertClose, centralDifferences, colourGradient, colours, mean, randomPicture } from './reference.js';

const test = suite('losses, pixel by pixel');
const context = { seed: 0, iteration: 0 };
const root = (d: number) => Math.sqrt(d * d + 1e-6);

const cases = [
  { name: 'l1', factory: l1, penalty: Math.abs, slope: Math.sign },
  { name: 'l2', factory: l2, penalty: (d: number) => d * d, slope: (d: number) => 2 * d },
  {
    name: 'charbonnier',
    factory: charbonnier,
    penalty: (d: number) => root(d) - 1e-3,
    slope: (d: number) => d / root(d),
  },
];

for (const { name, factory, penalty, slope } of cases) {
  const picture = randomPicture(7, 5, 1);
  const target = randomPicture(7, 5, 2);
  // Differences of the size of charbonnier's rounded corner too.
  for (let i = 0; i < 40; i++) target.data[i] = picture.data[i]! + (i - 20) * 2e-4;
  const at = colours(picture);
  const to = colours(target);
  const reference = (values: number[]) => mean(values.map((value, i) => penalty(value - to[i]!)));

  test(`${name}: value and gradient are those of the formula in float64`, async () => {
    const { value, gradient } = await factory(target).evaluate(picture, context);
    assertClose(`${name} value`, [value], [reference(at)], { relative: 1e-12 });
    const analytic = at.map((x, i) => slope(x - to[i]!) / at.length);
    assertClose(`${name} gradient`, colourGradient(gradient), analytic, { relative: 1e-6 });
  });

  test(`${name}: the gradient is that of central differences`, async () => {
    const { gradient } = await factory(target).evaluate(picture, context);
    const smooth = at.map((x, i) => name !== 'l1' || Math.abs(x - to[i]!) > 1e-5);
    const keep = (values: number[]) => values.filter((_, i) => smooth[i]);
    const numeric = centralDifferences(reference, at, 1e-6);
    assertClose(`${name} gradient`, keep(colourGradient(gradient)), keep(numeric), { absolute: 1e-7, relative: 1e-5 });
  });

  test(`${name}: zero with zero gradient at identity, symmetric otherwise`, async () => {
    const same = await factory(picture).evaluate(picture, context);
    assert.is(same.value, 0);
    assert.ok(
      same.gradient.every((g) => g === 0),
      'gradient at identity',
    );
    const there = await factory(target).evaluate(picture, context);
    const back = await factory(picture).evaluate(target, context);
    assert.is(there.value, back.value);
    assertClose(
      `${name} gradient`,
      there.gradient,
      back.gradient.map((g) => -g),
      {},
    );
  });

  test(`${name}: another size is refused with both sizes`, () => {
    assert.throws(() => factory(randomPicture(5, 7, 1)).evaluate(picture, context), /7×5, found 5×7/);
  });

  test(`${name}: a picture that isn't finite gives a value that isn't`, async () => {
    const broken = { ...picture, data: picture.data.with(5, Number.NaN) };
    assert.not.ok(Number.isFinite((await factory(target).evaluate(broken, context)).value));
  });
}

test('PSNR of known differences, of what a display shows', () => {
  const flat = (value: number) => ({ width: 2, height: 3, data: new Float32Array(24).fill(value) });
  const table: [picture: number, target: number, dB: number][] = [
    [0, 1, 0],
    [0.5, 0.25, 20 * Math.log10(4)],
    [0.75, 0.5, 20 * Math.log10(4)],
    [1.5, 0.5, 20 * Math.log10(2)],
    [-3, 0.5, 20 * Math.log10(2)],
    [1, 1, Number.POSITIVE_INFINITY],
    [2, 1, Number.POSITIVE_INFINITY],
  ];
  for (const [picture, target, dB] of table) {
    const found = psnr(flat(picture), flat(target));
    assert.ok(found === dB || Math.abs(found - dB) < 1e-9, `${picture} against ${target}: ${found} dB, expected ${dB}`);
  }
  assert.ok(Number.isNaN(psnr(flat(Number.NaN), flat(0))), 'NaN is not hidden by the clamp');
  assert.throws(() => psnr(randomPicture(2, 3, 1), randomPicture(3, 2, 1)), /PSNR.*2×3.*3×2/);
});

test.run();
