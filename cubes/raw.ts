import { checkByteCount, gunzipBytes, readBytes } from './bytes.js';
import type { Planes } from './finish.js';
import { tooManyBits, wrongUsage } from './refuse.js';
import { channelNames, DTYPES, type Dtype, decodeSamples, type Endian, isDtype } from './samples.js';
import { NO_SPACING_NOTE } from './units.js';

/** What a raw file can't say about itself. All but `spacing` are for raw files only. */
export interface RawOptions {
  /** Voxels along x, y, z; a fourth number is the count of channels, each stored whole, one after the other. */
  dims?: readonly number[];
  /** One of uint8, int8, uint16, int16, uint32, int32, float32. */
  dtype?: string;
  /** Byte order; little when left out. */
  endian?: Endian;
  /** Voxel spacing along x, y, z, all over 0. Given for a file that carries its own, it replaces that. */
  spacing?: readonly number[];
}

/** The options' names on the command line, for messages. */
const FLAGS =
  '--dims x,y,z[,c] --dtype uint8|int8|uint16|int16|uint32|int32|float32 [--endian little|big] [--spacing x,y,z]';

/**
 * Reads headerless samples, x fastest, channels slowest; a name that ends in .gz is inflated first.
 *
 * @throws VoxstyleError `usage` when `options` don't describe an array, `bad-input` when the file isn't of its size.
 */
export async function readRaw(path: string, options: RawOptions): Promise<Planes> {
  const { shape, count, dtype, endian, spacing } = checkRawOptions(path, options);
  const stored = await readBytes(path);
  const bytes = /\.gz$/i.test(path) ? await gunzipBytes(path, stored) : stored;
  const voxels = shape[0] * shape[1] * shape[2];
  const expected = voxels * count * DTYPES[dtype].BYTES_PER_ELEMENT;
  checkByteCount(path, `${options.dims?.join('×')} ${dtype}`, expected, bytes.length);
  const samples = decodeSamples(bytes, dtype, endian);
  return {
    where: path,
    shape,
    spacing: spacing ?? [1, 1, 1],
    unit: 'voxel',
    channels: channelNames(count).map((name, c) => ({ name, samples: samples.subarray(c * voxels, (c + 1) * voxels) })),
    notes: spacing ? [] : [NO_SPACING_NOTE],
  };
}

interface RawLayout {
  shape: [number, number, number];
  count: number;
  dtype: Dtype;
  endian: Endian;
  spacing: [number, number, number] | undefined;
}

function checkRawOptions(path: string, options: RawOptions): RawLayout {
  const { dims, dtype, endian = 'little' } = options;
  if (dims === undefined || dtype === undefined) {
    const absent = [dims === undefined ? '--dims' : '', dtype === undefined ? '--dtype' : '']
      .filter(Boolean)
      .join(' or ');
    throw wrongUsage(path, { expected: 'a raw file with its layout', found: `no ${absent}`, fix: `give ${FLAGS}` });
  }
  const [nx = 0, ny = 0, nz = 0, count = 1] = dims;
  if (dims.length < 3 || dims.length > 4 || !dims.every((n) => Number.isInteger(n) && n > 0)) {
    throw wrongUsage(path, {
      expected: '--dims of three or four whole numbers over 0',
      found: `"${dims.join(',')}"`,
      fix: `give ${FLAGS}`,
    });
  }
  if (/^(float64|double|u?int64)$/.test(dtype)) throw tooManyBits(path, `--dtype ${dtype}`);
  if (!isDtype(dtype)) {
    throw wrongUsage(path, { expected: 'a known --dtype', found: `"${dtype}"`, fix: `give ${FLAGS}` });
  }
  if (endian !== 'little' && endian !== 'big') {
    throw wrongUsage(path, { expected: '--endian little or big', found: `"${endian}"`, fix: `give ${FLAGS}` });
  }
  return { shape: [nx, ny, nz], count, dtype, endian, spacing: checkSpacing(path, options.spacing) };
}

/** The spacing of the command line, checked, or undefined when none is given. @throws VoxstyleError `usage`. */
export function checkSpacing(path: string, spacing: RawOptions['spacing']): [number, number, number] | undefined {
  if (spacing === undefined) return undefined;
  if (spacing.length !== 3 || !spacing.every((step) => Number.isFinite(step) && step > 0)) {
    throw wrongUsage(path, {
      expected: '--spacing of three numbers over 0',
      found: `"${spacing.join(',')}"`,
      fix: 'give the distance of voxel centres as --spacing x,y,z',
    });
  }
  return [spacing[0]!, spacing[1]!, spacing[2]!];
}
