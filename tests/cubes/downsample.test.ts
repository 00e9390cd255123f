import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Cube,
  DTYPES,
  type Dtype,
  downsample,
  type Factors,
  levelThatFits,
  makePhantom,
  type Samples,
  worldExtent,
} from '../../cubes/index.js';
import { seededRandom } from '../../random.js';
import { refused } from '../refused.js';
import { ALL_DTYPES } from './fixtures.js';

const test = suite('cubes/downsample');

function cubeOf(shape: Factors, samples: Samples[], spacing: Factors = [1, 1, 1]): Cube {
  const channels = samples.map((values, c) => ({
    name: `channel ${c}`,
    samples: values,
    range: [Math.min(...values), Math.max(...values)] as const,
  }));
  return { shape, spacing, unit: 'µm', channels, source: 'tests/downsample', notes: ['made here'] };
}

const valuesOf = ({ channels }: Cube, c = 0) => [...channels[c]!.samples];
const mean = (values: Iterable<number>) => {
  const all = [...values];
  return all.reduce((a, b) => a + b, 0) / all.length;
};
const near = (value: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(value - expected) <= tolerance, `${value} is not ${expected} ± ${tolerance}`);
/** Where a voxel's centre lies along an axis of n voxels, in physical units from the middle of the box. */
const place = (i: number, n: number, spacing: number) => (i + 0.5 - n / 2) * spacing;

test('factors of 1 give the same cube, and so do those along axes of one voxel', () => {
  const cube = cubeOf([3, 2, 1], [Uint8Array.of(1, 2, 3, 4, 5, 6)]);
  assert.is(downsample(cube, [1, 1, 1]), cube);
  assert.is(downsample(cube, [1, 1, 4]), cube);
});

test('blocks are averaged along all axes', () => {
  // x + 10·y + 100·z.
  const samples = Uint16Array.from({ length: 4 * 4 * 2 }, (_, i) => (i % 4) + 10 * ((i >> 2) % 4) + 100 * (i >> 4));
  const cube = cubeOf([4, 4, 2], [samples.map((v) => v * 2)], [0.5, 0.5, 3]);
  const half = downsample(cube, [2, 2, 1]);
  assert.equal(half.shape, [2, 2, 2]);
  assert.equal(half.spacing, [1, 1, 3]);
  assert.equal(valuesOf(half), [11, 15, 51, 55, 211, 215, 251, 255]);
  assert.equal(valuesOf(downsample(cube, [4, 1, 2])), [103, 123, 143, 163]);
});

test('range, name, unit and source stay, and a note is added', () => {
  const samples = Int16Array.of(-10, 0, 20, 40, 60, 80, 100, 120);
  const cube = downsample(cubeOf([4, 2, 1], [samples, samples.map((v) => -v)]), [2, 2, 8]);
  assert.equal(
    cube.channels.map(({ range }) => range),
    [
      [-10, 120],
      [-120, 10],
    ],
  );
  assert.equal(
    cube.channels.map(({ name }) => name),
    ['channel 0', 'channel 1'],
  );
  assert.equal([cube.unit, cube.source], ['µm', 'tests/downsample']);
  assert.equal(cube.notes, ['made here', 'downsampled 2×2×1 from 4×2×1']);
});

test('whole numbers are rounded, halves up; floats are not', () => {
  const values = [1, 2, -1, -2, 0, 1, -7, -7, 5, 6];
  assert.equal(valuesOf(downsample(cubeOf([10, 1, 1], [Int8Array.from(values)]), [2, 1, 1])), [2, -1, 1, -7, 6]);
  assert.equal(
    valuesOf(downsample(cubeOf([10, 1, 1], [Float32Array.from(values)]), [2, 1, 1])),
    [1.5, -1.5, 0.5, -7, 5.5],
  );
});

/** Noise over all values of a type. */
function noise(dtype: Dtype, count: number): Samples {
  const { uniform } = seededRandom(3);
  if (dtype === 'float32') return Float32Array.from({ length: count }, () => uniform() * 9 - 4);
  const bits = Number(dtype.match(/\d+/)![0]);
  const low = dtype.startsWith('int') ? -(2 ** (bits - 1)) : 0;
  return DTYPES[dtype].from(Array.from({ length: count }, () => low + Math.floor(uniform() * 2 ** bits)));
}

for (const dtype of ALL_DTYPES) {
  test(`${dtype} stays ${dtype}, and whole blocks keep the mean`, () => {
    const cube = cubeOf([8, 12, 4], [noise(dtype, 8 * 12 * 4)]);
    const coarse = downsample(cube, [4, 2, 2]);
    assert.equal(coarse.shape, [2, 6, 2]);
    assert.is(coarse.channels[0]!.samples.constructor, DTYPES[dtype]);
    near(mean(valuesOf(coarse)), mean(valuesOf(cube)), dtype === 'float32' ? 1e-6 : 0.5);
  });
}

