import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadCube } from '../../cubes/index.js';
import { assertSameSamples, DICOM_DATA, type DicomSlice, dicom, scratchFolder } from './fixtures.js';

const test = suite('cubes/dicom');
const { folder } = scratchFolder();

/** Writes the slices into a folder of their own, under names that sort in the order given. */
function series(name: string, slices: readonly DicomSlice[], others: Record<string, string> = {}): string {
  const path = join(folder, name);
  mkdirSync(path);
  slices.forEach((slice, i) => {
    writeFileSync(join(path, `slice${i}`), dicom(slice));
  });
  for (const [file, text] of Object.entries(others)) writeFileSync(join(path, file), text);
  return path;
}

/** 4×3 pixels that start at `from`. */
const ramp = (from: number) => Array.from({ length: 12 }, (_, i) => from + i);
const firsts = async (path: string) => {
  const { channels, shape } = await loadCube(path);
  return Array.from({ length: shape[2] }, (_, z) => channels[0]!.samples[12 * z]);
};

test('slices are ordered by position along their normal, and their distance is the spacing', async () => {
  // Sagittal slices: the normal is −x.
  const slice = (x: number, from: number): DicomSlice => ({
    values: ramp(from),
    position: [x, 5, 5],
    orientation: [0, 1, 0, 0, 0, 1],
    thickness: 9,
  });
  const path = series('sagittal', [slice(30, 300), slice(10, 100), slice(20, 200)]);
  assert.equal(await firsts(path), [100, 200, 300]);
  const cube = await loadCube(path);
  assert.equal([cube.shape, cube.spacing, cube.unit], [[4, 3, 3], [0.25, 0.5, 10], 'mm']);
  assert.instance(cube.channels[0]!.samples, Int16Array);
  assert.is(cube.channels[0]!.name, 'CT');
  assert.equal(cube.notes, []);
});

test('the normal of flipped rows points the other way', async () => {
  const slice = (z: number): DicomSlice => ({ values: ramp(z), position: [0, 0, z], orientation: [-1, 0, 0, 0, 1, 0] });
  assert.equal(await firsts(series('flipped', [slice(1), slice(2), slice(3)])), [3, 2, 1]);
});

test('zeros of either sign in the orientation are one series', async () => {
  const slices = [
    { values: ramp(1), position: [0, 0, 1], orientation: [1, 0, 0, 0, 1, 0] },
    { values: ramp(2), position: [0, 0, 2], orientation: [1, -0.000001, 0, 0, 1, 0] },
  ];
  assert.equal(await firsts(series('zeros', slices)), [1, 2]);
});

test('uneven distances and gantry tilt are noted', async () => {
  const uneven = await loadCube(
    series(
      'uneven',
      [0, 2, 5].map((z) => ({ values: ramp(z), position: [0, 0, z] })),
    ),
  );
  assert.is(uneven.spacing[2], 2.5);
  assert.match(uneven.notes.join('\n'), /vary from 2 to 3 mm; their mean, 2\.5/);
  const tilted = await loadCube(
    series(
      'tilted',
      [0, 2, 4].map((z) => ({ values: ramp(z), position: [0, z, z] })),
    ),
  );
  assert.match(tilted.notes.join('\n'), /shift sideways by 4 mm/);
});

test('slope and intercept are applied slice by slice, as float32', async () => {
  const slices = [1, 2].map((n) => ({ values: ramp(10), position: [0, 0, n], slope: 0.5 * n, intercept: -1024 }));
  const cube = await loadCube(series('scaled', slices));
  assert.instance(cube.channels[0]!.samples, Float32Array);
  assert.equal([cube.channels[0]!.samples[0], cube.channels[0]!.samples[12]], [0.5 * 10 - 1024, 10 - 1024]);
});

