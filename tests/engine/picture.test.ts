import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Jimp } from 'jimp';
import { type ColorType, PNG } from 'pngjs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { emptyPicture, type Picture } from '../../engine/picture.js';
import { encodePng, readPicture, toPixels } from '../../engine/picture-file.js';
import { resample, sizeLike } from '../../engine/picture-resample.js';
import { seededRandom } from '../../random.js';
import { assertClose } from '../reference/assert-close.js';
import { srgb } from '../reference/scenes.js';
import { refused } from '../refused.js';

const test = suite('picture');

const folder = mkdtempSync(join(tmpdir(), 'voxstyle-picture-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** A picture of three floats a pixel; what a file can't hold, the transmittance, is 0. */
function pictureOf(width: number, height: number, value: (x: number, y: number, c: number) => number): Picture {
  const picture = emptyPicture(width, height);
  for (let i = 0; i < picture.data.length; i++) {
    const pixel = Math.floor(i / 4);
    picture.data[i] = i % 4 === 3 ? 0 : value(pixel % width, Math.floor(pixel / width), i % 4);
  }
  return picture;
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
    const expected = Array.from(holds, (value, i) => (i % 4 === 3 ? 0 : (value * holds[i - (i % 4) + 3]!) / 255));
    assertClose(
      data.map((value) => value * 255),
      expected,
      tolerance + 1e-4,
      name,
    );
  });
}

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

const light = (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);

test('the picture at its own size is the picture', () => {
  const random = seededRandom(2);
  const picture = pictureOf(5, 4, random.uniform);
  assert.equal(resample(picture, 5, 4), picture);
});

for (const [width, height] of [
  [1, 1],
  [3, 2],
  [7, 11],
  [13, 9],
  [30, 1],
]) {
  test(`a constant stays constant at ${width} × ${height}`, () => {
    for (const level of [0, 0.03, 0.5, 1, 1.2]) {
      const picture = pictureOf(10, 9, (_x, _y, c) => level * (1 - c / 10));
      for (let i = 3; i < picture.data.length; i += 4) picture.data[i] = level / 2;
      const result = resample(picture, width!, height!);
      assert.is(result.data.length, width! * height! * 4);
      assertClose(
        result.data,
        Array.from(result.data, (_, i) => level * [1, 0.9, 0.8, 0.5][i % 4]!),
        1e-6,
        `level ${level}`,
      );
    }
  });
}

for (const [width, height] of [
  [6, 4],
  [4, 6],
  [12, 1],
  [1, 12],
  [5, 7],
  [24, 36],
]) {
  test(`the mean light is kept at ${width} × ${height}`, () => {
    const random = seededRandom(3);
    const picture = pictureOf(12, 12, random.uniform);
    const result = resample(picture, width!, height!);
    for (const c of [0, 1, 2]) {
      const mean = ({ data }: Picture) => {
        const values = [...data].filter((_, i) => i % 4 === c);
        return values.reduce((sum, v) => sum + light(v), 0) / values.length;
      };
      assertClose([mean(result)], [mean(picture)], 1e-6, `colour ${c}`);
    }
  });
}

test('a pixel is the average, in linear light, of what it covers', () => {
  // Columns of light 0, 1, 0, 1, …: at half the size each pixel is half as bright as white, not of half the value.
  const stripes = pictureOf(8, 8, (x) => x % 2);
  const half = resample(stripes, 4, 4);
  assertClose(
    [...half.data].filter((_, i) => i % 4 < 3),
    Array(48).fill(srgb(0.5)),
    1e-6,
    'halved',
  );
  // Three columns of light 0, 1, 0 at two thirds of the size: each takes a third of its light from the middle one.
  const third = resample(
    pictureOf(3, 1, (x) => x % 2),
    2,
    1,
  );
  assertClose(third.data.subarray(0, 3), Array(3).fill(srgb(1 / 3)), 1e-6, 'two thirds');
  // Enlarged by a whole factor, pixels are copies.
  const large = resample(stripes, 24, 16);
  assertClose(large.data, pictureOf(24, 16, (x) => Math.floor(x / 3) % 2).data, 1e-6, 'enlarged');
});

const sizes: [width: number, height: number, longest: number, size: [number, number]][] = [
  [400, 300, 192, [192, 144]],
  [300, 400, 192, [144, 192]],
  [100, 100, 64, [64, 64]],
  [10, 7, 100, [100, 70]],
  [1000, 1, 100, [100, 1]],
  [1, 1000, 100, [1, 100]],
  [3, 2, 1, [1, 1]],
];
for (const [width, height, longest, size] of sizes) {
  test(`${width} × ${height} within ${longest} is ${size.join(' × ')}`, () => {
    assert.equal(sizeLike({ width, height }, longest), { width: size[0], height: size[1] });
  });
}

test.run();
