import { writeArrayBuffer } from 'geotiff';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadCube } from '../../cubes/index.js';
import { ALL_DTYPES, encode, scratchFolder, type TiffPage, testValues, tiff } from './fixtures.js';

const test = suite('cubes/tiff');
const { put } = scratchFolder();

/** Pages of 3×2 whose pixels are 10·page + 0 … 5, so that a plane tells where it came from. */
function numbered(count: number, first: Partial<TiffPage> = {}): Buffer {
  return tiff(
    Array.from({ length: count }, (_, page) => ({
      width: 3,
      height: 2,
      dtype: 'uint8' as const,
      strips: [Uint8Array.from({ length: 6 }, (_, i) => 10 * page + i)],
      ...(page === 0 ? first : {}),
    })),
  );
}

/** The first voxel of each slice, which gives the page it came from: channels[c][z] = page. */
async function pagesOf(path: string): Promise<number[][]> {
  const cube = await loadCube(path);
  return cube.channels.map(({ samples }) => Array.from({ length: cube.shape[2] }, (_, z) => samples[z * 6]! / 10));
}

for (const dtype of ALL_DTYPES) {
  for (const endian of ['little', 'big'] as const) {
    test(`${dtype}, ${endian} endian, three strips a page`, async () => {
      const values = testValues(dtype, 24);
      const rows = (page: number) =>
        [0, 1, 2].map((row) => encode(values.slice(page * 12 + row * 4, page * 12 + row * 4 + 4), dtype, endian));
      const pages = [0, 1].map((page) => ({ width: 4, height: 3, dtype, strips: rows(page) }));
      const cube = await loadCube(put(`${dtype}-${endian}.tif`, tiff(pages, endian)));
      assert.equal(cube.shape, [4, 3, 2]);
      assert.equal([...cube.channels[0]!.samples], values);
      assert.is(cube.channels[0]!.samples.constructor.name.toLowerCase(), `${dtype}array`);
      assert.match(cube.notes.join('\n'), /no voxel spacing/);
    });
  }
}

test('big-endian pages of many strips, whose offsets lie far from the directory', async () => {
  const height = 900;
  const strips = Array.from({ length: height }, (_, row) => encode([row, row + 1], 'uint16', 'big'));
  const cube = await loadCube(put('strips.tif', tiff([{ width: 2, height, dtype: 'uint16', strips }], 'big')));
  assert.equal([...cube.channels[0]!.samples.subarray(-4)], [height - 2, height - 1, height - 1, height]);
});

test('RGB samples become channels, interleaved or planar', async () => {
  const interleaved = Uint8Array.from({ length: 18 }, (_, i) => i);
  const planes = [0, 1, 2].map((c) => Uint8Array.from({ length: 6 }, (_, i) => 3 * i + c));
  const page = { width: 3, height: 2, dtype: 'uint8', samples: 3 } as const;
  for (const [name, bytes] of [
    ['interleaved', tiff([{ ...page, strips: [interleaved] }])],
    ['planar', tiff([{ ...page, strips: planes, planar: true }])],
  ] as const) {
    const cube = await loadCube(put(`${name}.tif`, bytes));
    assert.equal(
      cube.channels.map((channel) => channel.name),
      ['red', 'green', 'blue'],
      name,
    );
    assert.equal(
      cube.channels.map(({ samples }) => [...samples]),
      planes.map((plane) => [...plane]),
      name,
    );
  }
});

test("a file of geotiff's own writer", async () => {
  const values = Array.from({ length: 12 }, (_, i) => i * 20);
  const bytes = Buffer.from(writeArrayBuffer(Uint8Array.from(values), { width: 4, height: 3 }));
  assert.equal([...(await loadCube(put('own.tiff', bytes))).channels[0]!.samples], values);
});

test('pages of reduced resolution are left out', async () => {
  const page = { width: 3, height: 2, dtype: 'uint8', strips: [Uint8Array.of(0, 1, 2, 3, 4, 5)] } as const;
  const small = { width: 1, height: 1, dtype: 'uint8', strips: [Uint8Array.of(9)], reduced: true } as const;
  assert.equal((await loadCube(put('pyramid.tif', tiff([page, small, page])))).shape, [3, 2, 2]);
});

