import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cube, makePhantom } from '../../../cubes/index.js';
import { COARSE, COARSE_LENGTH, describe, HISTOGRAM_LENGTH } from '../../../networks/predict/descriptor.js';
import { assertClose } from '../../reference/assert-close.js';
import { cells, ct } from '../data/fixtures.js';
import { withChannels } from './fixtures.js';

const test = suite('networks/predict/descriptor');

/** Each voxel of a cube comes from one of another cube, whose place `of` tells. */
function resampled(cube: Cube, shape: Cube['shape'], of: (x: number, y: number, z: number) => number[]): Cube {
  const [nx, ny, nz] = shape;
  const channels = cube.channels.map(({ name, range, samples }) => {
    const values = new Uint16Array(nx * ny * nz);
    for (let z = 0, at = 0; z < nz; z++) {
      for (let y = 0; y < ny; y++) {
        for (let x = 0; x < nx; x++, at++) {
          const [sx, sy, sz] = of(x, y, z);
          values[at] = samples[sx! + cube.shape[0] * (sy! + cube.shape[1] * sz!)]! - range[0];
        }
      }
    }
    return { name, samples: values, range: [0, range[1] - range[0]] as [number, number] };
  });
  return { ...cube, shape, channels };
}

const meanOff = (a: Float32Array, b: Float32Array) =>
  a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;

test('one descriptor a channel, of numbers in [0, 1]', () => {
  for (const cube of [ct, cells]) {
    const all = describe(cube);
    assert.is(all.length, cube.channels.length);
    for (const { histogram, coarse } of all) {
      assert.is(histogram.length, HISTOGRAM_LENGTH);
      assert.is(coarse.length, COARSE_LENGTH);
      for (const value of [...histogram, ...coarse]) assert.ok(value >= 0 && value <= 1, `${value}`);
    }
    assert.ok(Math.max(...all[0]!.coarse) - Math.min(...all[0]!.coarse) > 0.3, 'the coarse copy has contrast');
  }
});

test('a channel’s descriptor doesn’t depend on the others', () => {
  const all = describe(cells);
  for (const [c, own] of all.entries()) assert.equal(describe(withChannels(cells, [c])), [own]);
  const order = [2, 0, 1];
  assert.equal(
    describe(withChannels(cells, order)),
    order.map((c) => all[c]),
  );
});

test('a cube whose voxels are each cut in eight is described the same', () => {
  const [nx, ny, nz] = cells.shape;
  const fine = resampled(cells, [2 * nx, 2 * ny, 2 * nz], (x, y, z) => [x >> 1, y >> 1, z >> 1]);
  for (const [c, { histogram, coarse }] of describe(fine).entries()) {
    const expected = describe(resampled(cells, cells.shape, (x, y, z) => [x, y, z]))[c]!;
    assertClose(histogram, expected.histogram, 1e-6, `histogram of channel ${c}`);
    // Along z the phantom's voxels and the copy's don't line up.
    assert.ok(meanOff(coarse, expected.coarse) < 0.03, `coarse copy of channel ${c}`);
  }
});

/** A soft ball and a bar, off the centre, sampled at the voxels' centres. */
function scene(side: number): Cube {
  const samples = new Float32Array(side ** 3);
  for (let i = 0; i < samples.length; i++) {
    const [x, y, z] = [i % side, Math.floor(i / side) % side, Math.floor(i / side ** 2)].map((n) => (n + 0.5) / side);
    const ball = 1 / (1 + Math.exp(30 * (Math.hypot(x! - 0.4, y! - 0.5, z! - 0.6) - 0.25)));
    const bar = 1 / (1 + Math.exp(40 * (Math.max(Math.abs(x! - 0.75), Math.abs(y! - 0.3)) - 0.1)));
    samples[i] = 0.6 * ball + 0.9 * bar * (0.5 + 0.5 * z!);
  }
  return { ...ct, shape: [side, side, side], channels: [{ name: 'scene', samples, range: [0, 1.5] }] };
}

test('a scene that is sampled finer is described nearly the same', () => {
  const [first, ...finer] = [32, 50, 96].map((side) => describe(scene(side))[0]!);
  const spread = Math.max(...first!.coarse) - Math.min(...first!.coarse);
  for (const { histogram, coarse } of finer) {
    const off = [meanOff(histogram, first!.histogram), meanOff(coarse, first!.coarse)];
    assert.ok(
      off[0]! < 0.01 && off[1]! < 0.02 * spread,
      `histograms and copies are ${off} apart, of a spread of ${spread}`,
    );
  }
});

for (const size of [16, 24, 32]) {
  test(`flipping a cube of ${size} voxels flips the coarse copy and leaves the rest`, () => {
    const cube = makePhantom('ct', { seed: 2, size });
    const n = cube.shape[0];
    const flipped = resampled(cube, cube.shape, (x, y, z) => [n - 1 - x, y, z]);
    const [plain, mirrored] = [describe(cube)[0]!, describe(flipped)[0]!];
    assert.equal(mirrored.histogram, plain.histogram);
    const expected = plain.coarse.map((_, i) => plain.coarse[i - (i % COARSE) + COARSE - 1 - (i % COARSE)]!);
    assertClose(mirrored.coarse, expected, 1e-6, 'the coarse copy');
    assert.not.equal(mirrored.coarse, plain.coarse);
  });
}

test('intensities may be stretched: the coarse copy keeps to shares', () => {
  const { name, samples } = ct.channels[0]!;
  const stretched = Float32Array.from(samples, (value) => 3 * value + 7);
  const range = ct.channels[0]!.range.map((value) => 3 * value + 7) as [number, number];
  const [own] = describe({ ...ct, channels: [{ name, samples: stretched, range }] });
  assertClose(own!.coarse, describe(ct)[0]!.coarse, 1e-3, 'coarse copy');
});

test('thin cubes, constant channels and one bright voxel are described in finite numbers', () => {
  const samples = new Uint8Array(2 * 3 * 500);
  const spot = Uint8Array.from(samples);
  spot[700] = 255;
  const channels = [samples, samples.map(() => 255), samples.map(() => 100), spot].map((samples, c) => ({
    name: `${c}`,
    samples,
    range: [0, 255] as const,
  }));
  const all = describe({ ...ct, shape: [2, 3, 500], channels });
  for (const { histogram, coarse } of all)
    assert.ok([...histogram, ...coarse].every((value) => value >= 0 && value <= 1));
});

test.run();
