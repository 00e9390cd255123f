import { endianness } from 'node:os';
import type { Samples } from './cube.js';

/** The sample types that a cube can hold, by their names on the command line. */
export const DTYPES = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
} as const;

export type Dtype = keyof typeof DTYPES;
export type Endian = 'little' | 'big';

export function isDtype(name: string): name is Dtype {
  return Object.hasOwn(DTYPES, name);
}

/** The dtype's name of an array, e.g. 'uint16'. */
export function dtypeOf(samples: Samples): Dtype {
  return samples.constructor.name.replace('Array', '').toLowerCase() as Dtype;
}

/** An array of `length` zeros of the type of `like`. */
export function sameType(like: Samples, length: number): Samples {
  return new DTYPES[dtypeOf(like)](length);
}

const HOST: Endian = endianness() === 'LE' ? 'little' : 'big';

/**
 * Reads a file's bytes as numbers. The result may share memory with `bytes`, which is never changed.
 *
 * @param bytes a whole number of samples of `dtype`.
 */
export function decodeSamples(bytes: Uint8Array, dtype: Dtype, endian: Endian): Samples {
  const array = DTYPES[dtype];
  const width = array.BYTES_PER_ELEMENT;
  const swap = endian !== HOST && width > 1;
  // A typed array must start at a multiple of its width; a header rarely ends on one.
  const own = swap || bytes.byteOffset % width !== 0 ? Uint8Array.from(bytes) : bytes;
  if (swap) {
    const view = Buffer.from(own.buffer, own.byteOffset, own.byteLength);
    if (width === 2) view.swap16();
    else view.swap32();
  }
  return new array(own.buffer as ArrayBuffer, own.byteOffset, own.byteLength / width);
}

/** Splits samples that alternate between `count` channels into one array a channel. */
export function deinterleave(samples: Samples, count: number): Samples[] {
  if (count === 1) return [samples];
  const length = samples.length / count;
  return Array.from({ length: count }, (_, channel) => {
    const plane = sameType(samples, length);
    for (let i = 0; i < length; i++) plane[i] = samples[i * count + channel]!;
    return plane;
  });
}

/** Names for channels that the file leaves unnamed: colours when they are the samples of an RGB(A) pixel. */
export function channelNames(count: number, colours = false): string[] {
  if (colours && count >= 3 && count <= 4) return ['red', 'green', 'blue', 'alpha'].slice(0, count);
  return Array.from({ length: count }, (_, index) => `channel ${index + 1}`);
}
