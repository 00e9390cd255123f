import { imagejLayout } from './imagej-layout.js';
import { omeLayout } from './ome-layout.js';
import type { StackLayout, StackTags } from './tiff-stack.js';
import { NO_SPACING_NOTE } from './units.js';

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
