import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Device } from '../../engine/device.js';
import type { Picture } from '../../engine/picture.js';
import { pictureNotes, readPicture } from '../../engine/picture-file.js';
import { usage, VoxstyleError } from '../../errors.js';
import { parseLoss } from '../../losses/index.js';
import { openCubes } from '../../networks/data/index.js';
import type { Predictor } from '../../networks/predict/index.js';
import { bytesDigest, cubeDigest, pictureDigest, textDigest } from '../../refine/checkpoint.js';
import type { Tensors } from '../../tensors/index.js';
import { requireSame } from '../same.js';
import { type Inputs, type PairRecord, type Place, SETTINGS } from './events.js';
import { cubesFor, type PairSource } from './pairs.js';

export interface AmortisedOptions {
  device: Device;
  tensors: Tensors;
  predictor: Predictor;
  /** Folder of volumes, of which those that are held out are taken before phantoms. */
  cubes?: string | undefined;
  /** Voxels along the longest side of a cube. Default as openCubes. */
  side?: number | undefined;
  /** Folder of pictures that are no renders; without it there are no pairs of these. */
  targets?: string | undefined;
  /** In each setting. Default 8. */
  pairs?: number | undefined;
  /** Of each refinement. Default 150. */
  iterations?: number | undefined;
  /** Longer side of the pictures. Default 96. */
  size?: number | undefined;
  seed?: number | undefined;
  /** K of `best of K`. Default 3. */
  starts?: number | undefined;
  /** What is refined by, with the style network's features. */
  loss?: string | undefined;
  /** What an earlier run had done, which isn't done again. */
  saved?: SavedPairs | undefined;
  /** Ends the run after the iteration under way. */
  signal?: AbortSignal | undefined;
}

/** Pairs on disk. */
export interface SavedPairs {
  inputs: Inputs;
  pairs: readonly PairRecord[];
}

export const AMORTISED_DEFAULTS = {
  pairs: 8,
  iterations: 150,
  size: 96,
  seed: 1,
  starts: 3,
  loss: 'swd:1,style-code:1',
} as const;
/** Instead of them, to see whether everything runs. */
export const QUICK = { pairs: 1, iterations: 10, size: 48 } as const;

/** Of each kind; enough for both numbers of channels that there are. */
const PHANTOMS = 2;
const PICTURE = /\.(png|jpe?g)$/i;

/** All that is read before anything is refined, so that what is wrong is said before minutes are spent. */
export interface Plan {
  inputs: Inputs;
  source: PairSource;
  /** In the order in which they are done: an interrupted run has some of each setting. */
  places: readonly Place[];
  notes: readonly string[];
}

/** @throws VoxstyleError as openCubes and readPicture; `usage` for a wrong option, or other inputs than `saved` has. */
export async function makePlan(options: AmortisedOptions): Promise<Plan> {
  const { device, tensors, predictor, targets: folder } = options;
  const { pairs, iterations, size, seed, starts, loss } = { ...AMORTISED_DEFAULTS, ...given(options) };
  const { model, features } = predictor;
  const { hypotheses } = model.architecture;
  if (starts > hypotheses) {
    throw usage(
      'starts',
      `at most as many as the predictor has hypotheses, ${hypotheses}`,
      `${starts}`,
      'ask for fewer',
    );
  }
  requireLoss(loss, size, predictor, tensors);
  const notes: string[] = [];
  const pictures = folder === undefined ? [] : await readPictures(folder, notes);
  const cubes = await readCubes(options, seed, notes);
  if (folder === undefined) notes.push('no setting "no render": name a folder of pictures with --targets for it');
  const settings = SETTINGS.filter((setting) => setting !== 'no render' || pictures.length > 0);
  for (const { name } of cubes.filter((own) => !cubesFor({ setting: 'another cube' }, cubes).includes(own)))
    notes.push(`${name} is left out of "another cube": no other cube has as many channels`);
  const inputs: Inputs = {
    ...{ iterations, size, seed, starts, loss },
    features: `${features.name} ${features.digest}`,
    predictor: bytesDigest(JSON.stringify(model.architecture), model.weights),
    cubes: textDigest(cubes.map(({ name, cube }) => `${name} ${cubeDigest(cube)}`).join()),
    targets: folder === undefined ? null : textDigest(pictures.map(({ picture }) => pictureDigest(picture)).join()),
    ...{ backend: tensors.backend, device: device.driver },
  };
  requireSame('pairs', inputs, options.saved?.inputs);
  return {
    inputs,
    source: { cubes, pictures, size, seed },
    places: Array.from({ length: pairs }, (_, index) => settings.map((setting) => ({ setting, index }))).flat(),
    notes,
  };
}

/** Those options of AMORTISED_DEFAULTS that aren't left out. */
function given(options: AmortisedOptions) {
  const { pairs, iterations, size, seed, starts, loss } = options;
  const all = { pairs, iterations, size, seed, starts, loss };
  type Given = { [Name in keyof typeof all]?: NonNullable<(typeof all)[Name]> };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Given;
}

/** A loss that can't be applied is found out here, on any picture. */
function requireLoss(loss: string, side: number, { features }: Predictor, tensors: Tensors): void {
  const picture: Picture = { width: side, height: side, data: new Float32Array(side * side * 4) };
  parseLoss(loss, { targets: [{ picture }], features, tensors }).dispose?.();
}

/** The folder's held-out volumes, then phantoms. */
async function readCubes(
  { cubes: folder, side }: AmortisedOptions,
  seed: number,
  notes: string[],
): Promise<PairSource['cubes']> {
  const options = { phantoms: PHANTOMS, seed, split: 'validation' } as const;
  const given = { ...(folder !== undefined && { folder }), ...(side !== undefined && { side }) };
  const { cubes, skipped } = await openCubes({ ...options, ...given });
  const isPhantom = ({ name }: { name: string }) => name.startsWith('phantom:');
  notes.push(...skipped.map(({ name, reason }) => `${name} is left out: ${reason}`));
  return [...cubes.filter((cube) => !isPhantom(cube)), ...cubes.filter(isPhantom)];
}

async function readPictures(folder: string, notes: string[]): Promise<PairSource['pictures']> {
  const wanted = { where: folder, expected: 'a folder of PNG or JPEG pictures', fix: 'correct the path' };
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    const found = cause.code === 'ENOENT' ? 'nothing there' : cause.message;
    throw new VoxstyleError('missing-input', { ...wanted, found }, { cause });
  });
  const pictures: { name: string; picture: Picture }[] = [];
  for (const name of names.filter((one) => PICTURE.test(one)).sort()) {
    const picture = await readPicture(join(folder, name));
    notes.push(...pictureNotes(name, picture));
    pictures.push({ name, picture });
  }
  if (pictures.length > 0) return pictures;
  throw new VoxstyleError('missing-input', { ...wanted, found: `${names.length} files, none of them one` });
}
