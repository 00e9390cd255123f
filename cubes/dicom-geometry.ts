import type { DicomFrame, Vector } from './dicom-file.js';

/** Slices in the order of z, and what was found on the way. */
export interface DicomStack {
  frames: readonly DicomFrame[];
  spacing: [number, number, number];
  notes: string[];
}

/** Relative difference of slice distances that rounding in the headers explains. */
const UNIFORM = 0.02;

/**
 * Orders slices along their normal and measures their distance from their positions: thickness says how much of the body
 * a slice averages, not how far the next one is. Of slices at one position (time points, echoes) the first is kept.
 */
export function stackFrames(frames: readonly DicomFrame[]): DicomStack {
  const notes: string[] = [];
  const byInstance = [...frames].sort((a, b) => compare(a.instance, b.instance));
  const first = byInstance[0]!;
  const [sx, sy] = first.pixelSpacing ?? [1, 1];
  if (!first.pixelSpacing) notes.push('the file gives no pixel spacing; 1×1 mm was assumed (--spacing x,y,z sets it)');
  if (first.timed) {
    notes.push(`a time series of ${frames.length} frames: only the first was read`);
    return { frames: [first], spacing: [sx, sy, first.sliceStep ?? sx], notes };
  }
  if (first.orientation === undefined || byInstance.some((frame) => frame.position === undefined)) {
    const step = first.sliceStep ?? sx;
    if (frames.length > 1) {
      notes.push(`the slices have no positions: they are in the order of their numbers, ${round(step)} mm apart`);
    }
    return { frames: byInstance, spacing: [sx, sy, step], notes };
  }

  const normal = cross(first.orientation[0], first.orientation[1]);
  const along = (frame: DicomFrame) => dot(frame.position!, normal);
  const sorted = byInstance.sort((a, b) => along(a) - along(b) || compare(a.instance, b.instance));
  const kept = sorted.filter((frame, i) => i === 0 || along(frame) - along(sorted[i - 1]!) > 1e-3);
  if (kept.length < sorted.length) {
    notes.push(`${sorted.length} slices share ${kept.length} positions (a time series?): the first at each was read`);
  }
  if (kept.length === 1) return { frames: kept, spacing: [sx, sy, first.sliceStep ?? sx], notes };
  const steps = kept.slice(1).map((frame, i) => along(frame) - along(kept[i]!));
  const mean = (along(kept.at(-1)!) - along(kept[0]!)) / steps.length;
  const [least, most] = [Math.min(...steps), Math.max(...steps)];
  if (most - least > UNIFORM * mean) {
    notes.push(`slice distances vary from ${round(least)} to ${round(most)} mm; their mean, ${round(mean)}, was used`);
  }
  const travel = subtract(kept.at(-1)!.position!, kept[0]!.position!);
  const sideways = Math.hypot(...subtract(travel, scale(normal, dot(travel, normal))));
  if (sideways > Math.max(sx, sy)) {
    notes.push(`the slices shift sideways by ${round(sideways)} mm over the stack (gantry tilt), which was not undone`);
  }
  return { frames: kept, spacing: [sx, sy, mean], notes };
}

function compare(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((value, i) => value !== b[i]);
  return index < 0 ? 0 : a[index]! - b[index]!;
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function subtract(a: Vector, b: Vector): Vector {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function scale(a: Vector, factor: number): Vector {
  return [a[0] * factor, a[1] * factor, a[2] * factor];
}

function round(mm: number): number {
  return Number(mm.toPrecision(4));
}
