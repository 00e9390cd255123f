import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cube } from '../../../cubes/index.js';
import { type PsiChannel, parsePsi } from '../../../engine/psi.js';
import { defaultPsi } from '../../../engine/psi-default.js';
import { toVector } from '../../../engine/psi-vector.js';
import { Renderer } from '../../../engine/renderer.js';
import { psnr } from '../../../losses/index.js';
import { samplePsi } from '../../../networks/data/index.js';
import { intensityScale } from '../../../networks/data/intensity-scale.js';
import { intensityAt, LEAST_GAP } from '../../../networks/data/knot-places.js';
import { decode, encode } from '../../../networks/predict/index.js';
import { CHANNELS, CLEAR_KNOTS, GLOBALS, SEEN_KNOTS } from '../../../networks/predict/layout.js';
import { seededRandom } from '../../../random.js';
import { sharedDevice } from '../../device.js';
import { assertClose } from '../../reference/assert-close.js';
import { refused } from '../../refused.js';
import { cells, ct, otherCells, otherCt } from '../data/fixtures.js';
import { numbersOfRow, randomRow, withChannels } from './fixtures.js';

const test = suite('networks/predict/encode and decode');
const two = withChannels(cells, [0, 1]);
const eight = withChannels(cells, [0, 1, 0, 1, 0, 1, 0, 1]);
const cameraOf = (cube: Cube) => defaultPsi(cube).camera;

/** Whether knots were moved apart. */
const isCrowded = (psi: ReturnType<typeof decode>['psi']) =>
  psi.channels.some(({ knots }) => knots.some(({ x }, k) => k > 0 && x - knots[k - 1]!.x < 1.001 * LEAST_GAP));

/** In units of spreads: of colours, which the tone's two toes lift by up to 4e-4, and of all else. */
const COLOUR_TOLERANCE = 4e-4 / 0.3;
const TOLERANCE = 2e-5;

for (const [cube, channels] of [[ct, 1] as const, [two, 2] as const, [cells, 3] as const]) {
  test(`a row of ${channels} channels is what its Ψ is encoded as`, () => {
    const numbers = numbersOfRow(channels);
    const random = seededRandom(channels);
    let checked = 0;
    for (let i = 0; i < 40; i++) {
      const lit = i % 2 === 0;
      const row = randomRow(channels, random, { lit });
      const { psi } = decode(row, cube, cameraOf(cube));
      if (isCrowded(psi)) continue;
      checked++;
      const { values, weights } = encode(psi, cube);
      for (const [j, { name, group }] of numbers.entries()) {
        const ofLights = /^(shading|surface|key|headlight)|gradientOpacity/.test(group.name);
        assert.is(weights[j]! > 0, lit || !ofLights, `row ${i}: weight ${weights[j]} of ${name}`);
        if (weights[j] === 0) continue;
        const tolerance = /color|background/.test(name) ? COLOUR_TOLERANCE : TOLERANCE;
        const off = Math.abs(values[j]! - row[j]!);
        assert.ok(off <= tolerance, `row ${i}: ${name} is ${row[j]}, encoded as ${values[j]}: off by ${off}`);
      }
    }
    assert.ok(checked > 20, `${checked} rows whose knots stay where they are`);
  });
}

/** dB that the jitter of knots, the tone's bend of shades and the key light's tint leave. Measured: 32.3 at the least, median 41. */
const LEAST_PSNR = 30;
const MEDIAN_PSNR = 38;
test('a Ψ of samplePsi renders nearly the same after it was a row', async () => {
  const device = await sharedDevice();
  const found: number[] = [];
  const size = { width: 24, height: 24 };
  for (const [c, cube] of [ct, cells].entries()) {
    const renderer = await Renderer.open(device, cube);
    for (let seed = 0; seed < 8; seed++) {
      const psi = samplePsi(cube, seededRandom(seed, c));
      const again = { ...decode(encode(psi, cube).values, cube, psi.camera).psi, sampling: psi.sampling };
      const { picture } = await renderer.forward(psi, size);
      const target = { ...picture, data: picture.data.slice() };
      found.push(psnr((await renderer.forward(again, size)).picture, target));
    }
    renderer.close();
  }
  found.sort((a, b) => a - b);
  const report = found.map((value) => value.toFixed(1)).join(' ');
  assert.ok(found[0]! > LEAST_PSNR, report);
  assert.ok(found[found.length / 2]! > MEDIAN_PSNR, report);
});

test('density is told in the extinctions', () => {
  const psi = samplePsi(ct, seededRandom(2));
  const doubled = { ...psi, channels: psi.channels.map(twice) };
  assertClose(encode({ ...psi, density: 2 * psi.density }, ct).values, encode(doubled, ct).values, 1e-6, 'row');
  assert.not.equal(encode(doubled, ct).values, encode(psi, ct).values);
});

const twice = (channel: PsiChannel): PsiChannel => ({
  ...channel,
  knots: channel.knots.map((knot) => ({ ...knot, extinction: 2 * knot.extinction })),
});

