import type { Channel, Cube } from '../../cubes/index.js';
import type { Random } from '../../random.js';
import { type Crop, LEAST_SIDE, objectThresholds } from './crop.js';

/** What augmentation draws from. */
export const AUGMENT_RANGES = {
  /** The share of an axis that a crop keeps; every other axis is kept whole. */
  crop: [0.5, 1],
  cropShare: 0.5,
  /** The exponent on intensities, logarithmic, the same for all channels but for a fifth of it. */
  gamma: [0.5, 2],
  /** The share of the range under which no exponent puts the object's threshold: a stack of few bright spots would be empty. */
  dimmest: 0.02,
  /** The sum of the warp's amplitudes: below 1 it rises everywhere. */
  bend: [0, 0.6],
  /** Standard deviation of the noise on every other cube, as a share of the range. */
  noise: [0.002, 0.012],
} as const;

/** An augmented cube has 16 bits, whatever it was before: one kind of storage is one kernel. */
const WHITE = 65535;
/** A crop has at least half the share of object voxels that the cube has, or another one is drawn. */
const CROP_TRIES = 8;
const OBJECT_SHARE = 0.5;

/**
 * Another cube like the given one: cropped (each axis to 50–100 %, spacing as before), flipped along any axis, intensities warped
 * by v^gamma and a smooth rising bend, with noise. Samples are uint16 that fill their range; all else is kept, and a note says
 * what was done. The same stream gives the same cube.
 */
export function augment(cube: Cube, random: Random): Cube {
  const crop = drawCrop(cube, random);
  const flips = [0, 1, 2].map(() => random.uniform() < 0.5);
  const gamma = drawGamma(cube, random);
  const deviation = random.uniform() < 0.5 ? 0 : random.between(...AUGMENT_RANGES.noise);
  const channels = cube.channels.map((channel): Channel => {
    const warp = drawWarp(random, gamma * logBetween(random, [0.9, 1.1]));
    const noise = Float32Array.from({ length: deviation > 0 ? NOISE_LENGTH : 0 }, () => deviation * random.normal());
    const samples = resampled(channel, cube.shape, crop, flips, warp, noise, random);
    return { name: channel.name, samples, range: [0, WHITE] };
  });
  const flipped = ['x', 'y', 'z'].filter((_, axis) => flips[axis]).join('') || 'nothing';
  const noisy = deviation > 0 ? `noise of ${deviation.toFixed(3)}` : 'no noise';
  const box = `cropped to ${crop.shape.join('×')} at ${crop.from.join(',')}`;
  const note = `augmented: ${box}, ${flipped} flipped, gamma ${gamma.toFixed(2)}, ${noisy}`;
  return { ...cube, shape: crop.shape, channels, notes: [...cube.notes, note] };
}

function drawGamma(cube: Cube, random: Random): number {
  const { gamma, dimmest } = AUGMENT_RANGES;
  const [least, most] = gamma;
  const thresholds = objectThresholds(cube).map((threshold, c) => {
    const [lo, hi] = cube.channels[c]!.range;
    return (threshold - lo) / (hi - lo);
  });
  const bound = Math.log(dimmest) / Math.log(Math.min(...thresholds));
  return logBetween(random, [least, Math.min(most, Math.max(least, bound))]);
}

const logBetween = (random: Random, [low, high]: readonly [number, number]) =>
  Math.exp(random.between(Math.log(low), Math.log(high)));

function drawCrop(cube: Cube, random: Random): Crop {
  const whole: Crop = { from: [0, 0, 0], shape: [...cube.shape] };
  const least = OBJECT_SHARE * objectShare(cube, whole);
  for (let attempt = 0; attempt < CROP_TRIES; attempt++) {
    const crop: Crop = { from: [0, 0, 0], shape: [...cube.shape] };
    for (const axis of [0, 1, 2] as const) {
      if (random.uniform() >= AUGMENT_RANGES.cropShare) continue;
      const n = cube.shape[axis];
      const kept = Math.min(n, Math.max(LEAST_SIDE, Math.round(n * random.between(...AUGMENT_RANGES.crop))));
      crop.from[axis] = random.index(n - kept + 1);
      crop.shape[axis] = kept;
    }
    if (objectShare(cube, crop) >= least) return crop;
  }
  return whole;
}

