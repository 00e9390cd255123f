import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { firstBytes, readBytes } from './bytes.js';
import type { Samples } from './cube.js';
import { type DicomFrame, parseDicom } from './dicom-file.js';
import { stackFrames } from './dicom-geometry.js';
import type { Planes } from './finish.js';
import { quietly } from './quiet.js';
import { badInput } from './refuse.js';
import { channelNames, sameType } from './samples.js';

/** The magic word behind the 128 bytes of preamble. */
export function isDicom(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(128, 132)).toString('latin1') === 'DICM';
}

/** The name's ending is one that DICOM files without a preamble have. */
export function hasDicomName(path: string): boolean {
  return /\.(dcm|dicom|ima)$/i.test(path);
}

/** Reads one DICOM file, of one or many frames. @throws VoxstyleError like `readDicomFolder`. */
export async function readDicomFile(path: string): Promise<Planes> {
  return readSeries(path, await parseQuietly(path), []);
}

async function parseQuietly(path: string): Promise<DicomFrame[]> {
  const bytes = await readBytes(path);
  return quietly(() => parseDicom(path, bytes));
}

/**
 * Reads the series with most slices in a folder (its subfolders aren't searched). Intensities are slope·sample + intercept,
 * as float32 unless that changes nothing.
 *
 * @throws VoxstyleError `bad-input` when no file holds a DICOM image, or the slices differ in size.
 */
export async function readDicomFolder(folder: string): Promise<Planes> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  const frames: DicomFrame[] = [];
  const ignored: string[] = [];
  for (const name of names.sort()) {
    const path = join(folder, name);
    const found = hasDicomName(name) || isDicom(await firstBytes(path, 132)) ? await parseQuietly(path) : [];
    frames.push(...found);
    if (found.length === 0) ignored.push(name);
  }
  const notes =
    ignored.length > 0
      ? [`${ignored.length} of ${names.length} files hold no DICOM image and were ignored: ${listed(ignored)}`]
      : [];
  return readSeries(folder, frames, notes);
}

async function readSeries(where: string, frames: readonly DicomFrame[], notes: string[]): Promise<Planes> {
  const all = [...new Set(frames.map(({ series }) => series))].map((id) =>
    frames.filter(({ series }) => series === id),
  );
  const series = all.reduce((best, next) => (next.length > best.length ? next : best), all[0] ?? []);
  const first = series[0];
  if (first === undefined) {
    throw badInput(where, {
      expected: 'DICOM files with images',
      found: notes[0] ?? 'none',
      fix: 'name the folder that holds the slices of the series',
    });
  }
  if (all.length > 1) {
    notes.push(
      `${all.length} series found; the one with most slices was read: ${first.label} (${series.length} slices)`,
    );
  }
  const sizeOf = ({ columns, rows, samplesPerPixel }: DicomFrame) => `${columns}×${rows}×${samplesPerPixel}`;
  const odd = series.find((frame) => sizeOf(frame) !== sizeOf(first));
  if (odd) {
    throw badInput(odd.file, {
      expected: `a slice of ${sizeOf(first)} (columns×rows×samples) like ${basename(first.file)}`,
      found: sizeOf(odd),
      fix: 'move slices of another size out of the folder',
    });
  }
  const stack = stackFrames(series);
  const channels = await readStack(stack.frames);
  return {
    where,
    shape: [first.columns, first.rows, stack.frames.length],
    spacing: stack.spacing,
    unit: 'mm',
    channels: channelNames(channels.length, true).map((name, c) => ({
      name: channels.length === 1 ? first.modality || name : name,
      samples: channels[c]!,
    })),
    notes: [...notes, ...stack.notes],
  };
}

async function readStack(frames: readonly DicomFrame[]): Promise<Samples[]> {
  const identity = frames.every(({ slope, intercept }) => slope === 1 && intercept === 0);
  const channels: Samples[] = [];
  for (const [z, frame] of frames.entries()) {
    const planes = await quietly((printed) => {
      const read = frame.read();
      const complaint = printed.find((line) => line.includes('insufficient data'));
      if (complaint === undefined) return read;
      throw badInput(frame.file, { expected: 'whole pixel data', found: complaint, fix: 'export the series again' });
    });
    for (const [c, plane] of planes.entries()) {
      channels[c] ??= identity
        ? sameType(plane, plane.length * frames.length)
        : new Float32Array(plane.length * frames.length);
      const out = channels[c].subarray(z * plane.length, (z + 1) * plane.length);
      if (identity) out.set(plane);
      else for (let i = 0; i < plane.length; i++) out[i] = frame.slope * plane[i]! + frame.intercept;
    }
  }
  return channels;
}

function listed(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(', ')}, …` : names.join(', ');
}
