import type { Cube } from '../../cubes/index.js';
import type { Device } from '../../engine/device.js';
import { fitToDevice } from '../../engine/fit-volume.js';
import type { Picture } from '../../engine/picture.js';
import { pictureNotes, readPicture } from '../../engine/picture-file.js';
import { resample, sizeLike } from '../../engine/picture-resample.js';
import { defaultPsi } from '../../engine/psi-default.js';
import { freeParameters } from '../../engine/psi-parameters.js';
import { type Features, filterBank } from '../../features/index.js';
import { LOSSES } from '../../losses/index.js';
import { readSpecs, refuseLoss } from '../../losses/spec.js';
import { cubeDigest, pictureDigest } from '../../refine/checkpoint.js';
import { openTensors, type Tensors, type TensorsOptions } from '../../tensors/index.js';
import { requireSame } from '../same.js';
import { loadArgument } from '../volume-argument.js';
import { defaultCubes, defaultLosses, defaultTargets, type Named, named } from './defaults.js';
import type { Cell, Settings } from './events.js';

export interface LossesOptions {
  device: Device;
  /** As `loadArgument` reads them. Default: a phantom and an MR head. */
  cubes?: readonly string[] | undefined;
  /** Paths of pictures. Default: the package's examples. */
  targets?: readonly string[] | undefined;
  /** Names with options, as in 'swd,gram/layers=scale1'; each is used alone. Default: all that the features allow. */
  losses?: string | undefined;
  /** Selectors of what may change. Default: what the default Ψ frees. */
  free?: readonly string[] | undefined;
  /** Default: the filter bank. */
  features?: Features | undefined;
  backend?: TensorsOptions['backend'];
  /** Most of each refinement. Default 60. */
  iterations?: number | undefined;
  /** Longer side of the pictures. Default 160. */
  size?: number | undefined;
  /** What an earlier run had done, which isn't done again. */
  saved?: SavedCells | undefined;
  /** Ends the run after the iteration under way. */
  signal?: AbortSignal | undefined;
}

/** Cells on disk. */
export interface SavedCells {
  settings: Settings;
  cells: readonly Cell[];
}

export const LOSSES_DEFAULTS = { iterations: 60, size: 160 } as const;
const SEED = 0;

/** All that is read before anything is refined, so that what is wrong is said before minutes are spent. */
export interface Plan {
  settings: Settings;
  cubes: readonly { name: string; cube: Cube; digest: string }[];
  targets: readonly { name: string; picture: Picture; goal: Picture; digest: string }[];
  losses: readonly string[];
  features: Features;
  tensors: Tensors;
  notes: readonly string[];
}

/** @throws VoxstyleError as loadCube and readPicture, `usage` for an unknown loss or selector, or other settings than `saved` has. */
export async function makePlan(options: LossesOptions): Promise<Plan> {
  const { device, features = filterBank, free } = options;
  const { iterations = LOSSES_DEFAULTS.iterations, size = LOSSES_DEFAULTS.size } = options;
  const losses = options.losses === undefined ? defaultLosses(features) : lossNames(options.losses);
  const tensors = openTensors({ backend: options.backend, device });
  const settings: Settings = {
    ...{ iterations, size, seed: SEED, free: free ?? null },
    features: `${features.name} ${features.digest}`,
    ...{ backend: tensors.backend, device: device.driver },
  };
  requireSame('cells', settings, options.saved?.settings);

  const notes: string[] = [];
  const targets: Plan['targets'][number][] = [];
  for (const { name, path } of given(options.targets, defaultTargets)) {
    const picture = await readPicture(path);
    const { width, height } = sizeLike(picture, size);
    notes.push(...pictureNotes(path, picture));
    targets.push({ name, picture, goal: resample(picture, width, height), digest: pictureDigest(picture) });
  }
  const cubes: Plan['cubes'][number][] = [];
  for (const { name, path } of given(options.cubes, defaultCubes)) {
    const cube = fitToDevice(device, await loadArgument(path));
    freeParameters(defaultPsi(cube), free);
    notes.push(...cube.notes.map((note) => `${name}: ${note}`));
    cubes.push({ name, cube, digest: cubeDigest(cube) });
  }
  return { settings, cubes, targets, losses, features, tensors, notes };
}

const given = (paths: readonly string[] | undefined, byDefault: () => Named[]): Named[] =>
  paths === undefined || paths.length === 0 ? byDefault() : named(paths);

/** Weights are of no account, since each is alone. */
const lossNames = (text: string): string[] =>
  readSpecs(text, (name) => LOSSES.has(name), refuseLoss(text, LOSSES.keys())).map((spec) => spec.text);
