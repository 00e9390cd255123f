import { basename, dirname, join } from 'node:path';
import { checkByteCount, gunzipBytes, readBytes } from './bytes.js';
import type { Samples } from './cube.js';
import type { Planes } from './finish.js';
import { type Axis, type NrrdAxes, nrrdAxes } from './nrrd-axes.js';
import { type NrrdHeader, nrrdDtype, nrrdEndian, parseNrrdHeader, requiredField } from './nrrd-header.js';
import { badInput } from './refuse.js';
import { channelNames, DTYPES, type Dtype, decodeSamples, sameType } from './samples.js';

/**
 * Reads a NRRD file (http://teem.sourceforge.net/nrrd/format.html), with its data attached or in one other file.
 * Encodings raw, gzip and text; an axis of channels at any place; both byte orders.
 *
 * @throws VoxstyleError `bad-input` for a header or data that disagree or aren't supported, `missing-input` when the data
 * file isn't there.
 */
export async function readNrrd(path: string): Promise<Planes> {
  const bytes = await readBytes(path);
  const header = parseNrrdHeader(path, bytes);
  const dtype = nrrdDtype(path, header);
  const axes = nrrdAxes(path, header);
  const count = [...axes.spatial, axes.channel].reduce((product, { size }) => product * size, 1);
  const total = requiredField(path, header, 'sizes')
    .split(/\s+/)
    .reduce((product, n) => product * Number(n), 1);
  const data = await readData(path, header, bytes);
  const samples = await decodeData(data.path, header, data.bytes, dtype, total);
  return {
    where: path,
    shape: [axes.spatial[0].size, axes.spatial[1].size, axes.spatial[2].size],
    spacing: axes.spacing,
    unit: axes.unit,
    channels: channelNames(axes.channel.size, axes.colours).map((name, channel) => ({
      name,
      samples: count === samples.length && axes.channel.size === 1 ? samples : gather(samples, axes, channel),
    })),
    notes: axes.notes,
  };
}

/** The encoded data, from behind the header or from the file that the header names. */
async function readData(
  path: string,
  header: NrrdHeader,
  bytes: Uint8Array,
): Promise<{ path: string; bytes: Uint8Array }> {
  const name = header.fields.get('data file') ?? header.fields.get('datafile');
  if (name === undefined) return { path, bytes: bytes.subarray(header.dataStart) };
  if (/^LIST\b/.test(name) || /%\S*d/.test(name)) {
    throw badInput(path, {
      expected: 'the data in one file',
      found: `"data file: ${name}"`,
      fix: 'join the slices into one .nrrd file',
    });
  }
  const dataPath = join(dirname(path), name);
  return { path: dataPath, bytes: await readBytes(dataPath) };
}

async function decodeData(
  path: string,
  header: NrrdHeader,
  encoded: Uint8Array,
  dtype: Dtype,
  total: number,
): Promise<Samples> {
  const encoding = requiredField(path, header, 'encoding').toLowerCase();
  const lines = Number(header.fields.get('line skip') ?? header.fields.get('lineskip') ?? 0);
  const skip = Number(header.fields.get('byte skip') ?? header.fields.get('byteskip') ?? 0);
  const body = skipLines(path, encoded, lines);
  const width = DTYPES[dtype].BYTES_PER_ELEMENT;
  const endian = nrrdEndian(path, header, width > 1 && !isText(encoding));
  if (isText(encoding)) return parseText(path, body, dtype, total);
  const isGzip = encoding === 'gzip' || encoding === 'gz';
  if (encoding !== 'raw' && !isGzip) {
    throw badInput(path, {
      expected: 'encoding raw, gzip or text',
      found: `"${encoding}"`,
      fix: 'save the NRRD file with gzip or raw encoding',
    });
  }
  const raw = isGzip ? await gunzipBytes(path, body) : body;
  const expected = total * width;
  // −1 is the format's way of saying that the data is the file's end, whatever comes before it.
  const start = skip === -1 && !isGzip ? Math.max(0, raw.length - expected) : skip;
  if (!Number.isInteger(start) || start < 0) {
    throw badInput(path, { expected: 'a byte skip of 0 or more', found: `${skip}`, fix: 'correct the header' });
  }
  const found = Math.max(0, raw.length - start);
  checkByteCount(path, `${header.fields.get('sizes')} ${dtype} after the header of ${basename(path)}`, expected, found);
  return decodeSamples(raw.subarray(start), dtype, endian);
}

function isText(encoding: string): boolean {
  return encoding === 'txt' || encoding === 'text' || encoding === 'ascii';
}

function skipLines(path: string, bytes: Uint8Array, lines: number): Uint8Array {
  let start = 0;
  for (let line = 0; line < lines; line++) {
    const end = bytes.indexOf(10, start);
    if (end < 0) {
      throw badInput(path, { expected: `${lines} lines to skip`, found: `${line}`, fix: 'correct "line skip"' });
    }
    start = end + 1;
  }
  return bytes.subarray(start);
}

function parseText(path: string, bytes: Uint8Array, dtype: Dtype, total: number): Samples {
  const words = Buffer.from(bytes)
    .toString('latin1')
    .split(/[\s,]+/)
    .filter(Boolean);
  const values = words.map(Number);
  const stray = words.find((word, i) => Number.isNaN(values[i]) && !/^nan$/i.test(word));
  if (values.length !== total || stray !== undefined) {
    throw badInput(path, {
      expected: `${total} numbers`,
      found: stray === undefined ? `${values.length}` : `"${stray.slice(0, 40)}"`,
      fix: 'correct the sizes or the data',
    });
  }
  return DTYPES[dtype].from(values);
}

/** One channel's voxels, x fastest, from an array whose axes lie in any order. */
function gather(samples: Samples, { spatial, channel }: NrrdAxes, index: number): Samples {
  const [x, y, z]: readonly Axis[] = spatial;
  const out = sameType(samples, x!.size * y!.size * z!.size);
  let i = 0;
  for (let k = 0; k < z!.size; k++) {
    for (let j = 0; j < y!.size; j++) {
      const row = index * channel.stride + k * z!.stride + j * y!.stride;
      for (let n = 0; n < x!.size; n++) out[i++] = samples[row + n * x!.stride]!;
    }
  }
  return out;
}
