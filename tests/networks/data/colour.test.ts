import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  linearToOklab,
  linearToSrgb,
  oklabToLinear,
  oklabToOklch,
  oklchToLinear,
  srgbToLinear,
  type Triple,
} from '../../../networks/data/oklab.js';
import { HUE_SCHEMES, samplePalette } from '../../../networks/data/palette.js';
import { seededRandom } from '../../../random.js';
import { within } from './fixtures.js';

const test = suite('palettes');
const near = (found: readonly number[], expected: readonly number[], tolerance: number) =>
  assert.ok(
    found.every((value, i) => Math.abs(value - expected[i]!) <= tolerance),
    `${found} is not ${expected}`,
  );

test('OKLab has the values of its publication, and white at L = 1', () => {
  near(linearToOklab([1, 1, 1]), [1, 0, 0], 1e-4);
  // Rounded, as CSS Color 4 gives the primaries in OKLCh.
  near(oklabToOklch(linearToOklab([1, 0, 0])), [0.628, 0.2577, 29.23], 0.01);
  near(oklabToOklch(linearToOklab([0, 1, 0])), [0.8664, 0.2948, 142.5], 0.01);
  near(oklabToOklch(linearToOklab([0, 0, 1])), [0.452, 0.3132, 264.05], 0.01);
});

test('there and back is the identity', () => {
  const random = seededRandom(1);
  for (let i = 0; i < 50; i++) {
    const rgb: Triple = [random.uniform(), random.uniform(), random.uniform()];
    near(oklabToLinear(linearToOklab(rgb)), rgb, 1e-6);
    near(linearToSrgb(srgbToLinear(rgb)), rgb, 1e-9);
    near(oklchToLinear(oklabToOklch(linearToOklab(rgb))), rgb, 1e-5);
  }
});

test('a colour beyond sRGB keeps its lightness and hue', () => {
  const rgb = oklchToLinear([0.7, 0.4, 150]);
  assert.ok(
    rgb.every((v) => within(v, [0, 1])),
    `${rgb}`,
  );
  const [l, c, h] = oklabToOklch(linearToOklab(rgb));
  near([l, h], [0.7, 150], 0.05);
  assert.ok(c > 0.15 && c < 0.4, `${c}`);
});

test('palettes are within sRGB, have the hues of their scheme, and lightness that rises or falls', () => {
  const seen = new Set<string>();
  for (let i = 0; i < 100; i++) {
    const { scheme, colors } = samplePalette(seededRandom(2, i), 6);
    seen.add(scheme);
    const lch = colors.map((color) => oklabToOklch(linearToOklab(color)));
    assert.ok(colors.flat().every((v) => within(v, [0, 1])));
    if (scheme === 'grey') assert.ok(lch.every(([, c]) => c < 0.03));
    assert.ok(Math.abs(lch[5]![0] - lch[0]![0]) > 0.05, `lightness ${lch.map(([l]) => l)}`);
    if (scheme === 'single') {
      const turn = ((lch[4]![2] - lch[1]![2] + 540) % 360) - 180;
      assert.ok(Math.abs(turn) < 8, `a single hue turned by ${turn}°`);
    }
  }
  assert.is(seen.size, HUE_SCHEMES.length);
});

test.run();
