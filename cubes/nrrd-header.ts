import { badInput, tooManyBits } from './refuse.js';
import type { Dtype, Endian } from './samples.js';

/** A NRRD header's fields with their names in lower case, and where the data starts if it is attached. */
export interface NrrdHeader {
  fields: ReadonlyMap<string, string>;
  /** Bytes from the file's start to the first byte after the blank line, or the file's length when there is none. */
  dataStart: number;
}

const LINE_FEED = 10;

/**
 * Splits a NRRD header (format version 1 to 5) into its fields; comments and key:=value pairs are skipped.
 *
 * @throws VoxstyleError `bad-input` when the file doesn't start with the NRRD magic or a line is neither of these.
 */
export function parseNrrdHeader(path: string, bytes: Uint8Array): NrrdHeader {
  const magic = Buffer.from(bytes.subarray(0, 8)).toString('latin1');
  if (!/^NRRD000[1-5]/.test(magic)) {
    throw badInput(path, {
      expected: 'a NRRD file, which starts with NRRD0001 to NRRD0005',
      found: JSON.stringify(magic),
      fix: 'export it as NRRD again, or use the ending of its real format',
    });
  }
  const fields = new Map<string, string>();
  let start = bytes.indexOf(LINE_FEED) + 1;
  while (start > 0 && start < bytes.length) {
    const next = bytes.indexOf(LINE_FEED, start);
    const end = next < 0 ? bytes.length : next;
    const line = Buffer.from(bytes.subarray(start, end)).toString('utf8').trim();
    start = end + 1;
    if (line === '') return { fields, dataStart: Math.min(start, bytes.length) };
    if (line.startsWith('#') || line.includes(':=')) continue;
    const [, name, value] = line.match(/^([^:]+):\s*(.*)$/) ?? [];
    if (name === undefined || value === undefined) {
      throw badInput(path, {
        expected: 'header lines of the form "field: value"',
        found: JSON.stringify(line.slice(0, 40)),
        fix: 'export the NRRD file again',
      });
    }
    fields.set(name.trim().toLowerCase(), value.trim());
  }
  return { fields, dataStart: bytes.length };
}

/** The format's many names of each type, as in its definition. */
const TYPES: Readonly<Record<string, Dtype>> = {
  ...names('int8', 'signed char', 'int8', 'int8_t'),
  ...names('uint8', 'uchar', 'unsigned char', 'uint8', 'uint8_t'),
  ...names('int16', 'short', 'short int', 'signed short', 'signed short int', 'int16', 'int16_t'),
  ...names('uint16', 'ushort', 'unsigned short', 'unsigned short int', 'uint16', 'uint16_t'),
  ...names('int32', 'int', 'signed int', 'int32', 'int32_t'),
  ...names('uint32', 'uint', 'unsigned int', 'uint32', 'uint32_t'),
  ...names('float32', 'float'),
};

function names(dtype: Dtype, ...aliases: string[]): Record<string, Dtype> {
  return Object.fromEntries(aliases.map((alias) => [alias, dtype]));
}

/** The field's value. @throws VoxstyleError `bad-input` when the header hasn't got it. */
export function requiredField(path: string, { fields }: NrrdHeader, name: string): string {
  const value = fields.get(name);
  if (value !== undefined) return value;
  throw badInput(path, {
    expected: `a header with the field "${name}"`,
    found: `the fields ${[...fields.keys()].join(', ') || 'none'}`,
    fix: 'export the NRRD file again',
  });
}

/** @throws VoxstyleError `bad-input` for a type that isn't known or has more than 32 bits. */
export function nrrdDtype(path: string, header: NrrdHeader): Dtype {
  const type = requiredField(path, header, 'type').toLowerCase();
  if (type === 'double' || /long|int64/.test(type)) throw tooManyBits(path, `type ${type}`);
  const dtype = TYPES[type];
  if (dtype !== undefined) return dtype;
  throw badInput(path, {
    expected: 'a type such as uint8, short or float',
    found: `"${type}"`,
    fix: 'convert it to uint8, int16, uint16 or float',
  });
}

/** @throws VoxstyleError `bad-input` when the order of a type of several bytes is missing or unknown. */
export function nrrdEndian(path: string, header: NrrdHeader, needed: boolean): Endian {
  if (!needed) return 'little';
  const endian = requiredField(path, header, 'endian').toLowerCase();
  if (endian === 'little' || endian === 'big') return endian;
  throw badInput(path, { expected: 'endian: little or big', found: `"${endian}"`, fix: 'correct the header' });
}

/** The sizes of all axes, fastest first. @throws VoxstyleError `bad-input` unless `dimension` whole numbers over 0. */
export function nrrdSizes(path: string, header: NrrdHeader): number[] {
  const dimension = Number(requiredField(path, header, 'dimension'));
  const text = requiredField(path, header, 'sizes');
  const sizes = text.split(/\s+/).map(Number);
  if (sizes.length === dimension && sizes.every((n) => Number.isInteger(n) && n > 0)) return sizes;
  throw badInput(path, {
    expected: `sizes of ${dimension} whole numbers over 0`,
    found: `"${text}"`,
    fix: 'correct the header or export it again',
  });
}
