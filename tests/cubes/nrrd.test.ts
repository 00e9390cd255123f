import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadCube } from '../../cubes/index.js';
import { ALL_DTYPES, encode, nrrd, scratchFolder, testValues } from './fixtures.js';

const test = suite('cubes/nrrd');
const { put } = scratchFolder();
const RAMP = Array.from({ length: 24 }, (_, i) => i);

for (const dtype of ALL_DTYPES) {
  for (const endian of ['little', 'big'] as const) {
    for (const encoding of ['raw', 'gzip', 'text'] as const) {
      test(`${dtype}, ${endian} endian, ${encoding}`, async () => {
        const values = testValues(dtype, 24);
        const header = { type: dtype === 'float32' ? 'float' : dtype, dimension: 3, sizes: '4 3 2', encoding, endian };
        const bytes = encode(values, dtype, endian);
        const data =
          encoding === 'raw' ? bytes : encoding === 'gzip' ? gzipSync(bytes) : Buffer.from(values.join('\n'));
        const cube = await loadCube(put(`${dtype}-${endian}-${encoding}.nrrd`, nrrd(header, data)));
        assert.equal(cube.shape, [4, 3, 2]);
        assert.is(cube.channels[0]!.samples.constructor.name.toLowerCase(), `${dtype}array`);
        assert.equal([...cube.channels[0]!.samples], values);
        assert.equal(cube.channels[0]!.range, [Math.min(...values), Math.max(...values)]);
      });
    }
  }
}

const base = { type: 'uchar', encoding: 'raw' };

test('spacing comes from the lengths of the space directions, or from spacings', async () => {
  const directions = { 'space directions': '(0,0.5,0) (0.3,0,0.4) (0,0,-2)', 'space units': '"mm" "mm" "mm"' };
  const oblique = await loadCube(
    put('d.nrrd', nrrd({ ...base, dimension: 3, sizes: '4 3 2', ...directions }, Buffer.from(RAMP))),
  );
  assert.equal(oblique.spacing, [0.5, 0.5, 2]);
  assert.is(oblique.unit, 'mm');
  const plain = await loadCube(
    put(
      's.nrrd',
      nrrd(
        { ...base, dimension: 3, sizes: '4 3 2', spacings: '0.1 0.2 0.7', units: '"um" "um" "um"' },
        Buffer.from(RAMP),
      ),
    ),
  );
  assert.equal(plain.spacing, [0.1, 0.2, 0.7]);
  assert.is(plain.unit, 'µm');
  assert.equal(plain.notes, []);
  const none = await loadCube(put('n.nrrd', nrrd({ ...base, dimension: 3, sizes: '4 3 2' }, Buffer.from(RAMP))));
  assert.equal([none.spacing, none.unit, none.notes.length], [[1, 1, 1], 'voxel', 1]);
});

test('an axis of channels is found by its kind or by a direction of none, wherever it is', async () => {
  const cases: [string, Record<string, string | number>, number[], number[]][] = [
    [
      'first',
      { dimension: 4, sizes: '2 3 2 2', kinds: 'vector domain domain domain', spacings: 'NaN 1 2 3' },
      [0, 2, 4],
      [1, 3, 5],
    ],
    [
      'last',
      { dimension: 4, sizes: '3 2 2 2', kinds: 'domain domain domain list', spacings: '1 2 3 NaN' },
      [0, 1, 2],
      [12, 13, 14],
    ],
    [
      'middle',
      { dimension: 4, sizes: '3 2 2 2', 'space directions': '(1,0,0) none (0,2,0) (0,0,3)' },
      [0, 1, 2],
      [3, 4, 5],
    ],
  ];
  for (const [name, header, first, second] of cases) {
    const cube = await loadCube(put(`${name}.nrrd`, nrrd({ ...base, ...header }, Buffer.from(RAMP))));
    assert.equal(cube.shape, [3, 2, 2], name);
    assert.equal(cube.spacing, [1, 2, 3], name);
    assert.equal(
      cube.channels.map(({ samples }) => [...samples.subarray(0, 3)]),
      [first, second],
      name,
    );
  }
});

test('colour axes give named channels', async () => {
  const header = { ...base, dimension: 4, sizes: '3 2 2 2', kinds: 'RGB-color domain domain domain' };
  const cube = await loadCube(put('rgb.nrrd', nrrd(header, Buffer.from(RAMP))));
  assert.equal(
    cube.channels.map(({ name }) => name),
    ['red', 'green', 'blue'],
  );
  assert.equal([...cube.channels[2]!.samples], [2, 5, 8, 11, 14, 17, 20, 23]);
});

test('of a time axis the first point is read, and a note says so', async () => {
  const header = { ...base, dimension: 4, sizes: '3 2 2 2', kinds: 'domain domain domain time' };
  const cube = await loadCube(put('t.nrrd', nrrd(header, Buffer.from(RAMP))));
  assert.equal([...cube.channels[0]!.samples], RAMP.slice(0, 12));
  assert.match(cube.notes.join('\n'), /time series of 2 points/);
});

test('detached data, line and byte skips, carriage returns', async () => {
  const common = { ...base, dimension: 3, sizes: '4 3 2' };
  const expected = [...RAMP];
  put('plain.raw', Buffer.from(RAMP));
  put('skipped.raw', Buffer.concat([Buffer.from('a line\nanother\nXYZ'), Buffer.from(RAMP)]));
  put(
    'skipped.gz',
    Buffer.concat([Buffer.from('a line\n'), gzipSync(Buffer.concat([Buffer.from('XYZ'), Buffer.from(RAMP)]))]),
  );
  const headers = {
    plain: nrrd({ ...common, 'data file': 'plain.raw' }),
    lines: nrrd({ ...common, 'line skip': 2, 'byte skip': 3, 'data file': 'skipped.raw' }),
    end: nrrd({ ...common, 'byte skip': -1, 'data file': 'skipped.raw' }),
    inside: nrrd({ ...common, encoding: 'gzip', 'line skip': 1, 'byte skip': 3, 'data file': 'skipped.gz' }),
  };
  for (const [name, header] of Object.entries(headers)) {
    const cube = await loadCube(put(`${name}.nhdr`, header));
    assert.equal([...cube.channels[0]!.samples], expected, name);
  }
  const returns = await loadCube(put('crlf.nrrd', nrrd(common, Buffer.from(RAMP), '\r\n')));
  assert.equal([...returns.channels[0]!.samples], expected);
});

test.run();
