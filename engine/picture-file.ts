import { PNG } from 'pngjs';
import { VoxstyleError } from '../errors.js';
import { readFileWhole } from '../files.js';
import { emptyPicture, type Picture } from './picture.js';

const PNG_SIGNATURE = '89504e470d0a1a0a';

/** RGBA, row 0 on top. */
interface Pixels {
  width: number;
  height: number;
  data: Uint8Array | Uint16Array;
  /** The value that stands for 1: 255 or 65535. */
  white: number;
}

/** Where a PNG's header has the bits of a value. */
const PNG_DEPTH_AT = 24;

async function decode(bytes: Buffer): Promise<Pixels> {
  if (bytes.subarray(0, 8).toString('hex') === PNG_SIGNATURE) {
    if (bytes[PNG_DEPTH_AT] !== 16) return { ...PNG.sync.read(bytes), white: 255 };
    // Rounded to 8 bits otherwise. The reader's types don't say that it then gives 16-bit words.
    const { width, height, data } = PNG.sync.read(bytes, { skipRescale: true } as object);
    return { width, height, data: data as unknown as Uint16Array, white: 65535 };
  }
  // Other formats are rare enough as targets to load their readers only now.
  const { Jimp } = await import('jimp');
  return { ...(await Jimp.read(bytes)).bitmap, white: 255 };
}

/**
 * Reads a picture: PNG of any kind, JPEG, TIFF, BMP or GIF. Grey becomes RGB, a PNG keeps its 16 bits, and what is transparent is
 * blended over black; the transmittance is 1 − alpha.
 *
 * @throws VoxstyleError `missing-input` when there is no such file, `bad-input` when it isn't a picture.
 */
export async function readPicture(path: string): Promise<Picture> {
  const bytes = await readFileWhole(path, { expected: 'a picture file', fix: 'correct the path' });
  const { width, height, data, white } = await decode(bytes).catch((cause: Error) => {
    const found = bytes.length === 0 ? 'an empty file' : cause.message;
    throw new VoxstyleError(
      'bad-input',
      { where: path, expected: 'a PNG, JPEG, TIFF, BMP or GIF picture', found, fix: 'save the picture as PNG' },
      { cause },
    );
  });
  const picture = emptyPicture(width, height);
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3]! / white;
    for (let c = 0; c < 3; c++) picture.data[i + c] = (data[i + c]! / white) * alpha;
    picture.data[i + 3] = 1 - alpha;
  }
  return picture;
}

/** What a user may not expect of a target that was read, a line each. */
export function pictureNotes(path: string, { data }: Picture): string[] {
  let grey = true;
  let clear = 0;
  for (let i = 0; i < data.length; i += 4) {
    grey &&= data[i] === data[i + 1] && data[i] === data[i + 2];
    if (data[i + 3]! > 0) clear++;
  }
  const share = Math.max(1, Math.round((400 * clear) / data.length));
  return [
    ...(grey
      ? [`${path} is grey: its colours count as grey, unless pictures are compared in grey (--colour luminance)`]
      : []),
    ...(clear > 0 ? [`${path} is transparent in ${share} % of its pixels: blended over black`] : []),
  ];
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
