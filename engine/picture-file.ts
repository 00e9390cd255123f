import { PNG } from 'pngjs';
import { VoxstyleError } from '../errors.js';
import { readFileWhole } from '../files.js';
import { emptyPicture, type Picture } from './picture.js';

const PNG_SIGNATURE = '89504e470d0a1a0a';

/** 8-bit RGBA, row 0 on top. */
interface Pixels {
  width: number;
  height: number;
  data: Uint8Array;
}

async function decode(bytes: Buffer): Promise<Pixels> {
  if (bytes.subarray(0, 8).toString('hex') === PNG_SIGNATURE) return PNG.sync.read(bytes);
  // Other formats are rare enough as targets to load their readers only now.
  const { Jimp } = await import('jimp');
  return (await Jimp.read(bytes)).bitmap;
}

/**
 * Reads a picture: PNG of any kind, JPEG, TIFF, BMP or GIF. Grey becomes RGB, 16 bits become 8, and what is transparent is
 * blended over black.
 *
 * @throws VoxstyleError `missing-input` when there is no such file, `bad-input` when it isn't a picture.
 */
export async function readPicture(path: string): Promise<Picture> {
  const bytes = await readFileWhole(path, { expected: 'a picture file', fix: 'correct the path' });
  const pixels = await decode(bytes).catch((cause: Error) => {
    const found = bytes.length === 0 ? 'an empty file' : cause.message;
    throw new VoxstyleError(
      'bad-input',
      { where: path, expected: 'a PNG, JPEG, TIFF, BMP or GIF picture', found, fix: 'save the picture as PNG' },
      { cause },
    );
  });
  const picture = emptyPicture(pixels.width, pixels.height);
  for (let i = 0; i < pixels.data.length; i += 4) {
    const alpha = pixels.data[i + 3]! / 255;
    for (let c = 0; c < 3; c++) picture.data[i + c] = (pixels.data[i + c]! / 255) * alpha;
  }
  return picture;
}

/** The picture as a display shows it: 8-bit RGBA, opaque. */
export function toPixels({ width, height, data }: Picture): Uint8Array {
  const bytes = new Uint8Array(width * height * 4);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = i % 4 === 3 ? 255 : Math.round(Math.min(1, Math.max(0, data[i]!)) * 255);
  }
  return bytes;
}

/** The bytes of a PNG file, 8-bit sRGB. Equal pictures give equal bytes. */
export function encodePng(picture: Picture): Buffer {
  const png = new PNG({ width: picture.width, height: picture.height });
  png.data = Buffer.from(toPixels(picture).buffer);
  return PNG.sync.write(png, { colorType: 2 });
}
