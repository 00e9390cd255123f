import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../random.js';
import { assertClose } from './assert-close.js';
import { type GradientOptions, referenceGradient } from './gradient.js';
import { differentiablePaths } from './scalars.js';
import { constantKnots, cubeOf, knot, noiseCube, psiOf, shadedPsi, shownSlope, srgbSlope, TOE } from './scenes.js';

const test = suite('reference: gradient');
const PIXEL = { width: 1, height: 1, steps: 8 };
const COLOR = [0.8, 0.4, 0.2] as [number, number, number];
const RED = Float64Array.of(1, 0, 0, 0);
const TRANSMITTANCE = Float64Array.of(0, 0, 0, 1);

/** The gradient at one pixel of a cube that has intensity v everywhere, where the ray's length is 1. */
function ofUniform(v: number, parts: Record<string, unknown>, weights: Float64Array, ...paths: string[]): number[] {
  const psi = psiOf(parts);
  const cube = cubeOf([2, 2, 2], () => v);
  return referenceGradient({ cube, psi, size: PIXEL }, paths, weights).map(({ value }) => value);
}

test('density and extinction of a uniform volume', () => {
  const channels = [{ knots: [knot(0, COLOR, 1), knot(1, COLOR, 3)] }];
  const [density, sigma] = [0.7, 1.5];
  const left = Math.exp(-density * sigma);
  const paths = ['density', 'channels.0.knots.0.extinction', 'channels.0.knots.1.extinction'];
  const expected = [sigma * left, 0.75 * density * left, 0.25 * density * left];

  const transmittance = ofUniform(0.25, { channels, density }, TRANSMITTANCE, ...paths);
  assertClose(
    transmittance,
    expected.map((x) => -x),
    1e-10,
    'of the transmittance',
  );
  const slope = shownSlope((1 - left) * COLOR[0]) * COLOR[0];
  const red = ofUniform(0.25, { channels, density }, RED, ...paths);
  assertClose(
    red,
    expected.map((x) => x * slope),
    1e-10,
    'of red',
  );
});

test('extinction where there is none yet emits the colour of its knot', () => {
  const channels = [{ knots: constantKnots(COLOR, 0) }, { knots: constantKnots([1, 1, 1], 0) }];
  const psi = psiOf({ channels, background: { top: [0.3, 0.3, 0.3], bottom: [0.3, 0.3, 0.3] } });
  const cube = cubeOf([2, 2, 2], ...[0.5, 0.5].map((v) => () => v));
  const paths = ['channels.0.knots.1.extinction', 'channels.1.knots.1.extinction'];
  const values = referenceGradient({ cube, psi, size: PIXEL }, paths, RED).map(({ value }) => value);
  assertClose(values, [0.5 * (0.8 - 0.3) * shownSlope(0.3), 0.5 * (1 - 0.3) * shownSlope(0.3)], 1e-9, 'of red');
});

test('window, gamma, knot position and colour of a ramp', () => {
  // u = ((v − lo)/(hi − lo))^gamma with v = ½, σ = 4·(u − 0.1)/0.8 and T = exp(−σ).
  const [lo, hi, gamma] = [0.2, 0.9, 1.5];
  const t = (0.5 - lo) / (hi - lo);
  const u = t ** gamma;
  const f = (u - 0.1) / 0.8;
  const left = Math.exp(-4 * f);
  const channels = [{ window: { lo, hi }, gamma, knots: [knot(0.1, COLOR, 0), knot(0.9, COLOR, 4)] }];
  const byU = -left * (4 / 0.8);
  const byT = byU * gamma * t ** (gamma - 1);
  const paths = ['window.lo', 'window.hi', 'gamma', 'knots.0.x', 'knots.1.x', 'knots.0.color.0'];
  const expected = [
    (byT * (t - 1)) / (hi - lo),
    (byT * -t) / (hi - lo),
    byU * u * Math.log(t),
    -byU * (1 - f),
    -byU * f,
    0,
  ];
  const values = ofUniform(0.5, { channels }, TRANSMITTANCE, ...paths.map((path) => `channels.0.${path}`));
  assertClose(values, expected, 1e-9, 'of the transmittance');

  const [color] = ofUniform(0.5, { channels }, RED, 'channels.0.knots.0.color.0');
  assertClose([color!], [shownSlope((1 - left) * COLOR[0]) * (1 - left) * (1 - f)], 1e-10, 'of red');
});

