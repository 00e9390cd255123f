import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Jimp } from 'jimp';
import { type ColorType, PNG } from 'pngjs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodePng, pictureNotes, readPicture, toPixels } from '../../engine/picture-file.js';
import { seededRandom } from '../../random.js';
import { assertClose } from '../reference/assert-close.js';
import { refused } from '../refused.js';
import { pictureOf } from './pictures.js';

const test = suite('picture, file');

const folder = mkdtempSync(join(tmpdir(), 'voxstyle-picture-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

test('every 8-bit level survives a PNG file', async () => {
  const levels = pictureOf(16, 17, (x, y, c) => ((x + 16 * y + 85 * c) % 256) / 255);
  const read = await readPicture(put('levels.png', encodePng(levels)));
  assert.equal([read.width, read.height], [16, 17]);
  assert.equal(read.data, levels.data);
});

test('a picture is rounded and clamped to 8 bits, opaque, and gives the same bytes again', async () => {
  const random = seededRandom(1);
  const picture = pictureOf(9, 7, () => random.between(-0.3, 1.3));
  picture.data[3] = 0.7;
  const pixels = toPixels(picture);
  for (const [i, pixel] of pixels.entries()) {
    assert.is(pixel, i % 4 === 3 ? 255 : Math.round(255 * Math.min(1, Math.max(0, picture.data[i]!))), `[${i}]`);
  }
  const bytes = encodePng(picture);
  assert.ok(bytes.equals(encodePng(structuredClone(picture))));
  const decoded = PNG.sync.read(bytes);
  assert.equal([...decoded.data], [...pixels]);
});

/** The pixels of the files below: 8-bit RGBA, a gradient of colours and of opacities. */
const WIDTH = 12;
const HEIGHT = 10;
const rgba = Uint8Array.from({ length: WIDTH * HEIGHT * 4 }, (_, i) => {
  const pixel = Math.floor(i / 4);
  return [20 * (pixel % WIDTH), 25 * Math.floor(pixel / WIDTH), 255 - 2 * pixel, 255 - pixel][i % 4]!;
});
const grey = rgba.map((_, i) => (i % 4 === 3 ? 255 : rgba[i - (i % 4)]!));
const opaque = rgba.map((value, i) => (i % 4 === 3 ? 255 : value));

function png(
  data: Uint8Array | Uint16Array,
  options: { colorType: ColorType; bitDepth?: 8 | 16; inputColorType?: ColorType },
): Buffer {
  const file = new PNG({ width: WIDTH, height: HEIGHT });
  file.data = Buffer.from(data.buffer);
  return PNG.sync.write(file, { inputHasAlpha: true, ...options });
}
/** 16 bits a value whose upper 8 are those of the 8-bit picture. */
const deep = (data: Uint8Array) => Uint16Array.from(data, (value) => value * 257);

// Its own buffer: Jimp reads a Buffer of Node's pool from the pool's beginning.
const jimp = (mime: 'image/jpeg' | 'image/bmp' | 'image/tiff') =>
  Jimp.fromBitmap({ width: WIDTH, height: HEIGHT, data: Buffer.from(opaque.slice().buffer) }).getBuffer(mime);

// What the file holds as 8-bit RGBA, and by how many levels the picture may be off.
const files: [name: string, bytes: () => Buffer | Promise<Buffer>, holds: Uint8Array, tolerance: number][] = [
  ['rgb.png', () => png(opaque, { colorType: 2 }), opaque, 0],
  ['rgba.png', () => png(rgba, { colorType: 6 }), rgba, 0],
  ['grey.png', () => png(grey, { colorType: 0 }), grey, 1],
  ['rgb16.png', () => png(deep(opaque), { colorType: 2, bitDepth: 16 }), opaque, 1],
  ['rgba16.png', () => png(deep(rgba), { colorType: 6, bitDepth: 16 }), rgba, 1],
  ['grey16.png', () => png(deep(grey), { colorType: 0, bitDepth: 16 }), grey, 1],
  ['photo.jpg', () => jimp('image/jpeg'), opaque, 40],
  ['photo.bmp', () => jimp('image/bmp'), opaque, 0],
  ['photo.tif', () => jimp('image/tiff'), opaque, 0],
  ['a jpeg named.png', () => jimp('image/jpeg'), opaque, 40],
];
for (const [name, bytes, holds, tolerance] of files) {
  test(`${name} is read, transparent pixels over black`, async () => {
    const { width, height, data } = await readPicture(put(name, await bytes()));
    assert.equal([width, height], [WIDTH, HEIGHT]);
    const expected = Array.from(holds, (value, i) =>
      i % 4 === 3 ? 255 - value : (value * holds[i - (i % 4) + 3]!) / 255,
    );
    assertClose(
      data.map((value) => value * 255),
      expected,
      tolerance + 1e-4,
      name,
    );
  });
}

test('16 bits a value are kept', async () => {
  const fine = Uint16Array.from(rgba, (_, i) => (i % 4 === 3 ? 65535 : (i * 137) % 65536));
  const { data } = await readPicture(put('fine.png', png(fine, { colorType: 2, bitDepth: 16 })));
  const expected = Array.from(fine, (value, i) => (i % 4 === 3 ? 0 : value));
  assertClose(
    data.map((value) => value * 65535),
    expected,
    0.01,
    'fine.png',
  );
});

test('notes say what a user may not expect of a picture', async () => {
  const notes = async (name: string, bytes: Buffer) => {
    const path = put(name, bytes);
    return pictureNotes(path, await readPicture(path)).map((note) => note.replace(path, name));
  };
  assert.equal(await notes('rgb.png', png(opaque, { colorType: 2 })), []);
  assert.match(
    (await notes('grey16.png', png(deep(grey), { colorType: 0, bitDepth: 16 }))).join(),
    /^grey16.png is grey/,
  );
  assert.match((await notes('rgba.png', png(rgba, { colorType: 6 }))).join(), /^rgba.png is transparent in 99 %/);
});

const whole = png(rgba, { colorType: 6 });
const damaged: [what: string, bytes: Uint8Array | string, says: RegExp][] = [
  ['an empty file', '', /found an empty file/],
  ['text of two lines', 'no picture,\nbut text\n', /found ./],
  ['zeros', new Uint8Array(1000), /found ./],
  ['a PNG of its signature alone', whole.subarray(0, 8), /found ./],
  ['a PNG cut in its header', whole.subarray(0, 20), /found ./],
  ['a PNG cut in its pixels', whole.subarray(0, whole.length / 2), /found ./],
  ['a PNG without its end', whole.subarray(0, whole.length - 12), /found ./],
  ['a PNG with a damaged byte', whole.map((byte, i) => (i === 60 ? byte ^ 255 : byte)), /found ./],
];
for (const [index, [what, bytes, says]] of damaged.entries()) {
  test(`${what} is refused in one line`, async () => {
    const path = put(`damaged ${index}.png`, bytes);
    const error = await refused(() => readPicture(path));
    assert.equal([error.code, error.parts.where, error.exitCode], ['bad-input', path, 65]);
    assert.match(error.message, says);
  });
}

test('a JPEG cut short is refused or read, but never hangs and never throws anything else', async () => {
  const bytes = await jimp('image/jpeg');
  for (const share of [0.05, 0.3, 0.6, 0.95]) {
    const path = put(`cut ${share}.jpg`, bytes.subarray(0, bytes.length * share));
    const picture = await readPicture(path).catch((error) => error);
    if (picture.data) assert.equal([picture.width, picture.height], [WIDTH, HEIGHT]);
    else assert.is(picture.code, 'bad-input', `${picture}`);
  }
});

for (const [what, path, says] of [
  ['no such file', join(folder, 'absent.png'), /found no such file/],
  ['a folder', folder, /found a folder/],
  ['a path below a file', join(put('file', 'x'), 'look.png'), /found ./],
] as const) {
  test(`${what} is a missing input`, async () => {
    const error = await refused(() => readPicture(path));
    assert.equal([error.code, error.parts.where, error.exitCode], ['missing-input', path, 66]);
    assert.match(error.message, says);
  });
}

test.run();
