import type { Size } from '../engine/frame.js';
import type { Picture } from '../engine/picture.js';
import type { Psi } from '../engine/psi.js';
import type { Renderer } from '../engine/renderer.js';
import type { Level } from './levels.js';

/** Ψ with as many samples on each ray as a level has. */
export const sampled = (psi: Psi, { steps }: Level): Psi => ({ ...psi, sampling: { ...psi.sampling, steps } });

export const sizeOf = ({ width, height }: Level): Size => ({ width, height });

/**
 * Ψ's picture at a level, as any renderer takes it: held samples, which may differ in the last digit, are let go of.
 *
 * @throws VoxstyleError `bad-input` for a Ψ that doesn't fit the cube.
 */
export async function pictureAt(renderer: Renderer, psi: Psi, level: Level): Promise<Picture> {
  return (await renderer.forward(sampled(psi, level), sizeOf(level))).picture;
}
