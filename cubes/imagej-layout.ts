import { badInput } from './refuse.js';
import type { StackLayout, StackTags } from './tiff-stack.js';
import { unitName } from './units.js';

/**
 * The layout of an ImageJ (hyper)stack: key=value lines; channels run fastest over the pages, then slices, then frames.
 *
 * @throws VoxstyleError `bad-input` when channels × slices × frames is over the count of pages.
 */
export function imagejLayout(path: string, { description, pages, resolution }: StackTags): StackLayout {
  const fields = new Map(
    description.split('\n').flatMap((line) => {
      const [, key, value] = line.match(/^([^=]+)=(.*)$/) ?? [];
      return key === undefined ? [] : [[key.trim(), (value ?? '').trim()] as const];
    }),
  );
  const count = (key: string) => Number(fields.get(key) ?? 1);
  const [channels, frames] = [count('channels'), count('frames')];
  // A plain stack declares images= alone.
  const slices = fields.has('slices') ? count('slices') : Number(fields.get('images') ?? pages) / (channels * frames);
  const declared = channels * slices * frames;
  if (![channels, slices, frames].every((n) => Number.isInteger(n) && n > 0) || declared > pages) {
    throw badInput(path, {
      expected: `${declared} pages (ImageJ's channels=${channels}, slices=${slices}, frames=${frames})`,
      found: `${pages}`,
      fix: 'the file is cut short or of ImageJ’s form for over 4 GB: copy it again or export it as OME-TIFF',
    });
  }
  const notes: string[] = [];
  if (frames > 1) notes.push(`a time series of ${frames} frames: only the first was read`);
  if (frames > 1 && slices === 1) notes.push('it has one slice a frame; if frames are slices, re-order the hyperstack');
  if (declared < pages) notes.push(`${pages - declared} pages after the declared ${declared} were ignored`);
  const spacing = fields.get('spacing');
  const unit = unitName(fields.get('unit') ?? '');
  // Without a unit ImageJ's resolution is the printer's.
  const steps = resolution.map((perUnit) => (unit === 'voxel' || !perUnit ? undefined : 1 / perUnit));
  return {
    slices,
    channels,
    names: [],
    page: (slice, channel) => slice * channels + channel,
    spacing: [steps[0], steps[1], spacing === undefined ? undefined : Number(spacing)],
    unit,
    notes,
  };
}
