import { stat } from 'node:fs/promises';
import { firstBytes, missingInput } from './bytes.js';
import type { Cube } from './cube.js';
import { hasDicomName, isDicom, readDicomFile, readDicomFolder } from './dicom.js';
import { finishCube, type Planes } from './finish.js';
import { readNrrd } from './nrrd.js';
import { makePhantom, parsePhantomName } from './phantom.js';
import { checkSpacing, type RawOptions, readRaw } from './raw.js';
import { badInput, wrongUsage } from './refuse.js';
import { readTiff } from './tiff.js';

/**
 * Loads a volume: a folder of DICOM slices or one DICOM file, .nrrd or .nhdr, .tif or .tiff (OME, ImageJ, plain), a raw
 * file (`dims` and `dtype` given), or a phantom by name.
 *
 * @example
 * const cube = await loadCube('stack.ome.tif');
 * const head = await loadCube('head.raw.gz', { dims: [256, 256, 128], dtype: 'uint16', spacing: [1, 1, 1.5] });
 * const phantom = await loadCube('phantom:fluorescence?seed=1&size=64');
 *
 * @throws VoxstyleError `missing-input` when nothing is at `path`, `bad-input` when what is there isn't a whole volume with
 * contrast, `usage` when options are missing or wrong. The message is one line: file, expected, found, fix.
 */
export async function loadCube(path: string, options: RawOptions = {}): Promise<Cube> {
  if (path.startsWith('phantom:')) {
    refuseOptions(path, options, 'dims', 'dtype', 'endian', 'spacing');
    return makePhantom(...parsePhantomName(path));
  }
  const spacing = checkSpacing(path, options.spacing);
  const planes = await readPlanes(path, options);
  if (spacing === undefined) return finishCube(planes);
  const found = planes.spacing.join('×');
  const replaced = found === spacing.join('×') ? [] : [`--spacing ${spacing.join(',')} replaces the file's ${found}`];
  const notes = planes.notes.filter((note) => !note.includes('--spacing'));
  return finishCube({ ...planes, spacing, notes: [...notes, ...replaced] });
}

async function readPlanes(path: string, options: RawOptions): Promise<Planes> {
  const place = await stat(path).catch((cause: unknown) => {
    throw missingInput(path, cause);
  });
  const reader = place.isDirectory() ? readDicomFolder : await readerOf(path);
  if (reader === undefined) {
    if (options.dims !== undefined || /\.(raw|bin|vol|dat)(\.gz)?$/i.test(path)) return readRaw(path, options);
    throw badInput(path, {
      expected:
        'a volume: .nrrd, .nhdr, .tif, .tiff, .dcm, a folder of DICOM slices, or a raw file with --dims and --dtype',
      found: `the ending "${path.match(/\.[^./\\]*$/)?.[0] ?? ''}"`,
      fix: 'convert it to NRRD or OME-TIFF',
    });
  }
  refuseOptions(path, options, 'dims', 'dtype', 'endian');
  return reader(path);
}

/** Refuses options for raw files where they would be silently without effect. */
function refuseOptions(path: string, options: RawOptions, ...names: (keyof RawOptions)[]): void {
  const given = names.filter((name) => options[name] !== undefined).map((name) => `--${name}`);
  if (given.length === 0) return;
  throw wrongUsage(path, {
    expected: `no ${given.join(' or ')}, since the volume describes itself`,
    found: given.join(' and '),
    fix: 'leave them out; they are for raw files',
  });
}

/** The reader of a file that describes itself, by its name, or by DICOM's magic word whatever its name. */
async function readerOf(path: string): Promise<((path: string) => Promise<Planes>) | undefined> {
  if (/\.(nrrd|nhdr)$/i.test(path)) return readNrrd;
  if (/\.tiff?$/i.test(path)) return readTiff;
  return hasDicomName(path) || isDicom(await firstBytes(path, 132)) ? readDicomFile : undefined;
}
