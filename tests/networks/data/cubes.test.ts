import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cube, worldExtent } from '../../../cubes/index.js';
import { AUGMENT_RANGES } from '../../../networks/data/augment.js';
import { cropped, objectBox } from '../../../networks/data/crop.js';
import { HELD_OUT_SEED } from '../../../networks/data/held-out.js';
import { augment, isHeldOut, openCubes } from '../../../networks/data/index.js';
import { seededRandom } from '../../../random.js';
import { refused } from '../../refused.js';
import { cells, ct } from './fixtures.js';

const test = suite('cubes to learn from');
const folder = mkdtempSync(join(tmpdir(), 'voxstyle-cubes-'));
test.after(() => rmSync(folder, { recursive: true }));

/** A ball of radius 5 amid 40×20×20 voxels, centred at (30, 10, 10). */
const ball = Uint8Array.from({ length: 16000 }, (_, i) => {
  const [x, y, z] = [i % 40, Math.floor(i / 40) % 20, Math.floor(i / 800)];
  return (x - 30) ** 2 + (y - 10) ** 2 + (z - 10) ** 2 < 25 ? 200 : 3 + ((7 * i) % 5);
});
const header = 'NRRD0004\ntype: uint8\ndimension: 3\nsizes: 40 20 20\nencoding: raw\nspacings: 1 1 2\n\n';

test.before(() => {
  writeFileSync(join(folder, 'ball_40x20x20_uint8.raw.gz'), gzipSync(ball));
  writeFileSync(join(folder, 'ball.nrrd'), Buffer.concat([Buffer.from(header), ball]));
  writeFileSync(join(folder, 'tooth.nrrd'), Buffer.concat([Buffer.from(header), ball]));
  writeFileSync(join(folder, 'short_40x20x20_uint8.raw'), ball.subarray(1));
  writeFileSync(join(folder, 'thin_40x200x2_uint8.raw'), ball);
  writeFileSync(join(folder, 'notes.txt'), 'hello');
  writeFileSync(join(folder, '.hidden'), 'hello');
  mkdirSync(join(folder, 'empty series'));
});

test('a folder gives what can be loaded, small, and says what cannot', async () => {
  const { cubes, skipped } = await openCubes({ folder, phantoms: 0, seed: 1, side: 16, split: 'train' });
  assert.equal(
    cubes.map(({ name }) => name),
    ['ball.nrrd', 'ball_40x20x20_uint8.raw.gz'],
  );
  assert.equal(
    skipped.map(({ name }) => name),
    ['empty series', 'notes.txt', 'short_40x20x20_uint8.raw', 'thin_40x200x2_uint8.raw'],
  );
  for (const { reason } of skipped) assert.not.match(reason, /\n/);
  for (const { cube } of cubes) assert.ok(Math.max(...cube.shape) <= 16, `${cube.shape}`);
  assert.equal(cubes[0]!.cube.spacing, [1, 1, 2]);
});

test('the splits share nothing', async () => {
  const options = { folder, phantoms: 3, seed: 5, side: 16 };
  const train = await openCubes({ ...options, split: 'train' });
  const validation = await openCubes({ ...options, split: 'validation' });
  assert.is(train.cubes.length, 8);
  assert.equal(
    validation.cubes.map(({ name }) => name).filter((name) => !name.startsWith('phantom:')),
    ['tooth.nrrd'],
  );
  assert.is(train.cubes.filter(({ name }) => isHeldOut(name)).length, 0);
  assert.is(validation.cubes.filter(({ name }) => !isHeldOut(name)).length, 0);
});

test('names are held out by pattern, phantoms by seed', () => {
  for (const name of ['tooth.nrrd', 'neghip_66x66x66_uint8.raw.gz', `phantom:ct?seed=${HELD_OUT_SEED}&size=64`]) {
    assert.ok(isHeldOut(name), name);
  }
  for (const name of ['wisdom-tooth.nrrd', 'bonsai_256x256x256_uint8.raw.gz', 'phantom:ct?seed=999&size=1024']) {
    assert.not.ok(isHeldOut(name), name);
  }
});

