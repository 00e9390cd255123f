import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { describeCube, loadCube } from '../../cubes/index.js';
import { ALL_DTYPES, encode, scratchFolder, testValues } from './fixtures.js';

const test = suite('cubes/raw');
const { put } = scratchFolder();

for (const dtype of ALL_DTYPES) {
  for (const endian of ['little', 'big'] as const) {
    test(`${dtype}, ${endian} endian, plain and gzipped`, async () => {
      const values = testValues(dtype, 24);
      const bytes = encode(values, dtype, endian);
      const options = { dims: [4, 3, 2], dtype, endian, spacing: [0.5, 0.5, 2] };
      for (const path of [put('v.raw', bytes), put('v.raw.gz', gzipSync(bytes)), put('v.unknown', bytes)]) {
        const cube = await loadCube(path, options);
        assert.equal([...cube.channels[0]!.samples], values, path);
        assert.equal(cube.spacing, [0.5, 0.5, 2]);
        assert.equal(cube.notes, []);
      }
    });
  }
}

test('channels are stored one after the other', async () => {
  const values = testValues('uint16', 24);
  const cube = await loadCube(put('c.raw', encode(values, 'uint16')), { dims: [3, 2, 2, 2], dtype: 'uint16' });
  assert.equal(cube.shape, [3, 2, 2]);
  assert.equal(
    cube.channels.map(({ samples }) => [...samples]),
    [values.slice(0, 12), values.slice(12)],
  );
  assert.match(cube.notes.join('\n'), /no voxel spacing/);
});

test('the summary is one line with shape, spacing, type and range', async () => {
  const path = put('s.raw', encode([1, 2, 3, 4], 'uint8'));
  const line = describeCube(await loadCube(path, { dims: [2, 2, 1], dtype: 'uint8', spacing: [1, 1, 2.5] }));
  assert.is(line, 's.raw: 2×2×1 voxels of 1×1×2.5 (no unit), channel 1 uint8 [1, 4]');
});

test.run();
