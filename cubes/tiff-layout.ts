import { imagejLayout } from './imagej-layout.js';
import { omeLayout } from './ome-layout.js';
import { NO_SPACING_NOTE } from './units.js';

/** Which page of a TIFF file is which plane of the cube. */
export interface StackLayout {
  /** Planes along z. */
  slices: number;
  /** Channels that have pages of their own; each has as many channels as a pixel has samples. */
  channels: number;
  /** One name a channel after the samples are split, where the file gives them. */
  names: readonly string[];
  /** The page of a slice and channel at the first time point. */
  page(slice: number, channel: number): number;
  /** Distance of voxel centres; a component is undefined when the file doesn't give it. */
  spacing: readonly [number | undefined, number | undefined, number | undefined];
  unit: string;
  notes: readonly string[];
}

/** What the first page says, as far as layouts need it. */
export interface StackTags {
  description: string;
  pages: number;
  samplesPerPixel: number;
  /** Pixels per unit along x and y. */
  resolution: readonly [number | undefined, number | undefined];
}

/**
 * Reads the layout of a stack off its ImageDescription: OME-XML, ImageJ's lines, or none, when each page is a slice.
 *
 * @throws VoxstyleError `bad-input` when the description promises pages that the file hasn't got.
 */
export function stackLayout(path: string, tags: StackTags): StackLayout {
  if (/<(?:\w+:)?OME[\s>]/.test(tags.description)) return omeLayout(path, tags);
  if (tags.description.startsWith('ImageJ=')) return imagejLayout(path, tags);
  return {
    slices: tags.pages,
    channels: 1,
    names: [],
    page: (slice) => slice,
    // A resolution without ImageJ's or OME's words is a print size (72 dpi, say), not a microscope's.
    spacing: [undefined, undefined, undefined],
    unit: 'voxel',
    notes: [],
  };
}

/** Fills in what a file leaves out of its spacing, and says so. */
export function completeSpacing(layout: StackLayout): {
  spacing: [number, number, number];
  unit: string;
  notes: string[];
} {
  const [x, y, z] = layout.spacing;
  const first = x ?? y ?? z;
  const notes = [...layout.notes];
  if (first === undefined) return { spacing: [1, 1, 1], unit: 'voxel', notes: [...notes, NO_SPACING_NOTE] };
  const missing = ['x', 'y', 'z'].filter((_, axis) => layout.spacing[axis] === undefined);
  if (missing.length > 0) {
    notes.push(
      `the file gives no spacing along ${missing.join(' and ')}; ${first} was assumed (--spacing x,y,z sets it)`,
    );
  }
  return { spacing: [x ?? first, y ?? first, z ?? first], unit: layout.unit, notes };
}