test('background and tone behind an empty volume', () => {
  const channels = [{ knots: constantKnots(COLOR, 0) }];
  const background = { top: [0.4, 0.4, 0.4], bottom: [0.2, 0.2, 0.2] };
  const grey = { channels, background };
  const slope = shownSlope(0.3);
  // What meets the power of contrast, and that of gamma.
  const [contrasted, corrected] = [0.3 + TOE, 0.3 + 2 * TOE];
  const paths = ['background.top.0', 'background.bottom.0', 'tone.exposure', 'tone.contrast', 'tone.gamma'];
  const byTone = [0.3 * Math.LN2, contrasted * Math.log(contrasted / 0.18), -corrected * Math.log(corrected)];
  const expected = [0.5, 0.5, ...byTone].map((x) => x * slope);
  assertClose(ofUniform(0.5, grey, RED, ...paths), expected, 1e-9, 'on grey');

  const red = { channels, background: { top: [0.5, 0.2, 0.3], bottom: [0.5, 0.2, 0.3] } };
  const luminance = 0.2126 * 0.5 + 0.7152 * 0.2 + 0.0722 * 0.3;
  const turned = (0.3 - 0.2) / Math.sqrt(3);
  const values = ofUniform(0.5, red, RED, 'tone.saturation', 'tone.hue');
  const degree = Math.PI / 180;
  assertClose(values, [shownSlope(0.5) * (0.5 - luminance), shownSlope(0.5) * turned * degree], 1e-9, 'on red');
});

test('the derivatives on kinks are those of the table', () => {
  const white = [1, 1, 1] as [number, number, number];
  const window = ['channels.0.window.lo', 'channels.0.window.hi', 'channels.0.gamma'];
  const ramp = { channels: [{ window: { lo: 0.25, hi: 0.75 }, knots: [knot(0, white, 1), knot(1, white, 2)] }] };
  for (const v of [0.25, 0.75]) assert.equal(ofUniform(v, ramp, TRANSMITTANCE, ...window), [0, 0, 0], `window at ${v}`);

  // Slopes 2 and 8 of the extinction meet at ½; d(extinction)/d(window.lo) is (t − 1)·slope.
  const bend = { channels: [{ knots: [knot(0, white, 0), knot(0.5, white, 1), knot(1, white, 5)] }] };
  const paths = ['channels.0.window.lo', ...[0, 1, 2].map((i) => `channels.0.knots.${i}.x`)];
  const left = Math.exp(-1);
  assertClose(ofUniform(0.5, bend, TRANSMITTANCE, ...paths), [4 * left, 0, 8 * left, 0], 1e-9, 'on a knot');

  const beyond = { channels: [{ knots: [knot(0.3, white, 1), knot(0.6, white, 5)] }] };
  const ends = ['channels.0.window.lo', 'channels.0.knots.0.x', 'channels.0.knots.1.x'];
  for (const v of [0.2, 0.6, 0.7]) assert.equal(ofUniform(v, beyond, TRANSMITTANCE, ...ends), [0, 0, 0], `at ${v}`);
  const step = { channels: [{ knots: [knot(0.5, white, 1), knot(0.5, white, 5)] }] };
  for (const v of [0.4, 0.5]) assert.equal(ofUniform(v, step, TRANSMITTANCE, ...ends), [0, 0, 0], `step at ${v}`);
  const rise = { channels: [{ knots: [knot(0, white, 1), knot(0, white, 2), knot(1, white, 5)] }] };
  assert.equal(ofUniform(0, rise, TRANSMITTANCE, ...ends), [0, 0, 0], 'on two first knots');

  // An empty volume: black has the toes' slope, a colour that saturation takes below black has none.
  const empty = { channels: [{ knots: constantKnots(white, 0) }] };
  assertClose(ofUniform(0.5, empty, RED, 'tone.exposure', 'background.top.0'), [0, 0.5 * 12.92], 1e-9, 'black');
  const blue = { ...empty, background: { top: [0, 0, 0.5], bottom: [0, 0, 0.5] }, tone: { saturation: 1.5 } };
  assert.equal(ofUniform(0.5, blue, RED, 'background.top.0', 'tone.exposure'), [0, 0], 'below black');
  // With its toes this is 1, of which sRGB makes just under 1: the slope below the highlights.
  const grey = (c: number) => ({ ...empty, background: { top: [c, c, c], bottom: [c, c, c] } });
  assertClose(ofUniform(0.5, grey(1 - 2 * TOE), RED, 'background.top.0'), [0.5 * srgbSlope(1)], 1e-9, 'white');
  assertClose(ofUniform(0.5, grey(1), RED, 'background.top.0'), [0.5 * shownSlope(1)], 1e-9, 'highlight');
});

