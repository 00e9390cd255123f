import type { Device } from '../engine/device.js';
import type { Size } from '../engine/frame.js';
import type { Picture } from '../engine/picture.js';
import { VoxstyleError } from '../errors.js';

/** What a stochastic loss draws from: `seededRandom(seed, iteration)`, so that a resumed run draws the same again. */
export interface LossContext {
  /** The run's seed, an integer. */
  seed: number;
  /** The iteration that asks, counted from 0. */
  iteration: number;
}

export interface LossValue {
  /** Non-negative; 0 where the loss sees no difference. Not finite if the picture isn't: the caller rejects the step. */
  value: number;
  /**
   * ∂value/∂picture.data, of the same length and layout. Always a fresh array. The fourth of each pixel, the
   * transmittance's, is 0 unless the loss says that it uses it.
   */
  gradient: Float32Array;
  /** What the value is made of, for reports. */
  terms?: Record<string, number>;
}

/** How far a picture is from the target that the loss was made for. */
export interface Loss {
  readonly name: string;
  /** Whether it is another function at each iteration, as one that draws at random is. */
  readonly stochastic: boolean;
  /** Whether its value is a weighted sum already, so that its terms are its members'. */
  readonly composite?: boolean;
  /** The picture is read during the call alone and never written. */
  evaluate(picture: Picture, context: LossContext): Promise<LossValue> | LossValue;
  /** The same function of a picture that is on a device; absent where it must be on the host. */
  readonly onDevice?: OnDevice | undefined;
  /** Gives back what it keeps, such as tensors of its target. It isn't evaluated afterwards. */
  dispose?(): void;
}

/** A loss where the picture is. */
export interface OnDevice {
  readonly device: Device;
  /**
   * @param pixels the picture's data, with the usages STORAGE and COPY_SRC; it must not change before the answer is there.
   */
  evaluate(pixels: GPUBuffer, size: Size, context: LossContext): Promise<DeviceLossValue>;
}

export interface DeviceLossValue extends Omit<LossValue, 'gradient'> {
  /** As `LossValue.gradient`, until `release`. */
  gradient: GPUBuffer;
  release(): void;
}

/** Work that depends on the target alone is done here, once. The target must not change afterwards. */
export type LossFactory = (target: Picture) => Loss;

/** Colour values a pixel; the fourth float of a pixel is its transmittance. */
export const COLOURS = 3;

/** @throws VoxstyleError 'usage' with both sizes, when a comparison pixel by pixel has no pixel to compare with. */
export function requireSameSize(where: string, picture: Size, target: Size): void {
  if (picture.width === target.width && picture.height === target.height) return;
  throw new VoxstyleError('usage', {
    where,
    expected: `a target of the picture's size, ${picture.width}×${picture.height}`,
    found: `${target.width}×${target.height}`,
    fix: 'give the target the shape of the picture, or use a loss that takes any size, such as swd',
  });
}