/** The share of a crop's voxels, every other one along each axis, that are object in some channel. */
function objectShare(cube: Cube, { from, shape }: Crop): number {
  const { channels } = cube;
  const [nx, ny] = cube.shape;
  const thresholds = objectThresholds(cube);
  let [object, count] = [0, 0];
  for (let z = from[2]; z < from[2] + shape[2]; z += 2) {
    for (let y = from[1]; y < from[1] + shape[1]; y += 2) {
      for (let x = from[0]; x < from[0] + shape[0]; x += 2, count++) {
        const i = x + nx * (y + ny * z);
        if (channels.some(({ samples }, c) => samples[i]! > thresholds[c]!)) object++;
      }
    }
  }
  return object / count;
}

/**
 * v ↦ w + Σ a_k·sin(kπw)/(kπ) with w = v^gamma: smooth, 0 at 0 and 1 at 1, and rising since Σ|a_k| < 1 bounds what the slope of the
 * sum takes off 1.
 */
function drawWarp(random: Random, gamma: number): (v: number) => number {
  const signed = [1, 2, 3].map(() => random.between(-1, 1));
  const sum = signed.reduce((total, a) => total + Math.abs(a), 0);
  const bend = random.between(...AUGMENT_RANGES.bend);
  const amplitudes = signed.map((a) => (bend * a) / sum);
  return (v) => {
    const w = v ** gamma;
    return amplitudes.reduce((value, a, k) => value + (a * Math.sin((k + 1) * Math.PI * w)) / ((k + 1) * Math.PI), w);
  };
}

/** A prime, so that rows of voxels begin anywhere in it. */
const NOISE_LENGTH = 8191;
/** Levels at which the warp is tabulated. */
const LEVELS = 4096;

function resampled(
  { samples }: Channel,
  [nx, ny]: Cube['shape'],
  { from, shape }: Crop,
  flips: readonly boolean[],
  warp: (v: number) => number,
  noise: Float32Array,
  random: Random,
): Uint16Array {
  const [mx, my, mz] = shape;
  const cropped = new Float32Array(mx * my * mz);
  let [lo, hi, at] = [Infinity, -Infinity, 0];
  for (let z = 0; z < mz; z++) {
    const sourceZ = from[2] + (flips[2] ? mz - 1 - z : z);
    for (let y = 0; y < my; y++) {
      const row = nx * (from[1] + (flips[1] ? my - 1 - y : y) + ny * sourceZ) + from[0];
      for (let x = 0; x < mx; x++) {
        const value = samples[row + (flips[0] ? mx - 1 - x : x)]!;
        cropped[at++] = value;
        lo = Math.min(lo, value);
        hi = Math.max(hi, value);
      }
    }
  }
  const table = Float32Array.from({ length: LEVELS + 2 }, (_, i) => warp(Math.min(1, i / LEVELS)));
  // A channel without contrast in the crop is all 0.
  const gain = hi > lo ? LEVELS / (hi - lo) : 0;
  const warped = new Uint16Array(cropped.length);
  let step = 0;
  for (let i = 0; i < warped.length; i++) {
    const level = (cropped[i]! - lo) * gain;
    const below = Math.floor(level);
    let value = table[below]! + (level - below) * (table[below + 1]! - table[below]!);
    if (noise.length > 0) {
      if (i % mx === 0) step = random.index(noise.length);
      value += noise[step]!;
      step = step + 1 === noise.length ? 0 : step + 1;
    }
    warped[i] = Math.round(Math.min(1, Math.max(0, value)) * WHITE);
  }
  return warped;
}
