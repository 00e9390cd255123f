import type { Tag } from 'daikon';
import type { Samples } from './cube.js';
import { withDaikon } from './dicom-library.js';
import { asNumbers, damagedDicom, numbers, readFrame, readPixelHeader, text } from './dicom-pixels.js';
import { messageOf } from './refuse.js';

export type Vector = readonly [number, number, number];

/** One slice of a DICOM file, with its samples still in the file's form. */
export interface DicomFrame {
  file: string;
  /** What tells series apart: the instance UID and the orientation of the slices. */
  series: string;
  /** The modality and the series' description, for people. */
  label: string;
  modality: string;
  columns: number;
  rows: number;
  samplesPerPixel: number;
  /** Centre of the first pixel in mm; undefined when the file doesn't say. */
  position: Vector | undefined;
  /** Unit vectors along a row and down a column. */
  orientation: readonly [Vector, Vector] | undefined;
  /** mm between columns (x) and between rows (y). */
  pixelSpacing: readonly [number, number] | undefined;
  /** mm between slices by SpacingBetweenSlices or else SliceThickness: only for slices without positions. */
  sliceStep: number | undefined;
  /** Order in which slices were made: acquisition, then instance, then frame. */
  instance: readonly [number, number, number];
  /** Intensity = slope·sample + intercept. */
  slope: number;
  intercept: number;
  /** Frames of this file are points in time. */
  timed: boolean;
  /** Decodes the samples: one array of columns·rows a channel. */
  read(): Samples[];
}

/**
 * Parses a DICOM file of one or many frames. Returns none for one without an image (a DICOMDIR, a report).
 *
 * @throws VoxstyleError `bad-input` when the header is damaged.
 */
export function parseDicom(file: string, bytes: Uint8Array): DicomFrame[] {
  // The library reads from offset 0 of the underlying memory, so it gets memory of its own.
  const own = Uint8Array.from(bytes).buffer;
  const image = withDaikon(({ Series }) => {
    const parsed = Series.parseImage(new DataView(own));
    if (parsed === null) throw damagedDicom(file, messageOf(Series.parserError), Series.parserError);
    return parsed;
  });
  if (!image.hasPixelData()) return [];
  const header = readPixelHeader(file, image);
  const count = Math.max(1, image.getNumberOfFrames());
  // The per-frame groups of an enhanced multi-frame file.
  const groups = (image.getTag(0x5200, 0x9230)?.value ?? []) as Tag[];
  const orientation = toOrientation(numbers(image, 0x0020, 0x0037));
  const increment = image.getTag(0x0028, 0x0009)?.value as number[] | undefined;
  const positions = groups.map((group) => toVector(nestedNumbers(group, '00200032')));
  const single = count === 1 ? toVector(numbers(image, 0x0020, 0x0032)) : undefined;
  const pixelSpacing = numbers(image, 0x0028, 0x0030) ?? numbers(image, 0x0018, 0x1164);
  return Array.from({ length: count }, (_, frame) => ({
    file,
    series: `${text(image, 0x0020, 0x000e)} ${orientation?.flat().map((c) => Math.round(100 * c)) ?? ''}`,
    label: [text(image, 0x0008, 0x0060), text(image, 0x0008, 0x103e)].filter(Boolean).join(' '),
    modality: text(image, 0x0008, 0x0060),
    columns: header.columns,
    rows: header.rows,
    samplesPerPixel: header.samplesPerPixel,
    position: positions[frame] ?? single,
    orientation,
    pixelSpacing: pixelSpacing?.length === 2 ? [pixelSpacing[1]!, pixelSpacing[0]!] : undefined,
    sliceStep: numbers(image, 0x0018, 0x0088)?.[0] ?? numbers(image, 0x0018, 0x0050)?.[0],
    instance: [numbers(image, 0x0020, 0x0012)?.[0] ?? 0, numbers(image, 0x0020, 0x0013)?.[0] ?? 0, frame],
    slope: nestedNumbers(groups[frame], '00281053')?.[0] ?? numbers(image, 0x0028, 0x1053)?.[0] ?? 1,
    intercept: nestedNumbers(groups[frame], '00281052')?.[0] ?? numbers(image, 0x0028, 0x1052)?.[0] ?? 0,
    // FrameIncrementPointer at FrameTime or FrameTimeVector.
    timed: count > 1 && increment?.[0] === 0x0018 && (increment[1] === 0x1063 || increment[1] === 0x1065),
    read: () => readFrame(file, image, own, header, frame),
  }));
}

/** The numbers of the first tag with this id at any depth of a sequence. */
function nestedNumbers(tag: Tag | undefined, id: string): number[] | undefined {
  if (tag === undefined || tag.value === null) return undefined;
  if (tag.id === id) return asNumbers(tag.value);
  if (!Array.isArray(tag.value)) return undefined;
  for (const inner of tag.value) {
    const found = typeof inner === 'object' ? nestedNumbers(inner as Tag, id) : undefined;
    if (found) return found;
  }
  return undefined;
}

function toVector(values: number[] | undefined): Vector | undefined {
  return values?.length === 3 ? [values[0]!, values[1]!, values[2]!] : undefined;
}

function toOrientation(values: number[] | undefined): [Vector, Vector] | undefined {
  const [row, column] = [toVector(values?.slice(0, 3)), toVector(values?.slice(3))];
  return row && column ? [row, column] : undefined;
}