test('a folder that is not there, or of nothing, and numbers out of range are refused in one line', async () => {
  const options = { phantoms: 0, seed: 1, split: 'train' } as const;
  assert.is((await refused(() => openCubes({ ...options, folder: join(folder, 'no') }))).code, 'missing-input');
  assert.is((await refused(() => openCubes({ ...options, folder: join(folder, 'empty series') }))).code, 'bad-input');
  assert.is((await refused(() => openCubes(options))).code, 'bad-input');
  assert.is((await refused(() => openCubes({ ...options, phantoms: -1 }))).code, 'usage');
  assert.is((await refused(() => openCubes({ ...options, side: 1000 }))).code, 'usage');
});

const ballCube: Cube = {
  shape: [40, 20, 20],
  spacing: [1, 1, 1],
  unit: 'mm',
  channels: [{ name: 'ball', samples: ball, range: [3, 200] }],
  source: 'ball',
  notes: [],
};

test('the box of an object is about it, and a crop has its voxels', () => {
  const box = objectBox(ballCube);
  assert.ok(box.from[0] >= 24 && box.from[0] <= 26 && box.shape[0] >= 9 && box.shape[0] <= 12, JSON.stringify(box));
  const crop = cropped(ballCube, box);
  const object = (samples: ArrayLike<number>) => Array.from(samples).filter((v) => v === 200).length;
  assert.is(object(crop.channels[0]!.samples), object(ball));
  assert.is(crop.unit, 'mm');
  assert.is(cropped(ballCube, { from: [0, 0, 0], shape: [40, 20, 20] }), ballCube);
});

test('an augmented cube is one of its kind: 16 bits over their range, cropped to half at the most, spacing kept', () => {
  for (let i = 0; i < 60; i++) {
    const cube = i % 2 ? cells : ct;
    const made = augment(cube, seededRandom(3, i));
    assert.equal(made.spacing, cube.spacing);
    assert.equal([made.unit, made.source], [cube.unit, cube.source]);
    assert.is(made.notes.length, cube.notes.length + 1);
    assert.ok(worldExtent(made).every((side) => side > 0 && side <= 1));
    for (const [axis, n] of cube.shape.entries()) {
      assert.ok(made.shape[axis]! <= n && made.shape[axis]! >= Math.round(n * AUGMENT_RANGES.crop[0]));
    }
    for (const { samples, range } of made.channels) {
      assert.equal(range, [0, 65535]);
      assert.instance(samples, Uint16Array);
      assert.is(samples.length, made.shape[0] * made.shape[1] * made.shape[2]);
      assert.ok(samples.some((v) => v < 6000) && samples.some((v) => v > 59000));
    }
  }
  assert.equal(augment(ct, seededRandom(4)), augment(ct, seededRandom(4)));
  assert.not.equal(augment(ct, seededRandom(4)), augment(ct, seededRandom(5)));
});

test('without noise a warp keeps the order of intensities, voxel by voxel once flips are undone', () => {
  let [checked, flipped] = [0, 0];
  for (let i = 0; i < 60; i++) {
    const made = augment(ct, seededRandom(6, i));
    const note = made.notes.at(-1)!;
    const [, shape, from, flips] = /cropped to (\S+) at (\S+), (\S+) flipped/.exec(note)!;
    if (!note.endsWith('no noise')) continue;
    const [mx, my, mz] = shape!.split('×').map(Number);
    const start = from!.split(',').map(Number);
    const back = (axis: string, n: number, k: number) => (flips!.includes(axis) ? n - 1 - k : k);
    const pairs: [number, number][] = [];
    for (let z = 0, at = 0; z < mz!; z++) {
      for (let y = 0; y < my!; y++) {
        for (let x = 0; x < mx!; x++, at++) {
          const [sx, sy, sz] = [
            start[0]! + back('x', mx!, x),
            start[1]! + back('y', my!, y),
            start[2]! + back('z', mz!, z),
          ];
          pairs.push([ct.channels[0]!.samples[sx + 16 * (sy + 16 * sz)]!, made.channels[0]!.samples[at]!]);
        }
      }
    }
    pairs.sort(([a], [b]) => a - b);
    const falls = pairs.filter(([, v], k) => k > 0 && pairs[k - 1]![0] < pairs[k]![0] && pairs[k - 1]![1] > v).length;
    assert.is(falls, 0, note);
    checked++;
    if (flips !== 'nothing') flipped++;
  }
  assert.ok(checked > 10 && flipped > 5, `${checked} without noise, ${flipped} of them flipped`);
});

test.run();
