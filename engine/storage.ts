import type { Channel, Cube } from '../cubes/cube.js';

/** How the device can keep voxels, smallest first: one element a voxel, of one width for all channels. */
export const STORAGES = ['unorm8', 'unorm16', 'float32'] as const;
export type Storage = (typeof STORAGES)[number];
/** What a Ψ may ask for. */
export type AskedStorage = 'auto' | Storage;

const ELEMENTS = { unorm8: Uint8Array, unorm16: Uint16Array, float32: Float32Array } as const;
type Elements = InstanceType<(typeof ELEMENTS)[Storage]>;

/** The greatest element where elements are whole numbers. */
const GREATEST = { unorm8: 2 ** 8 - 1, unorm16: 2 ** 16 - 1 } as const;

/** Bytes of a voxel of one channel. */
export const bytesPerElement = (storage: Storage): number => ELEMENTS[storage].BYTES_PER_ELEMENT;

const isWhole = ({ samples }: Channel) => !(samples instanceof Float32Array);
const isExact = (channel: Channel, storage: Storage) =>
  storage === 'float32' || (isWhole(channel) && channel.range[1] - channel.range[0] <= GREATEST[storage]);

/**
 * The element that a channel's greatest sample becomes; the least becomes 0, those between lie on the line. Whole numbers
 * that fit keep their steps of 1, others take all the levels that there are.
 */
function topElement(channel: Channel, storage: Storage): number {
  if (storage === 'float32') return 1;
  return isExact(channel, storage) ? channel.range[1] - channel.range[0] : GREATEST[storage];
}

/** The storage that was asked for; for `auto` the smallest that keeps every channel exactly, float32 for floats. */
export function chooseStorage({ channels }: Pick<Cube, 'channels'>, asked: AskedStorage): Storage {
  if (asked !== 'auto') return asked;
  return STORAGES.find((storage) => channels.every((channel) => isExact(channel, storage)))!;
}

/** Bytes of the cube on the device, a multiple of 4: its channels one after another, x fastest. */
export function packedBytes({ shape, channels }: Cube, storage: Storage): number {
  const elements = shape[0] * shape[1] * shape[2] * channels.length;
  return Math.ceil((elements * bytesPerElement(storage)) / 4) * 4;
}

/**
 * Writes the cube as the kernels read it: voxel i of channel c is element c·voxels + i, in the byte order of the host,
 * which is little-endian wherever there is a device.
 *
 * @param into `packedBytes(cube, storage)` bytes; those after the last element are left as they are.
 */
export function packVoxels({ shape, channels }: Cube, storage: Storage, into: ArrayBuffer): void {
  const voxels = shape[0] * shape[1] * shape[2];
  const elements = new ELEMENTS[storage](into, 0, voxels * channels.length);
  for (const [c, channel] of channels.entries()) {
    packChannel(channel, topElement(channel, storage), elements.subarray(c * voxels, (c + 1) * voxels));
  }
}

function packChannel(channel: Channel, top: number, into: Elements): void {
  const { samples, range } = channel;
  const [lo, hi] = range;
  const span = hi - lo;
  if (into instanceof Float32Array) {
    for (let i = 0; i < into.length; i++) into[i] = (samples[i]! - lo) / span;
  } else if (isWhole(channel) && top === span) {
    if (lo === 0) into.set(samples);
    else for (let i = 0; i < into.length; i++) into[i] = samples[i]! - lo;
  } else {
    // The array cuts the fraction off, so a half more rounds.
    const gain = top / span;
    for (let i = 0; i < into.length; i++) into[i] = (samples[i]! - lo) * gain + 0.5;
  }
}

/** For each channel the factor that makes an element an intensity in [0, 1]: 1/(hi − lo), 1/255, 1/65535 or 1. */
export function intensityScale({ channels }: Pick<Cube, 'channels'>, storage: Storage): number[] {
  return channels.map((channel) => 1 / topElement(channel, storage));
}
