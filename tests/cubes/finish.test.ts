import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadCube } from '../../cubes/index.js';
import { encode, scratchFolder } from './fixtures.js';

const test = suite('cubes/finish');
const { put } = scratchFolder();
const floats = (values: number[], dims: number[]) =>
  loadCube(put('f.raw', encode(values, 'float32')), { dims, dtype: 'float32', spacing: [1, 1, 1] });

test('NaN and infinite voxels become the least finite value, and are counted', async () => {
  const cube = await floats([Number.NaN, 0.1, Infinity, 7, Number.NaN, -Infinity, Infinity, 0.5], [2, 2, 2]);
  const low = Math.fround(0.1);
  assert.equal([...cube.channels[0]!.samples], [low, low, low, 7, low, low, low, 0.5]);
  assert.equal(cube.channels[0]!.range, [low, 7]);
  assert.equal(cube.notes, ["2 NaN and 3 infinite voxels were replaced by the channel's least finite value, 0.1"]);
});

test('a single bad voxel is counted in the singular', async () => {
  const cube = await floats([1, 2, 3, Number.NaN], [2, 2, 1]);
  assert.equal(cube.notes, ["1 NaN voxel was replaced by the channel's least finite value, 1"]);
});

test('a channel without contrast is left out with a note, the others stay', async () => {
  const cube = await floats([5, 5, 5, 5, 1, 2, 3, 4, ...Array(4).fill(Number.NaN)], [2, 2, 1, 3]);
  assert.equal(
    cube.channels.map(({ name, range }) => [name, ...range]),
    [['channel 2', 1, 4]],
  );
  assert.is(cube.notes.length, 2);
  assert.match(cube.notes[0]!, /"channel 1" was left out: one value everywhere \(5\)/);
  assert.match(cube.notes[1]!, /"channel 3" was left out: no finite voxel \(4 NaN, 0 infinite\)/);
});

test('--spacing replaces what a file says, with a note', async () => {
  const path = put(
    's.nrrd',
    'NRRD0001\ntype: uchar\ndimension: 3\nsizes: 2 2 1\nspacings: 1 1 3\nencoding: text\n\n1 2 3 4',
  );
  assert.equal((await loadCube(path)).spacing, [1, 1, 3]);
  const cube = await loadCube(path, { spacing: [0.2, 0.2, 0.5] });
  assert.equal(cube.spacing, [0.2, 0.2, 0.5]);
  assert.equal(cube.notes, ["--spacing 0.2,0.2,0.5 replaces the file's 1×1×3"]);
});

test.run();
