import type { Channel, Cube, Samples } from './cube.js';
import { badInput } from './refuse.js';

/** What a reader of a file format hands over: numbers and their grid, not yet checked. */
export interface Planes {
  /** The file, for messages. */
  where: string;
  shape: readonly [number, number, number];
  spacing: readonly [number, number, number];
  unit: string;
  /** Each holds nx·ny·nz samples, x fastest. Samples that aren't finite are replaced in place. */
  channels: readonly { name: string; samples: Samples }[];
  notes: readonly string[];
}

/**
 * Turns a reader's planes into a cube that the renderer can rely on: finite samples, each channel with lo < hi, spacing
 * over 0. NaN and infinities become the channel's least finite value; a channel without contrast is left out. Both are noted.
 *
 * @throws VoxstyleError `bad-input` when the grid is no grid, or when no channel has two different finite values.
 */
export function finishCube(planes: Planes): Cube {
  checkGrid(planes);
  const notes = [...planes.notes];
  const channels: Channel[] = [];
  const flat: string[] = [];
  for (const { name, samples } of planes.channels) {
    const scan = scanSamples(samples);
    if (scan.lo < scan.hi) {
      if (scan.nan + scan.infinite > 0) {
        replaceNonFinite(samples as Float32Array, scan.lo);
        const where = planes.channels.length > 1 ? `${name}: ` : '';
        notes.push(`${where}${describeReplaced(scan)} replaced by the channel's least finite value, ${short(scan.lo)}`);
      }
      channels.push({ name, samples, range: [scan.lo, scan.hi] });
    } else {
      flat.push(describeFlat(scan));
      notes.push(`channel "${name}" was left out: ${describeFlat(scan)}`);
    }
  }
  if (channels.length === 0) {
    throw badInput(planes.where, {
      expected: 'voxels of different values',
      found: planes.channels.length > 1 ? `${planes.channels.length} channels, of which each has ${flat[0]}` : flat[0]!,
      fix: 'check that the right file, series or channel was exported',
    });
  }
  const { shape, spacing, unit, where: source } = planes;
  return { shape, spacing, unit, channels, source, notes };
}

function checkGrid({ where, shape, spacing, channels }: Planes): void {
  if (!shape.every((n) => Number.isInteger(n) && n > 0)) {
    throw badInput(where, {
      expected: 'sizes that are whole numbers over 0',
      found: shape.join('×'),
      fix: 'correct the sizes in the header',
    });
  }
  if (!spacing.every((step) => Number.isFinite(step) && step > 0)) {
    throw badInput(where, {
      expected: 'a voxel spacing over 0 along each axis',
      found: spacing.join('×'),
      fix: 'correct the spacing in the header, or give --spacing x,y,z',
    });
  }
  const voxels = shape[0] * shape[1] * shape[2];
  const wrong = channels.find(({ samples }) => samples.length !== voxels);
  if (channels.length === 0 || wrong) {
    throw badInput(where, {
      expected: `channels of ${voxels} voxels (${shape.join('×')})`,
      found: wrong ? `${wrong.samples.length} in ${wrong.name}` : 'no channel',
      fix: 'export the file again',
    });
  }
}

interface Scan {
  lo: number;
  hi: number;
  nan: number;
  infinite: number;
}

function scanSamples(samples: Samples): Scan {
  let [lo, hi, nan, infinite] = [Infinity, -Infinity, 0, 0];
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i]!;
    if (value - value !== 0) {
      if (Number.isNaN(value)) nan++;
      else infinite++;
      continue;
    }
    if (value < lo) lo = value;
    if (value > hi) hi = value;
  }
  return { lo, hi, nan, infinite };
}

function replaceNonFinite(samples: Float32Array, value: number): void {
  for (let i = 0; i < samples.length; i++) if (!Number.isFinite(samples[i])) samples[i] = value;
}

function describeReplaced({ nan, infinite }: Scan): string {
  const counts = [nan > 0 ? `${nan} NaN` : '', infinite > 0 ? `${infinite} infinite` : '']
    .filter(Boolean)
    .join(' and ');
  return nan + infinite === 1 ? `${counts} voxel was` : `${counts} voxels were`;
}

function describeFlat({ lo, hi, nan, infinite }: Scan): string {
  if (lo > hi) return `no finite voxel (${nan} NaN, ${infinite} infinite)`;
  return `one value everywhere (${short(lo)})`;
}

/** Seven digits tell all float32 values apart that people care about; a stored 0.1 shouldn't read 0.10000000149011612. */
function short(value: number): string {
  return String(Number(value.toPrecision(7)));
}