test('the last block has what is left, weighed as what it is', () => {
  const cube = cubeOf([5, 1, 1], [Uint8Array.of(10, 20, 30, 40, 200)], [2, 1, 1]);
  const coarse = downsample(cube, [2, 1, 1]);
  assert.equal(valuesOf(coarse), [15, 35, 200]);
  near(coarse.spacing[0], 10 / 3, 1e-15);
  // 3×3×3 by 2: each corner block of another size.
  const samples = Float32Array.from({ length: 27 }, (_, i) => i);
  assert.equal(valuesOf(downsample(cubeOf([3, 3, 3], [samples]), [2, 2, 2])), [6.5, 8, 11, 12.5, 20, 21.5, 24.5, 26]);
});

test('the box stays as it is and voxels where they are, to within one voxel', () => {
  for (const shape of [
    [512, 512, 100],
    [511, 333, 7],
    [65, 3, 2],
    [17, 1, 5],
  ] as const) {
    for (const factors of [
      [2, 2, 1],
      [4, 2, 8],
      [16, 64, 2],
    ] as const) {
      const cube = cubeOf(shape, [], [0.3, 0.4, 1.7]);
      // A ramp, for the voxels' places: each block's mean is where its middle is.
      const ramps = [0, 1, 2].map((axis) => {
        const line: [number, number, number] = [1, 1, 1];
        line[axis] = shape[axis]!;
        const samples = Float32Array.from({ length: shape[axis]! }, (_, i) =>
          place(i, shape[axis]!, cube.spacing[axis]!),
        );
        return shape[axis]! <= factors[axis]! ? undefined : downsample(cubeOf(line, [samples], cube.spacing), factors);
      });
      for (const [axis, ramp] of ramps.entries()) {
        if (ramp === undefined) continue;
        const [n, spacing] = [ramp.shape[axis]!, ramp.spacing[axis]!];
        near(n * spacing, shape[axis]! * cube.spacing[axis]!, 1e-9);
        const whole = shape[axis]! % factors[axis]! === 0;
        for (const [i, centre] of valuesOf(ramp).entries()) {
          near(place(i, n, spacing), centre, whole ? 1e-4 : spacing);
        }
      }
    }
  }
  const ct = makePhantom('fluorescence', { size: 17 });
  const before = worldExtent(ct);
  for (const [axis, side] of worldExtent(downsample(ct, [2, 4, 2])).entries()) near(side, before[axis]!, 1e-12);
});

test('a channel that loses its contrast stays, within its range', () => {
  const flat = Uint8Array.of(0, 2, 0, 2);
  const cube = downsample(cubeOf([4, 1, 1], [flat, Uint8Array.of(0, 0, 8, 8)]), [2, 1, 1]);
  assert.equal(
    cube.channels.map(({ samples, range }) => [[...samples], range]),
    [
      [
        [1, 1],
        [0, 2],
      ],
      [
        [0, 8],
        [0, 8],
      ],
    ],
  );
});

test('factors that are none are refused', async () => {
  const cube = cubeOf([2, 2, 1], [Uint8Array.of(1, 2, 3, 4)]);
  for (const factors of [[0, 1, 1], [1.5, 1, 1], [-2, 1, 1], [Number.NaN, 1, 1], [2, 2], []]) {
    assert.is((await refused(() => downsample(cube, factors as unknown as Factors))).code, 'usage', factors.join());
  }
});

const LEVELS: [shape: Factors, spacing: Factors, share: number, factors: Factors][] = [
  // A stack from a microscope: x and y first, until z is as fine.
  [[512, 512, 100], [1, 1, 5], 1, [1, 1, 1]],
  [[512, 512, 100], [1, 1, 5], 0.99, [2, 2, 1]],
  [[512, 512, 100], [1, 1, 5], 1 / 4, [2, 2, 1]],
  [[512, 512, 100], [1, 1, 5], 1 / 5, [4, 4, 1]],
  [[512, 512, 100], [1, 1, 5], 1 / 17, [8, 8, 2]],
  // Nearly isotropic: all at once.
  [[256, 256, 200], [1, 1, 1.3], 0.9, [2, 2, 2]],
  [[64, 64, 64], [1, 1, 1], 1 / 9, [4, 4, 4]],
  [[64, 64, 64], [3, 1, 0.4], 0.9, [1, 1, 2]],
  [[64, 64, 64], [3, 1, 0.4], 0.4, [1, 2, 4]],
  // An axis of one voxel has nothing to give.
  [[64, 64, 1], [1, 1, 0.1], 0.5, [2, 2, 1]],
];
for (const [shape, spacing, share, factors] of LEVELS) {
  test(`${shape.join('×')} voxels of ${spacing.join('×')} in ${share.toPrecision(2)} of their bytes: ${factors.join('×')}`, () => {
    const bytes = shape[0] * shape[1] * shape[2] * 6;
    assert.equal(levelThatFits({ shape, spacing }, bytes * share, 6), factors);
  });
}

test('where nothing fits, one voxel is left', () => {
  const [fx, fy, fz] = levelThatFits({ shape: [5, 4, 3], spacing: [1, 1, 1] }, 1, 8);
  assert.ok(fx >= 5 && fy >= 4 && fz >= 3, `${fx}×${fy}×${fz}`);
});

test.run();
