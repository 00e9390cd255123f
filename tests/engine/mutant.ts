import type { Feature } from '../../engine/features.js';
import type { Psi } from '../../engine/psi.js';

/** One deliberate error in a line of a kernel. */
export interface Mutant {
  /** What is wrong. */
  what: string;
  file: string;
  /** What to replace; it is in the file once. */
  line: string;
  mutated: string;
}

/**
 * Mutants that one scene of the gradient check shows. Which scene, and no more of the gradient than it takes: a mutant costs
 * the time that its kernels take to compile, half a second without surfaces and camera and more than one with both.
 */
export interface Trial {
  /** The scene's number in the gradient check; it is one of the twelve that a check has at the least. */
  scene: number;
  /** What is changed of the scene, if no scene shows the error as it is. */
  alter?: (psi: Psi) => Psi;
  /** What the gradient is of besides all that has no feature. */
  by: readonly Feature[];
  mutants: readonly Mutant[];
}

export const mutant = (what: string, file: string, line: string, mutated: string): Mutant => ({
  what,
  file,
  line,
  mutated,
});

export const SURFACES: readonly Feature[] = ['SURFACE', 'SHADING', 'GRADIENT_OPACITY'];

/** One channel, spiky, from inside, with jitter, clipped, burnt out, two inner knots in one place. */
export const FROM_INSIDE = 2;
/** Two channels, the nearest voxels, dense, perspective, clipped. */
export const NEAREST = 0;
/** CT, whose voxels are kept in 16 bits; the nearest ones. */
export const WORDS = 8;
/** CT with surfaces, parallel rays along an axis; the first two knots are in one place, which samples are on. */
export const KNOTS_ON_ENDS = 3;
/** One channel, parallel rays along an axis. */
export const PARALLEL = 7;
/** Fluorescence with surfaces, parallel rays. */
export const SHADED_PARALLEL = 1;
/** Two channels of a single slice with surfaces, perspective, shown without sRGB. */
export const SHADED = 4;
