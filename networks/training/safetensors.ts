import { VoxstyleError } from '../../errors.js';

/** A tensor to be written; values in the order of the shape. */
export interface WrittenTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Names of number formats in the file: single and half precision. */
export const DTYPES = ['F32', 'F16'] as const;
export type Dtype = (typeof DTYPES)[number];

/**
 * The bytes of a .safetensors file: 8 bytes with the header's length, the header as JSON, and the tensors one after
 * another (https://huggingface.co/docs/safetensors), which features/safetensors.ts reads.
 *
 * @param metadata texts by name.
 */
export function encodeSafetensors(
  tensors: readonly WrittenTensor[],
  dtype: Dtype = 'F32',
  metadata: Readonly<Record<string, string>> = {},
): Buffer {
  const header: Record<string, unknown> = { __metadata__: metadata };
  const parts: Buffer[] = [];
  let at = 0;
  for (const { name, shape, values } of tensors) {
    const bytes = dtype === 'F32' ? singles(values) : halves(name, values);
    header[name] = { dtype, shape, data_offsets: [at, at + bytes.length] };
    parts.push(bytes);
    at += bytes.length;
  }
  const text = Buffer.from(JSON.stringify(header));
  // Spaces to a multiple of 8 bytes, so that the numbers are aligned.
  const padded = Buffer.alloc(Math.ceil(text.length / 8) * 8, ' ');
  text.copy(padded);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, ...parts]);
}

/** The metadata of a file whose header has been checked. */
export function readMetadata(bytes: Buffer): Record<string, unknown> {
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + Number(bytes.readBigUInt64LE(0)))) as Record<string, unknown>;
  return (header.__metadata__ ?? {}) as Record<string, unknown>;
}

function singles(values: Float32Array): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (let i = 0; i < values.length; i++) bytes.writeFloatLE(values[i]!, 4 * i);
  return bytes;
}

function halves(name: string, values: Float32Array): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  for (let i = 0; i < values.length; i++) {
    const bits = halfBits(values[i]!);
    if (bits === undefined) {
      const found = `${values[i]} in ${name}`;
      const fix = 'write it with single precision';
      throw new VoxstyleError('bad-input', { where: 'weights', expected: 'magnitudes below 65520', found, fix });
    }
    bytes.writeUInt16LE(bits, 2 * i);
  }
  return bytes;
}

/** IEEE 754 binary16, rounded to the nearest, ties to even; undefined beyond its range. */
export function halfBits(value: number): number | undefined {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude)));
  const steps = magnitude * 2 ** (10 - exponent);
  const below = Math.floor(steps);
  const [rest, odd] = [steps - below, below % 2];
  const rounded = below + (rest > 0.5 || (rest === 0.5 && odd === 1) ? 1 : 0);
  // Of a subnormal number, `rounded` is the bits; what rounds up to the next power of 2 carries into the exponent.
  const bits = rounded + (rounded >= 1024 || exponent > -14 ? (exponent + 14) * 1024 : 0);
  return bits < 0x7c00 ? sign | bits : undefined;
}