test('two ladders of steps give the same gradient of every scalar', () => {
  const psi = shadedPsi();
  const scene = { cube: noiseCube(5), psi, size: { width: 8, height: 7, steps: 24 } };
  const weights = Float64Array.from({ length: 8 * 7 * 4 }, seededRandom(6).normal);
  const paths = differentiablePaths(psi);
  const of = (options?: GradientOptions) => referenceGradient(scene, paths, weights, options);
  const [usual, other] = [of(), of({ step: 2 ** -9.3 })];
  const wrong = usual.filter(({ value, error }, i) => !(Math.abs(value - other[i]!.value) <= error + other[i]!.error));
  assert.equal(wrong, [], 'scalars whose gradient depends on the steps by more than its error');
  // Lights make a small part of this picture, and rounding is of all of it.
  const enough = (path: string) => (/^(lights|shading)\./.test(path) ? 1e-7 : 1e-8);
  const inexact = usual.filter(({ path, scale, error }) => !(error <= enough(path) * scale));
  assert.equal(inexact, [], 'scalars whose gradient is inexact');
  const idle = usual.filter(({ scale }) => scale === 0).map(({ path }) => path);
  assert.equal(idle, [], 'scalars that change nothing');
  assert.is(paths.length, 2 * 4 + 7 * 5 + 1 + 1 + 4 + 7 + 6 + 5 + 8 + 6);
});

test('a scalar that is off has no gradient and no error; one that is hidden is uncertain', () => {
  const channels = [{ knots: constantKnots(COLOR, 1), enabled: false }, { knots: constantKnots([1, 1, 1], 60) }];
  const psi = psiOf({ channels });
  const cube = cubeOf([2, 2, 2], ...[0.5, 0.5].map((v) => () => v));
  const [off, hidden] = referenceGradient(
    { cube, psi, size: PIXEL },
    ['channels.0.knots.0.extinction', 'background.top.0'],
    RED,
  );
  assert.equal([off!.value, off!.scale, off!.error], [0, 0, 0]);
  // e⁻⁶⁰ of it arrives at a red of about 1, which has 16 digits.
  assert.equal([hidden!.value, hidden!.scale], [0, 0]);
  assert.ok(hidden!.error > 1e-15 && hidden!.error < 1e-10, `error ${hidden!.error}`);
});

test('what cannot be differentiated is refused', () => {
  const psi = psiOf();
  const scene = { cube: cubeOf([2, 2, 2], () => 0.5), psi, size: PIXEL };
  assert.throws(() => referenceGradient(scene, ['sampling.rate'], RED), /got sampling.rate/);
  assert.throws(() => referenceGradient(scene, ['tone.brightness'], RED), /got tone.brightness/);
  assert.throws(() => referenceGradient(scene, ['channels.3.gamma'], RED), /no number at channels.3.gamma/);
  assert.throws(() => referenceGradient(scene, [], new Float64Array(3)), /expected 4 weights, got 3/);
});

test.run();
