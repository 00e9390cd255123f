import { type NrrdHeader, nrrdSizes } from './nrrd-header.js';
import { badInput } from './refuse.js';
import { NO_SPACING_NOTE, unitName } from './units.js';

/** One axis of the array: its length and how far apart its neighbours lie in memory, in samples. */
export interface Axis {
  size: number;
  stride: number;
}

/** Which of the array's axes are x, y, z and the channels. */
export interface NrrdAxes {
  spatial: readonly [Axis, Axis, Axis];
  channel: Axis;
  /** The channels are the colours of a pixel. */
  colours: boolean;
  spacing: [number, number, number];
  unit: string;
  notes: string[];
}

type Role = 'space' | 'channel' | 'time' | 'unknown';

const SINGLE: Axis = { size: 1, stride: 0 };

/**
 * Sorts a NRRD's axes into space, channels and time. `kinds` decides; without it, an axis whose space direction is none
 * is the channels', and any other is spatial. Of a time axis the first point is taken.
 *
 * @throws VoxstyleError `bad-input` when there are over three spatial axes, none, or several for the channels.
 */
export function nrrdAxes(path: string, header: NrrdHeader): NrrdAxes {
  const sizes = nrrdSizes(path, header);
  const { fields } = header;
  const kinds = words(fields.get('kinds'));
  const directions = vectors(fields.get('space directions'));
  const roles = sizes.map((_, axis): Role => {
    const role = roleOfKind(kinds[axis]);
    if (role !== 'unknown') return role;
    return directions.length > 0 && directions[axis] === undefined ? 'channel' : 'space';
  });
  // An axis of length 1 carries nothing, whatever it is called.
  const chosen = (role: Role) => sizes.flatMap((size, axis) => (roles[axis] === role && size > 1 ? [axis] : []));
  const [space, channels, times] = [chosen('space'), chosen('channel'), chosen('time')];
  const flat = sizes.flatMap((size, axis) => (roles[axis] === 'space' && size === 1 ? [axis] : []));
  // A flat axis keeps its place when there is room for it, so that an image of 1×64×64 stays one.
  const grid = [...space, ...flat.slice(0, Math.max(0, 3 - space.length))].sort((a, b) => a - b);
  if (space.length > 3 || grid.length < 2 || channels.length > 1) {
    throw badInput(path, {
      expected: 'three spatial axes and at most one axis of channels',
      found: `sizes ${sizes.join('×')} with kinds ${kinds.join(' ') || 'not given'}`,
      fix: 'name the axes in a "kinds:" line, e.g. "kinds: domain domain domain vector"',
    });
  }

  const strides = sizes.map((_, axis) => sizes.slice(0, axis).reduce((product, n) => product * n, 1));
  const at = (axis: number | undefined): Axis =>
    axis === undefined ? SINGLE : { size: sizes[axis]!, stride: strides[axis]! };
  const steps = numbers(fields.get('spacings'));
  const given = grid.map((axis) => (directions[axis] ? Math.hypot(...directions[axis]) : steps[axis]));
  const known = given.every((step) => step !== undefined && !Number.isNaN(step));
  const notes = known ? [] : [NO_SPACING_NOTE];
  if (times.length > 0) notes.push(`a time series of ${sizes[times[0]!]} points: only the first was read`);
  const units = quoted(fields.get('space units') ?? fields.get('units'));
  return {
    spatial: [at(grid[0]), at(grid[1]), at(grid[2])],
    channel: at(channels[0]),
    colours: /color/i.test(kinds[channels[0] ?? -1] ?? ''),
    spacing: known ? [given[0]!, given[1]!, given[2] ?? given[0]!] : [1, 1, 1],
    unit: known ? unitName(units.find(Boolean) ?? (isAnatomical(fields.get('space')) ? 'mm' : '')) : 'voxel',
    notes,
  };
}

/** Patient coordinates are in mm by DICOM's convention, which the writers of medical NRRD files follow. */
function isAnatomical(space = ''): boolean {
  return /^(left|right|[lr][ap][si])\b/i.test(space);
}

function roleOfKind(kind: string | undefined): Role {
  if (kind === undefined || kind === '???' || kind === 'none') return 'unknown';
  if (kind === 'domain' || kind === 'space') return 'space';
  return kind === 'time' ? 'time' : 'channel';
}

function words(text = ''): string[] {
  return text.split(/\s+/).filter(Boolean);
}

function numbers(text = ''): number[] {
  return words(text).map(Number);
}

function quoted(text = ''): string[] {
  return [...text.matchAll(/"([^"]*)"/g)].map((match) => match[1]!);
}

/** '(1,0,0) none (0,0,2)' → [[1,0,0], undefined, [0,0,2]]. */
function vectors(text = ''): (number[] | undefined)[] {
  return [...text.matchAll(/none|\(([^)]*)\)/g)].map((match) => match[1]?.split(',').map(Number));
}
