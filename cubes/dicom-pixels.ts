import type { Image } from 'daikon';
import type { Samples } from './cube.js';
import { withDaikon } from './dicom-library.js';
import { badInput, messageOf, tooManyBits } from './refuse.js';
import { type Dtype, decodeSamples, deinterleave } from './samples.js';

/** How a file's samples are stored. */
export interface PixelHeader {
  columns: number;
  rows: number;
  samplesPerPixel: number;
  planar: boolean;
  dtype: Dtype;
  bytesPerSample: number;
  bitsStored: number;
  /** Bits below the stored ones. */
  shift: number;
}

/** @throws VoxstyleError `bad-input` for a header without an image of a type that a cube can hold. */
export function readPixelHeader(file: string, image: Image): PixelHeader {
  const whole = (group: number, element: number, fallback?: number) => {
    const value = numbers(image, group, element)?.[0] ?? fallback;
    if (value !== undefined && Number.isInteger(value) && value >= 0) return value;
    const name = `(${group.toString(16).padStart(4, '0')},${element.toString(16).padStart(4, '0')})`;
    throw damagedDicom(file, `no whole number in ${name}`);
  };
  const [rows, columns] = [whole(0x0028, 0x0010), whole(0x0028, 0x0011)];
  // The library maps palette indices to 8-bit RGB.
  const palette = image.isPalette();
  const bits = palette ? 8 : whole(0x0028, 0x0100);
  const bitsStored = palette ? 8 : whole(0x0028, 0x0101, bits);
  const photometric = text(image, 0x0028, 0x0004);
  if (bits > 32) throw tooManyBits(file, `${bits} bits`);
  if (rows * columns === 0 || ![8, 16, 32].includes(bits) || bitsStored < 1 || bitsStored > bits) {
    throw badInput(file, {
      expected: 'an image of 8, 16 or 32 bits a sample',
      found: `${columns}×${rows} of ${bitsStored} in ${bits} bits`,
      fix: 'export the series again, uncompressed',
    });
  }
  if (photometric.startsWith('YBR') && !image.isCompressed()) {
    throw badInput(file, { expected: 'grey or RGB samples', found: photometric, fix: 'export it as RGB' });
  }
  const signed = !palette && whole(0x0028, 0x0103, 0) === 1;
  return {
    columns,
    rows,
    samplesPerPixel: palette ? 3 : whole(0x0028, 0x0002, 1),
    // Every decoder of the library gives interleaved colours.
    planar: whole(0x0028, 0x0006, 0) === 1 && !image.isCompressed() && !palette,
    dtype: `${signed ? 'int' : 'uint'}${bits}` as Dtype,
    bytesPerSample: bits / 8,
    bitsStored,
    shift: palette ? 0 : Math.max(0, whole(0x0028, 0x0102, bitsStored - 1) + 1 - bitsStored),
  };
}

const SEQUENCE_END = Buffer.from([0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]);

/**
 * Decodes one frame: an array of columns·rows samples a channel.
 *
 * @throws VoxstyleError `bad-input` when the pixel data is cut short or compressed in a way that isn't supported.
 */
export function readFrame(
  file: string,
  image: Image,
  bytes: ArrayBuffer,
  header: PixelHeader,
  frame: number,
): Samples[] {
  const { columns, rows, samplesPerPixel, bytesPerSample } = header;
  // A decoder fills what is missing with zeros, so a cut is looked for first.
  const start = image.getTag(0x7fe0, 0x0010)?.offsetValue ?? 0;
  if (image.isCompressed() && Buffer.from(bytes).indexOf(SEQUENCE_END, start) < 0) {
    throw damagedDicom(file, 'compressed pixel data without its end (cut short)');
  }
  checkOneTile(file, image, bytes, start);
  let raw: ArrayBuffer | undefined;
  try {
    raw = withDaikon(() => image.getRawData());
  } catch (cause) {
    throw damagedDicom(file, messageOf(cause), cause);
  }
  const area = columns * rows;
  const size = area * samplesPerPixel * bytesPerSample;
  const needed = size * Math.max(1, image.getNumberOfFrames());
  const found = raw?.byteLength ?? 0;
  if (raw === undefined || found < needed) {
    throw badInput(file, {
      expected: `${needed} bytes of pixels (${columns}×${rows} ${header.dtype})`,
      found: `${found} bytes`,
      fix: 'the file is cut short or compressed in a way that is not supported: export it again, uncompressed',
    });
  }
  const endian = image.littleEndian ? 'little' : 'big';
  const samples = decodeSamples(new Uint8Array(raw, frame * size, size), header.dtype, endian);
  keepStoredBits(samples, header);
  if (!header.planar) return deinterleave(samples, samplesPerPixel);
  return Array.from({ length: samplesPerPixel }, (_, c) => samples.subarray(c * area, (c + 1) * area));
}

/** The library decodes the first tile of a JPEG 2000 image alone and leaves the others black. */
function checkOneTile(file: string, image: Image, bytes: ArrayBuffer, start: number): void {
  if (!/^1\.2\.840\.10008\.1\.2\.4\.9[01]$/.test(text(image, 0x0002, 0x0010))) return;
  const at = Buffer.from(bytes).indexOf(Buffer.from([0xff, 0x4f, 0xff, 0x51]), start);
  if (at < 0 || at + 40 > bytes.byteLength) return;
  // The SIZ marker: width, height and origin of the image at bytes 8 to 23, those of its tiles at 24 to 39.
  const size = new DataView(bytes, at, 40);
  const [width, height, tileWidth, tileHeight] = [8, 12, 24, 28].map((offset) => size.getUint32(offset)) as [
    number,
    number,
    number,
    number,
  ];
  if (tileWidth < width || tileHeight < height) {
    throw badInput(file, {
      expected: 'JPEG 2000 in one tile',
      found: `${width}×${height} in tiles of ${tileWidth}×${tileHeight}`,
      fix: 'export the series again, uncompressed',
    });
  }
}

/** Bits outside the stored ones may hold overlays, or junk where the sign belongs. */
function keepStoredBits(samples: Samples, { dtype, bytesPerSample, bitsStored, shift }: PixelHeader): void {
  if (bitsStored === bytesPerSample * 8) return;
  const up = 32 - bitsStored - shift;
  const down = 32 - bitsStored;
  const signed = dtype.startsWith('int');
  for (let i = 0; i < samples.length; i++) {
    samples[i] = signed ? (samples[i]! << up) >> down : (samples[i]! << up) >>> down;
  }
}

export function damagedDicom(file: string, found: string, cause?: unknown) {
  return badInput(
    file,
    { expected: 'a whole DICOM file', found, fix: 'copy or export it again, uncompressed' },
    { cause },
  );
}

/** The tag's numbers, or undefined when it is absent or holds something else. */
export function numbers(image: Image, group: number, element: number): number[] | undefined {
  return asNumbers(image.getTag(group, element)?.value);
}

export function asNumbers(value: unknown): number[] | undefined {
  return Array.isArray(value) && value.length > 0 && value.every((v) => typeof v === 'number' && Number.isFinite(v))
    ? value
    : undefined;
}

/** The tag's first text, or '' when it is absent. */
export function text(image: Image, group: number, element: number): string {
  const value = image.getTag(group, element)?.value;
  return Array.isArray(value) ? String(value[0] ?? '') : '';
}