test('ImageJ hyperstack: channels fastest, spacing, unit, first frame', async () => {
  const description =
    'ImageJ=1.54f\nimages=12\nchannels=2\nslices=3\nframes=2\nhyperstack=true\nunit=\\u00B5m\nspacing=0.5\nloop=false\n';
  const path = put('hyper.tif', numbered(12, { description, resolution: 4 }));
  assert.equal(await pagesOf(path), [
    [0, 2, 4],
    [1, 3, 5],
  ]);
  const cube = await loadCube(path);
  assert.equal([cube.spacing, cube.unit], [[0.25, 0.25, 0.5], 'µm']);
  assert.match(cube.notes.join('\n'), /2 frames: only the first/);
});

test('ImageJ stack with images= alone, and RGB pages', async () => {
  const plain = put(
    'plain.tif',
    numbered(3, { description: 'ImageJ=1.44d\nimages=3\nunit=micron\nspacing=2\n', resolution: 1 }),
  );
  assert.equal(await pagesOf(plain), [[0, 1, 2]]);
  const rgb = Array.from({ length: 2 }, (_, page) => ({
    width: 3,
    height: 2,
    dtype: 'uint8' as const,
    samples: 3,
    strips: [Uint8Array.from({ length: 18 }, (_, i) => 100 * page + i)],
    ...(page === 0 ? { description: 'ImageJ=1.54f\nimages=2\nslices=2\n' } : {}),
  }));
  const cube = await loadCube(put('rgb-stack.tif', tiff(rgb)));
  assert.equal(cube.shape, [3, 2, 2]);
  assert.equal(
    cube.channels.map(({ samples }) => samples[6]),
    [100, 101, 102],
  );
});

const ome = (pixels: string, inner = '') =>
  `<?xml version="1.0"?><OME xmlns="urn:x"><Image ID="Image:0"><Pixels ID="P" Type="uint8" SizeX="3" SizeY="2" ${pixels}>${inner}</Pixels></Image></OME>`;

test('OME: every DimensionOrder', async () => {
  const sizes: Record<string, number> = { Z: 3, C: 2, T: 2 };
  for (const order of ['XYZCT', 'XYZTC', 'XYCTZ', 'XYCZT', 'XYTCZ', 'XYTZC']) {
    const description = ome(`DimensionOrder="${order}" SizeZ="3" SizeC="2" SizeT="2"`, '<TiffData/>');
    const stride = (axis: string) => [...order.slice(2, order.indexOf(axis))].reduce((n, a) => n * sizes[a]!, 1);
    const expected = [0, 1].map((c) => [0, 1, 2].map((z) => c * stride('C') + z * stride('Z')));
    assert.equal(await pagesOf(put(`${order}.ome.tif`, numbered(12, { description }))), expected, order);
  }
});

test('OME: spacing with units, channel names, first time point', async () => {
  const description = ome(
    'DimensionOrder="XYCZT" SizeZ="2" SizeC="2" SizeT="2" PhysicalSizeX="0.2" PhysicalSizeY="0.2" PhysicalSizeZ="500" PhysicalSizeZUnit="nm"',
    '<Channel ID="C:0" Name="DAPI &amp; more" SamplesPerPixel="1"/><Channel ID="C:1"><x/></Channel><TiffData IFD="0" PlaneCount="8"/>',
  );
  const cube = await loadCube(put('names.ome.tiff', numbered(8, { description })));
  assert.equal(cube.spacing, [0.2, 0.2, 0.5]);
  assert.is(cube.unit, 'µm');
  assert.equal(
    cube.channels.map(({ name }) => name),
    ['DAPI & more', 'channel 2'],
  );
  assert.match(cube.notes.join('\n'), /time series of 2 points/);
});

test('OME: TiffData says which page holds which plane', async () => {
  const runs =
    '<TiffData FirstZ="0" FirstC="1" IFD="0" PlaneCount="2"/><TiffData FirstZ="0" FirstC="0" IFD="3"/><TiffData FirstZ="1" FirstC="0" IFD="2"/>';
  const description = ome('DimensionOrder="XYZCT" SizeZ="2" SizeC="2" SizeT="1"', runs);
  assert.equal(await pagesOf(put('runs.ome.tif', numbered(4, { description }))), [
    [3, 2],
    [0, 1],
  ]);
});

test('a spacing that is given in part is completed with a note', async () => {
  const description = ome(
    'DimensionOrder="XYZCT" SizeZ="2" SizeC="1" SizeT="1" PhysicalSizeX="0.2" PhysicalSizeY="0.2"',
  );
  const cube = await loadCube(put('part.ome.tif', numbered(2, { description })));
  assert.equal(cube.spacing, [0.2, 0.2, 0.2]);
  assert.match(cube.notes.join('\n'), /no spacing along z; 0\.2 was assumed/);
});

test.run();