test('whatever a row holds, its Ψ is legal and within bounds', () => {
  const random = seededRandom(7);
  for (const cube of [ct, cells, eight]) {
    const numbers = numbersOfRow(cube.channels.length);
    for (let i = 0; i < 60; i++) {
      const size = [3, 30, 1e6][i % 3]!;
      const row = Float32Array.from(numbers, () => size * (i < 6 ? (i % 2) * 2 - 1 : random.normal()));
      const { psi, pullback } = decode(row, cube, cameraOf(cube));
      assert.equal(parsePsi(psi), psi);
      const { paths, values } = toVector(psi);
      assert.ok(values.every(Number.isFinite), `row ${i}: ${paths[values.findIndex((v) => !Number.isFinite(v))]}`);
      for (const { knots } of psi.channels) {
        assert.ok(
          knots.every(({ x }, k) => k === 0 || x - knots[k - 1]!.x > 0.999 * LEAST_GAP),
          `row ${i}: knots at ${knots.map(({ x }) => x)}`,
        );
        assert.is(knots.length, CLEAR_KNOTS + SEEN_KNOTS);
        assert.ok(knots.every(({ extinction }, k) => (k < CLEAR_KNOTS ? extinction === 0 : extinction > 0)));
      }
      assert.ok(pullback(values).every(Number.isFinite));
    }
  }
});

test('numbers beyond bounds are those at the bounds, and get no gradient', () => {
  const numbers = numbersOfRow(1);
  const row = randomRow(1, seededRandom(3), { toned: true });
  const unclamped = ['shaded'];
  for (const [j, { name, group }] of numbers.entries()) {
    const { centre, spread, bounds } = group;
    for (const [side, bound] of bounds.entries()) {
      const [beyond, at] = [row.slice(), row.slice()];
      beyond[j] = (bound - centre) / spread + (side === 0 ? -5 : 5);
      at[j] = (bound - centre) / spread;
      const [a, b] = [beyond, at].map((each) => decode(each, ct, cameraOf(ct)));
      assertClose(toVector(a!.psi).values, toVector(b!.psi).values, 1e-4, `${name} beyond ${bound}`);
      const pulled = a!.pullback(toVector(a!.psi).values.map(() => 1));
      if (!unclamped.includes(name)) assert.is(pulled[j], 0, name);
    }
  }
});

test('lights are on where their switch is above a half, and off they leave Ψ’s defaults', () => {
  const row = randomRow(1, seededRandom(4));
  const { psi } = decode(row, ct, cameraOf(ct));
  assert.ok(psi.shading.diffuse > 0 && psi.channels[0]!.gradientOpacity > 0);
  row[GLOBALS.shaded.at] = -0.1;
  const off = decode(row, ct, cameraOf(ct)).psi;
  assert.equal(off.shading, defaultPsi(ct).shading);
  assert.is(off.channels[0]!.gradientOpacity, 0);
  assert.equal(off.camera, cameraOf(ct));
});

test('the same row on another cube has its windows and knots at the same shares', () => {
  for (const [one, other] of [[ct, otherCt] as const, [cells, otherCells] as const]) {
    const random = seededRandom(9);
    let checked = 0;
    for (let i = 0; i < 20; i++) {
      const row = randomRow(one.channels.length, random);
      const psis = [one, other].map((cube) => ({ cube, psi: decode(row, cube, cameraOf(cube)).psi }));
      if (psis.some(({ psi }) => isCrowded(psi))) continue;
      checked++;
      const [a, b] = psis.map(({ cube, psi }) =>
        psi.channels.flatMap((channel, c) => {
          const { shareOf } = intensityScale(cube.channels[c]!);
          const { window, knots } = channel;
          return [window.lo, window.hi, ...knots.map(({ x }) => intensityAt(x, channel))].map(shareOf);
        }),
      );
      assertClose(a!, b!, 1e-9, `shares of row ${i}`);
      assert.not.equal(psis[0]!.psi.channels[0]!.window, psis[1]!.psi.channels[0]!.window);
    }
    assert.ok(checked > 8, `${checked} rows`);
  }
});

test('channels without contrast, or with one voxel that differs, have a Ψ too', () => {
  const constant = (value: number, odd?: number): Cube => {
    const samples = new Uint8Array(16 ** 3).fill(value);
    if (odd !== undefined) samples[77] = odd;
    return { ...ct, channels: [{ name: 'flat', samples, range: [0, 255] }] };
  };
  const random = seededRandom(8);
  for (const cube of [constant(0), constant(100), constant(255), constant(0, 255), constant(200, 3)]) {
    for (let i = 0; i < 10; i++) {
      const { psi } = decode(randomRow(1, random), cube, cameraOf(ct));
      const { values, weights } = encode(psi, cube);
      assert.ok([...values, ...weights].every(Number.isFinite));
      assert.ok(encode(samplePsi(cube, random), cube).values.every(Number.isFinite));
    }
  }
});

test('a channel in which nothing is seen counts for nothing', () => {
  const psi = samplePsi(two, seededRandom(2));
  const [first, second] = psi.channels;
  const clear = { ...second!, knots: second!.knots.map((knot) => ({ ...knot, extinction: 0 })) };
  for (const hidden of [clear, { ...second!, enabled: false }]) {
    const { values, weights } = encode({ ...psi, channels: [first!, hidden] }, two);
    const count = numbersOfRow(1).length;
    assert.ok(weights.subarray(count).every((weight) => weight === 0));
    assert.ok(weights[count - 1]! > 0 && values.every(Number.isFinite));
  }
});

test('numbers that aren’t finite are refused', async () => {
  for (const at of [GLOBALS['tone.exposure'].at, numbersOfRow(1).length - CHANNELS['log extinction'].count]) {
    const row = randomRow(1, seededRandom(1));
    row[at] = Number.NaN;
    assert.is((await refused(() => decode(row, ct, cameraOf(ct)))).code, 'bad-input');
  }
});

test.run();
