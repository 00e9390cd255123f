import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { featuresOf } from '../../../engine/features.js';
import { isCrowded } from '../../../engine/lookup.js';
import { type Psi, parsePsi } from '../../../engine/psi.js';
import { PSI_RANGES, samplePsi, sampleView, transferPsi } from '../../../networks/data/index.js';
import { intensityScale } from '../../../networks/data/intensity-scale.js';
import { fillOf, VIEW_RANGES } from '../../../networks/data/sample-view.js';
import { seededRandom } from '../../../random.js';
import { refused } from '../../refused.js';
import { cells, ct, otherCells, otherCt, rises, within } from './fixtures.js';

const test = suite('sampling Ψ');
const drawn = Array.from({ length: 200 }, (_, i) => ({ cube: i % 2 ? cells : ct, seed: i })).map(({ cube, seed }) => ({
  cube,
  psi: samplePsi(cube, seededRandom(7, seed)),
}));

test('200 of them are valid and within the documented ranges', () => {
  const ranges = PSI_RANGES;
  for (const { cube, psi } of drawn) {
    assert.equal(parsePsi(JSON.parse(JSON.stringify(psi))), psi);
    assert.ok(within(psi.density, ranges.density));
    assert.is(psi.sampling.steps, ranges.steps);
    const { exposure, contrast, saturation, hue, gamma } = psi.tone;
    assert.ok(within(exposure, ranges.tone.exposure) && within(contrast, ranges.tone.contrast));
    assert.ok(within(saturation, ranges.tone.saturation) && within(hue, ranges.tone.hue));
    assert.ok(within(gamma, ranges.tone.gamma));
    for (const [c, channel] of psi.channels.entries()) {
      const scale = intensityScale(cube.channels[c]!);
      assert.is(channel.knots.length, ranges.knots);
      assert.ok(within(channel.gamma, ranges.gamma));
      const [lo, hi] = [scale.shareOf(channel.window.lo), scale.shareOf(channel.window.hi)];
      const slack = 1e-9;
      assert.ok(lo >= ranges.window.lo[0] - slack && lo <= ranges.window.lo[1] + slack, `lo stands at ${lo}`);
      assert.ok(hi >= ranges.window.hi[0] - slack && hi <= ranges.window.hi[1] + slack, `hi stands at ${hi}`);
      assert.ok(rises(channel.knots.map(({ x }) => x)));
      assert.ok(channel.knots.every(({ extinction }) => extinction <= ranges.opaque[1]));
      assert.equal(
        channel.knots.slice(0, 2).map(({ extinction }) => extinction),
        [0, 0],
      );
      assert.ok(channel.knots.some(({ extinction }) => extinction > 1));
    }
  }
});

test('they take two variants of the kernels: shaded with gradient opacity, or neither', () => {
  const variants = new Set(drawn.map(({ psi }) => JSON.stringify([featuresOf(psi), isCrowded(psi)])));
  assert.is(variants.size, 2, [...variants].join(' '));
  for (const { psi } of drawn) {
    const { SHADING, GRADIENT_OPACITY } = featuresOf(psi);
    assert.is(SHADING, GRADIENT_OPACITY);
    assert.ok(psi.channels.every(({ gamma }) => gamma !== 1));
  }
});

test('views are from above and the cube fills as much of the picture as is said', () => {
  for (const cube of [ct, cells, { shape: [10, 40, 3] as const, spacing: [1, 1, 2] as const }]) {
    for (let i = 0; i < 100; i++) {
      const view = sampleView(cube, seededRandom(8, i), 1.5);
      assert.ok(within(view.elevation, VIEW_RANGES.elevation) && within(view.roll, VIEW_RANGES.roll));
      assert.ok(view.fov === 0 || within(view.fov, VIEW_RANGES.fov));
      const fill = fillOf(cube, view, 1.5);
      assert.ok(fill > VIEW_RANGES.fill[0] - 1e-6 && fill < VIEW_RANGES.fill[1] + 1e-6, `it fills ${fill}`);
    }
  }
});

test('the same stream gives the same Ψ, another stream another', () => {
  assert.equal(samplePsi(ct, seededRandom(3)), samplePsi(ct, seededRandom(3)));
  assert.not.equal(samplePsi(ct, seededRandom(3)), samplePsi(ct, seededRandom(4)));
});

test('an intensity scale rises, and is undone by its inverse', () => {
  for (const channel of [...ct.channels, ...cells.channels]) {
    const scale = intensityScale(channel);
    const places = Array.from({ length: 301 }, (_, i) => -0.25 + i / 200);
    assert.ok(rises(places.map(scale.shareOf)) && rises(places.map(scale.intensityOf)));
    for (const place of places) assert.ok(Math.abs(scale.intensityOf(scale.shareOf(place)) - place) < 1e-9);
  }
});

const channelNumbers = (psi: Psi) =>
  psi.channels.flatMap(({ window, knots }) => [window.lo, window.hi, ...knots.map(({ x }) => x)]);

test('a style on its own cube is itself', () => {
  for (const { cube, psi } of drawn) {
    const same = transferPsi(psi, cube, cube);
    const expected = channelNumbers(psi);
    for (const [i, value] of channelNumbers(same).entries()) assert.ok(Math.abs(value - expected[i]!) < 1e-6);
    assert.equal({ ...same, channels: [] }, { ...psi, channels: [] });
  }
});

test('a style on another cube is valid, keeps the order of its knots and their shares, and comes back', () => {
  for (const { cube, psi } of drawn) {
    const other = cube === ct ? otherCt : otherCells;
    const there = transferPsi(psi, cube, other);
    assert.equal(parsePsi(JSON.parse(JSON.stringify(there))), there);
    assert.is(isCrowded(there), false);
    for (const [c, channel] of there.channels.entries()) {
      assert.ok(rises(channel.knots.map(({ x }) => x)));
      const [from, to] = [intensityScale(cube.channels[c]!), intensityScale(other.channels[c]!)];
      for (const end of ['lo', 'hi'] as const) {
        assert.ok(Math.abs(from.shareOf(psi.channels[c]!.window[end]) - to.shareOf(channel.window[end])) < 1e-6);
      }
    }
    const back = transferPsi(there, other, cube);
    for (const [c, { window }] of back.channels.entries()) {
      assert.ok(Math.abs(window.hi - psi.channels[c]!.window.hi) < 1e-6);
    }
  }
});

test('a style does not go to a cube of another number of channels', async () => {
  assert.is((await refused(() => transferPsi(drawn[0]!.psi, ct, cells))).code, 'usage');
});

test.run();
