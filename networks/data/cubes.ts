import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Cube, downsample, type Factors, loadCube, makePhantom, type RawOptions } from '../../cubes/index.js';
import { usage, VoxstyleError } from '../../errors.js';
import { seededRandom } from '../../random.js';
import { cropped, LEAST_SIDE, objectBox } from './crop.js';
import { HELD_OUT_SEED, isHeldOut } from './held-out.js';

export type Split = 'train' | 'validation';

export interface CubesOptions {
  /** A folder whose files, and whose folders of DICOM slices, are volumes. Raw files are named as in bonsai_256x256x256_uint8.raw.gz. */
  folder?: string;
  /** How many phantoms of each kind, CT and fluorescence; 0 to 999. */
  phantoms: number;
  /** Which phantoms. */
  seed: number;
  /** Voxels along the longest side, at the most; 16 to 512. Default 64. */
  side?: number;
  split: Split;
}

export interface NamedCube {
  /** Of its file, or of the phantom. */
  name: string;
  cube: Cube;
}

export interface OpenedCubes {
  cubes: NamedCube[];
  /** What of the folder could not be used, and why, in the order of their names. */
  skipped: { name: string; reason: string }[];
}

const RAW_NAME = /[_.-](\d+x\d+x\d+(?:x\d+)?)_(u?int(?:8|16|32)|float32)\.(?:raw|bin|vol|dat)(?:\.gz)?$/i;
const KINDS = ['ct', 'fluorescence'] as const;

/**
 * The cubes of one split: phantoms first, then the folder's in the order of their names. Each is cropped to its object, so that it
 * fills the pictures, and downsampled, so that many are rendered in little time.
 *
 * @throws VoxstyleError `missing-input` when the folder can't be read, `usage` for options out of range, `bad-input` when
 *   nothing is left.
 */
export async function openCubes(options: CubesOptions): Promise<OpenedCubes> {
  const { folder, phantoms, split, side = 64 } = options;
  check('phantoms', phantoms, 0, 999);
  check('side', side, 16, 512);
  const cubes = KINDS.flatMap((kind) =>
    phantomSeeds(options).map((seed) => {
      const cube = makePhantom(kind, { seed, size: side });
      return { name: cube.source, cube: small(cube, side) };
    }),
  );
  const skipped: OpenedCubes['skipped'] = [];
  for (const name of folder === undefined ? [] : await namesIn(folder)) {
    if (isHeldOut(name) !== (split === 'validation')) continue;
    const found = await open(join(folder!, name), side);
    if (typeof found === 'string') skipped.push({ name, reason: found });
    else cubes.push({ name, cube: found });
  }
  if (cubes.length > 0) return { cubes, skipped };
  throw new VoxstyleError('bad-input', {
    where: folder ?? 'phantoms',
    expected: `at least one cube of the ${split} split`,
    found: skipped[0] ? `none (${skipped.length} skipped; ${skipped[0].reason})` : 'none',
    fix: 'add volumes, or phantoms',
  });
}

function check(what: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw usage(what, `a whole number from ${least} to ${most}`, `${value}`, 'choose one of these');
}

/** Neighbouring seeds below the held-out ones, or above; where they begin depends on the seed. */
function phantomSeeds({ phantoms, seed, split }: CubesOptions): number[] {
  const count = HELD_OUT_SEED - 1;
  const start = seededRandom(seed, 41).index(count);
  const first = split === 'train' ? 1 : HELD_OUT_SEED;
  return Array.from({ length: phantoms }, (_, i) => first + ((start + i) % count));
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    const found = cause.code === 'ENOENT' ? 'nothing there' : cause.message;
    const parts = { where: folder, expected: 'a folder of volumes', found, fix: 'correct the path' };
    throw new VoxstyleError('missing-input', parts, { cause });
  });
  return names.filter((name) => !name.startsWith('.')).sort();
}

/** The cube's object, downsampled until no side is longer. */
function small(cube: Cube, side: number): Cube {
  const object = cropped(cube, objectBox(cube));
  return downsample(object, object.shape.map((n) => Math.ceil(n / side)) as unknown as Factors);
}

/** The cube of a file, or why there is none. */
async function open(path: string, side: number): Promise<Cube | string> {
  const [, dims, dtype] = RAW_NAME.exec(path) ?? [];
  const raw: RawOptions = dims === undefined ? {} : { dims: dims.split('x').map(Number), dtype: dtype!.toLowerCase() };
  try {
    const cube = await loadCube(path, raw);
    const shape = cube.shape.join('×');
    if (Math.min(...cube.shape) < LEAST_SIDE) return `${path}: ${shape} voxels, fewer than ${LEAST_SIDE} along a side`;
    return small(cube, side);
  } catch (error) {
    if (error instanceof VoxstyleError) return error.message;
    throw error;
  }
}
