import type { Size } from './frame.js';

/** Cells along each side of a brick, whose range of intensities says whether it can be left out. */
export const BRICK = 4;
/** Samples of a ray that share one range of intensities. */
export const SPAN = 16;
/** Pixels along each side of the tile that a workgroup takes. */
export const TILE = 8;

/** Samples that are held for a view that stays. */
export interface Holding {
  /** What the view must have in common with another for which the same samples are right. */
  key: string;
  planes: 1 | 4;
  samples: GPUBuffer;
  spans: GPUBuffer;
  /** Whether the samples are there. */
  filled: boolean;
}

/**
 * Bytes of the samples of a view: 4 for each channel, pixel of its 8 × 8 tiles and sample, 16 with slopes (shading and gradient
 * opacity ask for them), and of the spans 8 for each SPAN samples.
 */
export function holdingBytes(channels: number, size: Size, steps: number, planes: 1 | 4) {
  const rays = channels * tilesIn(size) * TILE * TILE;
  return { samples: 4 * planes * rays * steps, spans: 8 * rays * Math.ceil(steps / SPAN) };
}

export const tilesIn = ({ width, height }: Size): number => Math.ceil(width / TILE) * Math.ceil(height / TILE);
