import type { Size } from '../engine/frame.js';

/** Which label each pixel of a picture has, row by row from the top. Labels are told apart by their values alone. */
export interface LabelMap extends Size {
  /** width·height labels. */
  labels: Uint32Array;
}

/**
 * The pixels of one label, at any resolution: a pixel of a coarser map has the label that the full one has at its centre.
 * Pixels are numbered row by row.
 */
export interface Region {
  /**
   * @param margin pixels left out along each border, as the valid part of a filtered map leaves them out; pixels are numbered
   *   within what is left.
   * @returns undefined when all of them count.
   */
  pixels(height: number, width: number, margin?: number): Int32Array | undefined;
}

/** Every pixel. */
export const EVERYWHERE: Region = { pixels: () => undefined };

/** Pixels at which all of the maps have the label. */
export function regionOf(label: number, ...maps: readonly LabelMap[]): Region {
  const found = new Map<string, Int32Array>();
  return {
    pixels(height, width, margin = 0) {
      const key = `${height}×${width}−${margin}`;
      const known = found.get(key);
      if (known) return known;
      const pixels: number[] = [];
      for (let y = margin, at = 0; y < height - margin; y++) {
        for (let x = margin; x < width - margin; x++, at++) {
          if (maps.every((map) => labelOf(map, (y + 0.5) / height, (x + 0.5) / width) === label)) pixels.push(at);
        }
      }
      const result = Int32Array.from(pixels);
      found.set(key, result);
      return result;
    },
  };
}

function labelOf({ width, height, labels }: LabelMap, v: number, u: number): number {
  return labels[Math.floor(v * height) * width + Math.floor(u * width)]!;
}

/** Pixels of each label. */
export function countLabels({ labels }: LabelMap): Map<number, number> {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}
