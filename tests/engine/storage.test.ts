import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cube, Samples } from '../../cubes/index.js';
import { chooseStorage, intensityScale, packedBytes, packVoxels, type Storage } from '../../engine/storage.js';
import { seededRandom } from '../../random.js';

const test = suite('storage of voxels');

/** A cube of one row; each channel's range is what its samples are. */
function rowOf(...channels: Samples[]): Cube {
  return {
    shape: [channels[0]!.length, 1, 1],
    spacing: [1, 1, 1],
    unit: 'voxel',
    channels: channels.map((samples, c) => ({
      name: `channel ${c}`,
      samples,
      range: [Math.min(...samples), Math.max(...samples)],
    })),
    source: 'tests/storage',
    notes: [],
  };
}

/** The intensities, channel after channel, as the kernels take them from the buffer. */
function unpacked(cube: Cube, storage: Storage): number[] {
  const bytes = new ArrayBuffer(packedBytes(cube, storage));
  packVoxels(cube, storage, bytes);
  const view = new DataView(bytes);
  const voxels = cube.shape[0] * cube.shape[1] * cube.shape[2];
  const scale = intensityScale(cube, storage);
  return Array.from({ length: voxels * cube.channels.length }, (_, i) => {
    const factor = scale[Math.floor(i / voxels)]!;
    if (storage === 'unorm8') return view.getUint8(i) * factor;
    if (storage === 'unorm16') return view.getUint16(2 * i, true) * factor;
    return view.getFloat32(4 * i, true) * factor;
  });
}

/** (sample − lo)/(hi − lo), channel after channel. */
const wanted = ({ channels }: Cube) =>
  channels.flatMap(({ samples, range: [lo, hi] }) => Array.from(samples, (sample) => (sample - lo) / (hi - lo)));

function worst(cube: Cube, storage: Storage): number {
  const truth = wanted(cube);
  return Math.max(...unpacked(cube, storage).map((value, i) => Math.abs(value - truth[i]!)));
}

const EXACT: [what: string, samples: Samples, storage: Storage][] = [
  ['uint8', Uint8Array.of(0, 1, 7, 254, 255), 'unorm8'],
  ['uint8 of few values', Uint8Array.of(3, 4, 9), 'unorm8'],
  ['int8', Int8Array.of(-128, -1, 0, 1, 127), 'unorm8'],
  ['int16 with 256 values, all negative', Int16Array.of(-1000, -999, -745), 'unorm8'],
  ['int16 with 257 values', Int16Array.of(-1000, -999, -744), 'unorm16'],
  ['int16', Int16Array.of(-32768, -1, 0, 12345, 32767), 'unorm16'],
  ['CT, in Hounsfield units', Int16Array.of(-1024, 0, 40, 3071), 'unorm16'],
  ['12 bits', Uint16Array.of(0, 1, 2047, 4095), 'unorm16'],
  ['uint16', Uint16Array.of(0, 1, 65534, 65535), 'unorm16'],
  ['uint32 with 65536 values', Uint32Array.of(4e9, 4e9 + 1, 4e9 + 65535), 'unorm16'],
];
for (const [what, samples, storage] of EXACT) {
  test(`${what} is kept exactly, as ${storage}`, () => {
    const cube = rowOf(samples);
    assert.is(chooseStorage(cube, 'auto'), storage);
    const error = worst(cube, storage);
    assert.ok(error < 1e-15, `an intensity is off by ${error}`);
  });
}

const FLOATS: [what: string, samples: Samples][] = [
  ['int32 with 65537 values', Int32Array.of(-65536, 0)],
  ['int32', Int32Array.of(-(2 ** 31), 7, 2 ** 31 - 1)],
  ['float32', Float32Array.of(-0.5, 0, 0.1, 3)],
  ['float32 that holds whole numbers', Float32Array.of(0, 1, 2)],
];
for (const [what, samples] of FLOATS) {
  test(`${what} is kept as float32, to its last digit`, () => {
    const cube = rowOf(samples);
    assert.is(chooseStorage(cube, 'auto'), 'float32');
    assert.equal(unpacked(cube, 'float32'), wanted(cube).map(Math.fround));
  });
}

