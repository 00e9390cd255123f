import { z } from 'zod';
import { VoxstyleError } from '../errors.js';
import { countOf, type StoredTensor, tensorIn } from './weights.js';

/** Bytes of a number of each type that a file may hold. */
const BYTES: Readonly<Record<string, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  I64: 8,
  U64: 8,
  F64: 8,
};

const entry = z.strictObject({
  dtype: z.string(),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});

/** Bytes before the header, which hold its length. */
const PREFIX = 8;

/**
 * Where the tensors of a .safetensors file are: 8 bytes with the header's length (little-endian), the header as JSON,
 * and the data, which the tensors fill without gap or overlap (https://huggingface.co/docs/safetensors).
 *
 * @throws VoxstyleError `bad-input` when the header isn't so or doesn't fit the file.
 */
export function readSafetensorsHeader(path: string, bytes: Buffer): Map<string, StoredTensor> {
  const refuse = (where: string, expected: string, found: string): never => {
    throw new VoxstyleError('bad-input', { where, expected, found, fix: 'write the file again with safetensors' });
  };
  const length = bytes.length < PREFIX ? undefined : bytes.readBigUInt64LE(0);
  if (length === undefined || length > bytes.length - PREFIX) {
    const found =
      length === undefined ? `${bytes.length} bytes` : `a header of ${length} bytes in a file of ${bytes.length}`;
    return refuse(path, 'a safetensors file', found);
  }
  const start = PREFIX + Number(length);
  const header = parseHeader(bytes.toString('utf8', PREFIX, start));
  if (typeof header === 'string') return refuse(path, 'a safetensors header', header);

  const tensors = [...header].map(
    ([
      name,
      {
        dtype,
        shape,
        data_offsets: [begin, end],
      },
    ]): StoredTensor => {
      const size = BYTES[dtype];
      if (size === undefined) return refuse(tensorIn(path, name), `a dtype of ${Object.keys(BYTES).join(', ')}`, dtype);
      if (end - begin !== size * countOf(shape)) {
        const expected = `${size * countOf(shape)} bytes for shape ${shape.join('×')} of ${dtype}`;
        return refuse(tensorIn(path, name), expected, `data_offsets ${begin}, ${end}`);
      }
      return { name, shape, dtype, begin: start + begin, end: start + end };
    },
  );
  let reached = start;
  for (const { name, begin, end } of tensors.sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== reached) {
      refuse(tensorIn(path, name), `data from byte ${reached - start}, where the one before ends`, `${begin - start}`);
    }
    reached = end;
  }
  if (reached !== bytes.length) refuse(path, `${reached} bytes, as its header says`, `${bytes.length}`);
  return new Map(tensors.map((tensor) => [tensor.name, tensor]));
}

/** The header's entries, or what is wrong with it. */
function parseHeader(text: string): Map<string, z.infer<typeof entry>> | string {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return (error as Error).message;
  }
  const header = z.record(z.string(), z.unknown()).safeParse(document);
  if (!header.success) return 'no object';
  const entries = new Map<string, z.infer<typeof entry>>();
  for (const [name, value] of Object.entries(header.data)) {
    // Text for people.
    if (name === '__metadata__') continue;
    const parsed = entry.safeParse(value);
    if (!parsed.success) {
      const { path, message } = parsed.error.issues[0]!;
      return `at ${[name, ...path].join('.')}: ${message}`;
    }
    entries.set(name, parsed.data);
  }
  return entries;
}
