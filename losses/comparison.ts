import type { Size } from '../engine/frame.js';
import type { Picture } from '../engine/picture.js';
import type { Features } from '../features/index.js';
import type { Tensors } from '../tensors/index.js';
import type { LabelMap } from './labels.js';

/** A picture whose style is wanted. */
export interface Target {
  picture: Picture;
  /** What it counts beside the other targets, positive. Default 1. */
  weight?: number | undefined;
  /** Which parts of it are the style of which part of the render; of the picture's shape, at any size. Without it, all of it is of each. */
  labels?: LabelMap | undefined;
}

/** What a picture is compared with, and how. */
export interface Comparison {
  targets: readonly Target[];
  /** The picture of the Ψ that is begun with, for members `of=start`, `colour: 'keep'` and `labels: 'transmittance'`. */
  start?: Picture | undefined;
  /**
   * The labels of the picture, stretched to its size; `transmittance` has the pixels at which `start` holds back a tenth of the
   * light as `FOREGROUND`, and the others as `BACKGROUND`. It stays as it is: labels that followed the picture would let a loss
   * win by hiding what it is of. Without labels every pixel is compared with all of the target.
   */
  labels?: LabelMap | 'transmittance' | undefined;
  /** Whether pixels of the label `BACKGROUND` count. Default true. */
  background?: boolean | undefined;
  /**
   * `all`, the default; `luminance`: pictures and targets are compared in grey; `keep`: the targets are first given the colours of
   * `start`, so that the cube keeps its palette.
   */
  colour?: ColourControl | undefined;
  /** Of the pictures that will be compared, where it isn't the first target's. */
  size?: Size | undefined;
  /** What features are computed. Default: the filter bank. */
  features?: Features | undefined;
  /** What tensors are computed with. Default: `wasm`. */
  tensors?: Tensors | undefined;
}

export const COLOUR_CONTROLS = ['all', 'luminance', 'keep'] as const;
export type ColourControl = (typeof COLOUR_CONTROLS)[number];