test('what is asked for is taken, and the widest channel decides for auto', () => {
  const cube = rowOf(Uint8Array.of(0, 255), Uint16Array.of(0, 256));
  assert.is(chooseStorage(cube, 'auto'), 'unorm16');
  for (const storage of ['unorm8', 'unorm16', 'float32'] as const) assert.is(chooseStorage(cube, storage), storage);
  assert.is(chooseStorage(rowOf(Uint8Array.of(0, 255), Float32Array.of(0, 1)), 'auto'), 'float32');
});

test('what has more values than there are levels is off by half a level at most, and its ends are exact', () => {
  const { uniform } = seededRandom(5);
  const ramp = Uint16Array.from({ length: 65536 }, (_, i) => i);
  const floats = Float32Array.from({ length: 4001 }, (_, i) => (i < 2 ? i * 99 - 40 : uniform() * 99 - 40));
  // A span of just 255, of numbers that aren't whole, mustn't be cut to whole ones.
  const halves = Float32Array.of(0, 0.75, 1.25, 254.75, 255);
  for (const [samples, storage, levels] of [
    [ramp, 'unorm8', 255],
    [floats, 'unorm8', 255],
    [floats, 'unorm16', 65535],
    [halves, 'unorm8', 255],
    [Int32Array.of(-(2 ** 31), -5, 0, 77777, 2 ** 31 - 1), 'unorm16', 65535],
  ] as const) {
    const cube = rowOf(samples);
    const error = worst(cube, storage) * levels;
    assert.ok(error <= 0.5 + 1e-9, `${storage}: off by ${error} levels`);
    const values = unpacked(cube, storage);
    assert.equal([Math.min(...values), Math.max(...values)], [0, 1]);
  }
});

test('one channel may be exact where another is quantised', () => {
  const cube = rowOf(Uint8Array.of(10, 11, 30), Uint16Array.of(0, 1000, 2000));
  assert.equal(intensityScale(cube, 'unorm8'), [1 / 20, 1 / 255]);
  assert.equal(intensityScale(cube, 'unorm16'), [1 / 20, 1 / 2000]);
  assert.equal(intensityScale(cube, 'float32'), [1, 1]);
  const error = worst(rowOf(...cube.channels.map(({ samples }) => samples.subarray(0, 2))), 'unorm8');
  assert.ok(error < 1e-15, `${error}`);
});

test('channels follow one another without a gap, whatever the count of voxels', () => {
  const [a, b, c] = [Uint8Array.of(0, 9, 5), Int8Array.of(-9, 9, 0), Uint16Array.of(700, 800, 801)];
  const cube = rowOf(a, b, c);
  const bytes = new ArrayBuffer(packedBytes(cube, 'unorm8'));
  packVoxels(cube, 'unorm8', bytes);
  assert.equal([...new Uint8Array(bytes)], [0, 9, 5, 0, 18, 9, 0, 100, 101, 0, 0, 0]);
  const words = new ArrayBuffer(packedBytes(cube, 'unorm16'));
  packVoxels(cube, 'unorm16', words);
  // Two bytes each, the lower one first.
  assert.equal([...new Uint8Array(words).subarray(12)], [0, 0, 100, 0, 101, 0, 0, 0]);
});

test('the device takes as many bytes as the file, in whole words', () => {
  const cube = { ...rowOf(Uint8Array.of(0, 255)), shape: [100, 60, 25] as const };
  assert.is(packedBytes(cube, chooseStorage(cube, 'auto')), 150_000);
  const odd = { ...cube, shape: [7, 5, 3] as const };
  assert.equal(
    (['unorm8', 'unorm16', 'float32'] as const).map((storage) => packedBytes(odd, storage)),
    [108, 212, 420],
  );
});

test('samples that share a buffer with others are read from where they begin', () => {
  const whole = Uint8Array.of(200, 201, 3, 5, 4);
  const cube = rowOf(whole.subarray(2));
  const into = new ArrayBuffer(4);
  packVoxels(cube, 'unorm8', into);
  assert.equal([...new Uint8Array(into)], [0, 2, 1, 0]);
});

test.run();
