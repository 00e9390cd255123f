import type { Psi } from '../engine/psi.js';
import { usage } from '../errors.js';
import type { Features } from '../features/index.js';
import type { ColourControl, LabelMap, LossEntry } from '../losses/index.js';
import type { TensorsOptions } from '../tensors/index.js';
import type { Checkpoint } from './checkpoint.js';
import { MOST_LEVELS } from './levels.js';

export interface RefineOptions {
  /**
   * Where to begin; its camera and other frozen scalars stay. Of several, the candidates, each may have its own of everything.
   * Default: `defaultPsi(cube)`.
   */
  init?: Psi | readonly Psi[] | undefined;
  /** How many of the candidates are refined, at most all of them; see `refine`. Default 1. */
  starts?: number | undefined;
  /** As parseLoss reads it. Default: palette, texture, and a little of the structure that it begins with. */
  loss?: string | undefined;
  /** Losses that may be named, for a caller who has more than the registry. */
  losses?: ReadonlyMap<string, LossEntry> | undefined;
  /** Which parts of the render are compared with which of the targets, see `Comparison`. */
  labels?: LabelMap | 'transmittance' | undefined;
  /** Whether the label `BACKGROUND` counts. Default true. */
  background?: boolean | undefined;
  /** Default `all`, see `Comparison`. */
  colour?: ColourControl | undefined;
  /** What the losses' features are. Default: the filter bank. */
  features?: Features | undefined;
  /** What features and losses are computed with. Default `auto`, see `TensorsOptions`. */
  backend?: TensorsOptions['backend'];
  /** Selectors of what may change, see `freeParameters`. Default: what each Ψ's `parameters.free` says. */
  free?: readonly string[] | undefined;
  freeze?: readonly string[] | undefined;
  /** Most iterations of each start, 0 or more. Default 150. */
  iterations?: number | undefined;
  /** Longer side of the picture that is compared, in pixels, 1 … 8192; the shape is the target's. Default 192. */
  size?: number | undefined;
  /** Sizes to go through, coarse to fine, 1 … 8, see `makeLevels`; with 1 every iteration has the full size. Default 2. */
  levels?: number | undefined;
  /** Any integer. Default 0. */
  seed?: number | undefined;
  /** Peak learning rate on the unconstrained reals, over 0. Default 0.1. */
  learningRate?: number | undefined;
  /** Iterations between checkpoints. Default 10. */
  checkpointEvery?: number | undefined;
  /** A checkpoint to go on from, made with the same inputs. */
  resume?: Checkpoint | undefined;
  /** Ends the run after the iteration under way, with a checkpoint and the best Ψ so far. */
  signal?: AbortSignal | undefined;
}

export const REFINE_DEFAULTS = {
  loss: 'swd:1,statistics:1,ms-ssim/of=start:0.02',
  starts: 1,
  iterations: 150,
  size: 192,
  levels: 2,
  seed: 0,
  learningRate: 0.1,
  checkpointEvery: 10,
} as const;

/** Beyond it a picture's copies on the host alone take gigabytes. */
const MOST_PIXELS_A_SIDE = 8192;

/** The numbers of a run, each given or its default. @throws VoxstyleError `usage` that names the first that is out of range. */
export function checkNumbers(options: RefineOptions) {
  const whole = (
    name: 'starts' | 'iterations' | 'size' | 'levels' | 'seed' | 'checkpointEvery',
    low: number,
    high = Number.MAX_SAFE_INTEGER,
  ) => {
    const value = options[name] ?? REFINE_DEFAULTS[name];
    if (Number.isSafeInteger(value) && value >= low && value <= high) return value;
    const expected =
      high === Number.MAX_SAFE_INTEGER ? `a whole number from ${low}` : `a whole number, ${low} to ${high}`;
    throw usage(name, expected, `${value}`, 'correct it');
  };
  const learningRate = options.learningRate ?? REFINE_DEFAULTS.learningRate;
  if (!(learningRate > 0 && learningRate < Number.POSITIVE_INFINITY)) {
    throw usage('learningRate', 'a positive number', `${learningRate}`, 'correct it');
  }
  return {
    learningRate,
    starts: whole('starts', 1),
    iterations: whole('iterations', 0),
    size: whole('size', 1, MOST_PIXELS_A_SIDE),
    levels: whole('levels', 1, MOST_LEVELS),
    seed: whole('seed', Number.MIN_SAFE_INTEGER),
    checkpointEvery: whole('checkpointEvery', 1),
  };
}

export type CheckedNumbers = ReturnType<typeof checkNumbers>;
