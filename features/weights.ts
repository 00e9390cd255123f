import { dirname, resolve } from 'node:path';
import { VoxstyleError } from '../errors.js';
import { readFileWhole } from '../files.js';
import type { Manifest, ManifestTensor } from './manifest.js';
import { readSafetensorsHeader } from './safetensors.js';

/** Bits of a number, to be looked at as a float. */
const bits = new DataView(new ArrayBuffer(4));

/** How numbers are stored, all of them little-endian: the bytes of each, and how it's read. */
const DTYPES: Readonly<Record<string, { bytes: number; read(view: DataView, at: number): number }>> = {
  F32: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  F16: { bytes: 2, read: (view, at) => half(view.getUint16(at, true)) },
  BF16: {
    bytes: 2,
    read(view, at) {
      // The upper half of a single's bits.
      bits.setUint32(0, view.getUint16(at, true) << 16);
      return bits.getFloat32(0);
    },
  },
};

/** IEEE 754 binary16, subnormal numbers included. */
function half(value: number): number {
  const sign = value & 0x8000 ? -1 : 1;
  const exponent = (value >> 10) & 0x1f;
  const fraction = value & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** A tensor in a file, of bytes `begin` … `end − 1`. */
export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** One of DTYPES where it can be used; a .safetensors file may hold others. */
  readonly dtype: string;
  readonly begin: number;
  readonly end: number;
}

/** Of where a tensor is, for an error. */
export const tensorIn = (path: string, name: string) => `${path}: tensor ${name}`;

export const countOf = (shape: readonly number[]) => shape.reduce((product, length) => product * length, 1);

/** A file of weights, read whole. */
export class Weights {
  constructor(
    readonly path: string,
    readonly bytes: Buffer,
    readonly tensors: ReadonlyMap<string, StoredTensor>,
  ) {}

  /** @throws VoxstyleError `bad-input` when there's no such tensor. */
  find(name: string): StoredTensor {
    const tensor = this.tensors.get(name);
    if (tensor) return tensor;
    const found = `only ${[...this.tensors.keys()].slice(0, 8).join(', ')}${this.tensors.size > 8 ? ' …' : ''}`;
    throw new VoxstyleError('bad-input', {
      where: tensorIn(this.path, name),
      expected: 'a tensor of that name, which the manifest asks for',
      found,
      fix: 'correct the manifest',
    });
  }

  /**
   * A tensor's numbers, row-major.
   *
   * @throws VoxstyleError `bad-input` when there's no such tensor, it isn't of DTYPES or holds what isn't finite.
   */
  values(name: string): Float32Array {
    const { begin, end, dtype } = this.find(name);
    const refuse = (expected: string, found: string) => {
      const where = tensorIn(this.path, name);
      return new VoxstyleError('bad-input', { where, expected, found, fix: 'write the weights again' });
    };
    const format = DTYPES[dtype];
    if (!format) throw refuse(`numbers of ${Object.keys(DTYPES).join(', ')}`, dtype);
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset + begin, end - begin);
    const values = new Float32Array((end - begin) / format.bytes);
    for (let i = 0; i < values.length; i++) {
      const value = format.read(view, i * format.bytes);
      if (!Number.isFinite(value)) throw refuse('finite numbers', `${value} at ${i}`);
      values[i] = value;
    }
    return values;
  }
}

/**
 * Reads the file of weights that a manifest names.
 *
 * @param manifestPath from whose folder the manifest's path leads.
 * @throws VoxstyleError `missing-input`, or `bad-input` when tensors lie outside the file, overlap, or aren't of the
 *   shapes that the manifest gives.
 */
export async function readWeights(manifestPath: string, manifest: Manifest): Promise<Weights> {
  const path = resolve(dirname(manifestPath), manifest.weights);
  const fix = `correct \`weights\` in ${manifestPath} or put the file there`;
  const bytes = await readFileWhole(path, { expected: 'the weights of a network', fix });
  const given = manifest.tensors ?? [];
  if (!path.endsWith('.safetensors'))
    return new Weights(path, bytes, flatTensors(path, bytes.length, manifestPath, given));
  const weights = new Weights(path, bytes, readSafetensorsHeader(path, bytes));
  for (const { name, shape } of given) checkShape(weights, name, shape);
  return weights;
}

/** @throws VoxstyleError `bad-input` when the tensor isn't there or has another shape than the manifest says. */
function checkShape(weights: Weights, name: string, shape: readonly number[]): void {
  const stored = weights.find(name).shape;
  if (stored.join() === shape.join()) return;
  throw new VoxstyleError('bad-input', {
    where: tensorIn(weights.path, name),
    expected: `shape ${shape.join('×')} as in the manifest`,
    found: stored.join('×') || 'a single number',
    fix: 'correct the manifest',
  });
}

/** Where the tensors of a flat file are, of which only the manifest knows. */
function flatTensors(path: string, length: number, manifestPath: string, given: readonly ManifestTensor[]) {
  const tensors = new Map<string, StoredTensor>();
  for (const { name, shape, offset = 0 } of given) {
    const refuse = (expected: string, found: string) => {
      const fix = `correct \`tensors\` in ${manifestPath}`;
      throw new VoxstyleError('bad-input', { where: tensorIn(path, name), expected, found, fix });
    };
    const end = offset + 4 * countOf(shape);
    if (end > length) refuse(`bytes within the file's ${length}`, `${offset}…${end - 1} for shape ${shape.join('×')}`);
    if (tensors.has(name)) refuse('each tensor once', 'it twice');
    for (const other of tensors.values()) {
      if (other.begin < end && offset < other.end)
        refuse('bytes of its own', `some that are also those of ${other.name}`);
    }
    tensors.set(name, { name, shape, dtype: 'F32', begin: offset, end });
  }
  return tensors;
}
