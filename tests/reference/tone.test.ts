import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose } from './assert-close.js';
import { LIVE } from './branches.js';
import { psiOf, shown, srgb, TOE } from './scenes.js';
import { applyTone, type Rgb } from './tone.js';

const test = suite('reference: tone');
const COLOR: Rgb = [0.5, 0.2, 0.05];
const developed = (c: Rgb, tone = {}) => applyTone(psiOf({ tone }).tone, c, LIVE);

test('with everything at its default only sRGB, the toes and the highlights are left', () => {
  for (const c of [0, 0.001, 0.0031308, 0.02, 0.18, 0.7, 1, 2, 3]) {
    assertClose(developed([c, c, c]), [shown(c), shown(c), shown(c)], 1e-14, `grey ${c}`);
    // Each of the two lifts black by 12.92·ε, a twentieth of an 8-bit level, and everything else by less.
    const lift = srgb(c + 2 * TOE) - srgb(c);
    assert.ok(lift > 0 && lift <= 2 * 12.92 * TOE && 12.92 * TOE < 0.051 / 255, `toes at ${c}: ${lift}`);
  }
  assertClose(developed(COLOR), COLOR.map(shown), 1e-14, 'colour');
});

test('a stop doubles', () => {
  assertClose(
    developed(COLOR, { exposure: 1 }),
    COLOR.map((c) => shown(2 * c)),
    1e-14,
    'one stop',
  );
});

test('contrast leaves middle grey alone and takes the rest from it', () => {
  const toed = (c: number) => c - TOE;
  const contrasted = (c: Rgb, contrast: number) => developed(c.map(toed) as unknown as Rgb, { contrast });
  assertClose(contrasted([0.18, 0.18, 0.18], 2.5), [0.18, 0.18, 0.18].map(toed).map(shown), 1e-14, 'grey');
  assertClose(contrasted([0.36, 0.09, 0.18], 2), [0.72, 0.045, 0.18].map(toed).map(shown), 1e-14, 'octaves');
});

test('saturation 0 is the luminance, 2 is twice as far from it, and nothing is under black', () => {
  const luminance = 0.2126 * 0.5 + 0.7152 * 0.2 + 0.0722 * 0.05;
  assertClose(developed(COLOR, { saturation: 0 }), [luminance, luminance, luminance].map(shown), 1e-14, 'grey');
  // The contrast's toe is on all three colours and so on their luminance: it passes through.
  const doubled = COLOR.map((c) => Math.max(2 * c - luminance, -TOE));
  assert.equal(doubled[2], -TOE, 'blue would be negative');
  assertClose(developed(COLOR, { saturation: 2 }), doubled.map(shown), 1e-14, 'doubled');
});

test('a hue of 120° takes red to green to blue, and any hue keeps greys', () => {
  assertClose(developed(COLOR, { hue: 120 }), [0.05, 0.5, 0.2].map(shown), 1e-14, '120°');
  assertClose(developed(COLOR, { hue: -120 }), [0.2, 0.05, 0.5].map(shown), 1e-14, '−120°');
  assertClose(developed([0.3, 0.3, 0.3], { hue: 77 }), [0.3, 0.3, 0.3].map(shown), 1e-14, 'grey');
});

test('gamma brightens before sRGB', () => {
  const dark = [0.25, 0.25, 0.0625].map((c) => c - 2 * TOE) as unknown as Rgb;
  assertClose(developed(dark, { gamma: 2 }), [0.5, 0.5, 0.25].map(srgb), 1e-14, 'gamma 2');
});

test('without encoding the linear values are shown, highlights compressed as ever', () => {
  const toed = COLOR.map((c) => c + 2 * TOE);
  assertClose(developed(COLOR, { encoding: 'none' }), toed, 1e-14, 'colour');
  const bright = 1 + 0.05 * (3 + 2 * TOE - 1);
  assertClose(developed([3, 3, 3], { encoding: 'none' }), [bright, bright, bright], 1e-14, 'highlight');
});

test('the steps are applied in the order of the specification', () => {
  const tone = { exposure: -0.5, contrast: 1.4, saturation: 1.2, hue: 120, gamma: 1.3 };
  const c = COLOR.map((x) => 0.18 * ((x * Math.SQRT1_2 + TOE) / 0.18) ** 1.4) as unknown as Rgb;
  const luminance = 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
  const [r, g, b] = c.map((x) => Math.max(luminance + 1.2 * (x - luminance), 0)) as unknown as Rgb;
  assert.ok(Math.max(r, g, b) < 1, 'no highlights');
  const expected = [b, r, g].map((x) => srgb((x + TOE) ** (1 / 1.3)));
  assertClose(developed(COLOR, tone), expected, 1e-13, 'all of them');
});

test.run();