test('of several series the one with most slices is read; other files are ignored; both are noted', async () => {
  const scout: DicomSlice = { values: ramp(0), position: [0, 0, 0], series: '9.9' };
  const slices = [1, 2].map((z) => ({ values: ramp(z), position: [0, 0, z] }));
  const path = series('mixed', [scout, ...slices], { 'readme.txt': 'hello' });
  assert.equal(await firsts(path), [1, 2]);
  const { notes } = await loadCube(path);
  assert.match(notes.join('\n'), /1 of 4 files hold no DICOM image and were ignored: readme\.txt/);
  assert.match(notes.join('\n'), /2 series found; the one with most slices was read: CT \(2 slices\)/);
});

test('of slices at one position the first by number is read', async () => {
  const slices = [4, 3, 2, 1].map((instance) => ({ values: ramp(instance), instance, position: [0, 0, instance % 2] }));
  const path = series('repeated', slices);
  assert.equal(await firsts(path), [2, 1]);
  assert.match((await loadCube(path)).notes.join('\n'), /4 slices share 2 positions/);
});

test('without positions the slices follow their numbers', async () => {
  const path = series(
    'numbered',
    [3, 1, 2].map((instance) => ({ values: ramp(instance), instance, thickness: 4 })),
  );
  assert.equal(await firsts(path), [1, 2, 3]);
  const cube = await loadCube(path);
  assert.is(cube.spacing[2], 4);
  assert.match(cube.notes.join('\n'), /no positions/);
});

test('bits above the stored ones are dropped, and the sign is that of the stored bits', async () => {
  const values = ramp(0).map((n) => 0xf000 | n);
  const unsigned = await loadCube(series('12 bits', [{ values, dtype: 'uint16', bitsStored: 12 }]));
  assert.equal([...unsigned.channels[0]!.samples], ramp(0));
  const negative = ramp(0).map((n) => 0x0fff - n);
  const signed = await loadCube(series('12 bits, signed', [{ values: negative, dtype: 'int16', bitsStored: 12 }]));
  assert.equal(
    [...signed.channels[0]!.samples],
    ramp(0).map((n) => -1 - n),
  );
});

test('a real series: 20 MR slices', async () => {
  const cube = await loadCube(join(DICOM_DATA, 'volume'));
  assert.equal(cube.shape, [256, 256, 20]);
  assert.ok(Math.abs(cube.spacing[2] - 7) < 0.01, `z spacing ${cube.spacing[2]}`);
  assert.equal([...cube.spacing.slice(0, 2), cube.channels[0]!.range[0]], [0.859375, 0.859375, 0]);
  // The thirteenth slice is also there alone, in the other byte order.
  const alone = await loadCube(join(DICOM_DATA, 'explicit_big.dcm'));
  assertSameSamples(alone.channels[0]!.samples, cube.channels[0]!.samples.subarray(12 * 65536, 13 * 65536));
});

test('real files of each transfer syntax', async () => {
  const shapes: Record<string, [number, number]> = {
    deflated: [512, 512],
    implicit_little: [256, 256],
    jpeg_2000: [512, 512],
    jpeg_lossless_sel1: [512, 400],
    jpeg_ls: [1024, 1024],
    rle: [512, 512],
  };
  for (const [name, shape] of Object.entries(shapes)) {
    const cube = await loadCube(join(DICOM_DATA, `${name}.dcm`));
    assert.equal(cube.shape, [...shape, 1], name);
  }
});

test('nothing is printed, and the process keeps its own handlers', () => {
  // daikon's JPEG-LS decoder acts up once a process, so it gets one of its own.
  const program = `
    const { loadCube } = await import(${JSON.stringify(new URL('../../cubes/index.ts', import.meta.url).href)});
    const handlers = () => process.listenerCount('uncaughtException');
    const before = handlers();
    await loadCube(${JSON.stringify(join(DICOM_DATA, 'jpeg_ls.dcm'))});
    process.exitCode = handlers() - before;`;
  const child = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  assert.equal([child.stdout, child.stderr], ['', '']);
  assert.is(child.status, 0, 'handlers for uncaughtException were left behind');
});

test('a DICOM file is known by its content, whatever its name', async () => {
  const path = join(folder, 'no-ending');
  copyFileSync(join(DICOM_DATA, 'rle.dcm'), path);
  assert.equal((await loadCube(path)).shape, [512, 512, 1]);
});

test.run();
