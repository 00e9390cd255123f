import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noise } from './compare.js';

/** A tensor to be written; values in the order of the shape. */
export interface Written {
  name: string;
  shape: number[];
  values: Float32Array;
}

/** A folder of its own, which is removed when the process ends. */
export function scratch(): (name: string, data: Uint8Array | string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'voxstyle-features-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return (name, data) => {
    const path = join(folder, name);
    writeFileSync(path, data);
    return path;
  };
}

/** Random weights and bias of a convolution; out × in × size × size. */
export function convolutionTensors(name: string, out: number, inputs: number, size: number, seed: number): Written[] {
  const values = noise([out, inputs, size * size], seed).map((value) => value / Math.sqrt(inputs * size));
  return [
    { name: `${name}.weight`, shape: [out, inputs, size, size], values },
    { name: `${name}.bias`, shape: [out], values: noise([1, 1, out], seed + 50) },
  ];
}

/** A flat file of little-endian floats, and what a manifest says of it. */
export function flat(tensors: readonly Written[]) {
  const list: { name: string; shape: number[]; offset: number }[] = [];
  const parts: Buffer[] = [];
  let offset = 0;
  for (const { name, shape, values } of tensors) {
    list.push({ name, shape, offset });
    parts.push(encode(values, 'F32'));
    offset += 4 * values.length;
  }
  return { bytes: Buffer.concat(parts), tensors: list };
}

export type Stored = 'F32' | 'F16' | 'BF16';

function encode(values: Float32Array, dtype: Stored): Buffer {
  const bytes = Buffer.alloc(values.length * (dtype === 'F32' ? 4 : 2));
  for (const [i, value] of values.entries()) {
    if (dtype === 'F32') bytes.writeFloatLE(value, 4 * i);
    else bytes.writeUInt16LE(dtype === 'F16' ? halfBits(value) : singleBits(value) >>> 16, 2 * i);
  }
  return bytes;
}

function singleBits(value: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return view.getUint32(0);
}

/** Bits of a half-precision number, cut off towards zero; magnitudes below 2^16. */
function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude)));
  // Below 2^-14 numbers are subnormal: multiples of 2^-24.
  const steps = Math.floor(magnitude * 2 ** (10 - exponent));
  return sign | (steps < 1024 ? steps : ((exponent + 15) << 10) | (steps - 1024));
}

/** A .safetensors file; `edit` may spoil the header. */
export function safetensors(
  tensors: readonly Written[],
  dtype: Stored = 'F32',
  edit: (header: Record<string, Record<string, unknown>>) => void = () => {},
): Buffer {
  const header: Record<string, Record<string, unknown>> = { __metadata__: { format: 'pt' } };
  const parts: Buffer[] = [];
  let at = 0;
  for (const { name, shape, values } of tensors) {
    const bytes = encode(values, dtype);
    header[name] = { dtype, shape, data_offsets: [at, at + bytes.length] };
    parts.push(bytes);
    at += bytes.length;
  }
  edit(header);
  // Writers fill the header with spaces to a multiple of 8 bytes.
  const text = Buffer.from(JSON.stringify(header).padEnd(512));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...parts]);
}

/** The kernel as the reference wants it: height × width × in × out, of out × in × height × width. */
export function outputsLast({ shape, values }: Written): Float64Array {
  const [out, inputs, height, width] = shape as [number, number, number, number];
  const turned = new Float64Array(values.length);
  for (let o = 0; o < out; o++) {
    for (let i = 0; i < inputs; i++) {
      for (let tap = 0; tap < height * width; tap++) {
        turned[(tap * inputs + i) * out + o] = values[(o * inputs + i) * height * width + tap]!;
      }
    }
  }
  return turned;
}
