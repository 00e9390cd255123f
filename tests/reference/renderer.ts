/**
 * The image formation of engine/image-formation.md in float64, written for its likeness to that text and not for speed.
 * It shares no code with the kernels, which are tested against it.
 *
 * A picture is made in five stages: sampleRays, windowedValues, surfaceTerms, compositeRays, developPicture.
 */
import type { Cube } from '../../cubes/cube.js';
import type { Psi } from '../../engine/psi.js';
import { type BranchPoints, type BranchRecord, BranchRecorder, BranchReplay, LIVE, signature } from './branches.js';
import { windowedValues } from './classify.js';
import { compositeRays } from './composite.js';
import type { RenderSize } from './places.js';
import { type RaySamples, sampleRays } from './sampling.js';
import { isShaded, surfaceTerms } from './surfaces.js';
import { developPicture } from './tone.js';

export type { RenderSize } from './places.js';
export { type RaySamples, sampleRays } from './sampling.js';

/** All that a picture is made from. */
export interface Scene {
  cube: Cube;
  psi: Psi;
  size: RenderSize;
}

/** Every branch decision of one picture, stage by stage. */
export interface Branches {
  /** The planes that cut each ray; the cells of its samples. */
  places: BranchRecord;
  /** Windows, per sample and channel. */
  windows: BranchRecord;
  /** Full, partial or no surface, and the sides that are lit, per sample and channel. */
  surfaces: BranchRecord;
  /** Knot segments, per sample and channel. */
  segments: BranchRecord;
  /** Floors, the sRGB curve's parts and highlights, per pixel and colour. */
  pixels: BranchRecord;
}

/**
 * A picture of `cube` under Ψ: width·height·4 values, display red, green, blue and the transmittance, row 0 on top.
 *
 * @param branches if given, every branch is taken as recorded, whatever the values say.
 */
export function renderReference(cube: Cube, psi: Psi, size: RenderSize, branches?: Branches): Float64Array {
  const rays = following(branches?.places, (points) => sampleRays(cube, psi, size, points));
  return shade(rays, psi, branches);
}

/** The picture from sampled rays, for a Ψ that differs from the one they were sampled with in no field of camera, clip and sampling. */
export function shade(rays: RaySamples, psi: Psi, branches?: Branches): Float64Array {
  const windowed = following(branches?.windows, (points) => windowedValues(rays, psi, points));
  const terms = termsOf(rays, psi, branches?.surfaces);
  const light = following(branches?.segments, (points) => compositeRays(rays, psi, windowed, terms, points));
  return following(branches?.pixels, (points) => developPicture(light, rays, psi, points));
}

/** What surfaceTerms returns; null where Ψ shades nothing. */
export function termsOf(rays: RaySamples, psi: Psi, record: BranchRecord | undefined): Float64Array[] | null {
  return isShaded(psi) ? following(record, (points) => surfaceTerms(rays, psi, points)) : null;
}

/** The branches of a picture. Those of surfaces are there even where Ψ shades nothing yet, as a step of its shading would. */
export function recordBranches({ cube, psi, size }: Scene): Branches {
  const recorders = {
    places: new BranchRecorder(),
    windows: new BranchRecorder(),
    surfaces: new BranchRecorder(),
    segments: new BranchRecorder(),
    pixels: new BranchRecorder(),
  };
  const rays = sampleRays(cube, psi, size, recorders.places, true);
  const windowed = windowedValues(rays, psi, recorders.windows);
  const terms = surfaceTerms(rays, psi, recorders.surfaces);
  const light = compositeRays(rays, psi, windowed, terms, recorders.segments);
  developPicture(light, rays, psi, recorders.pixels);
  return {
    places: recorders.places.record(),
    windows: recorders.windows.record(),
    surfaces: recorders.surfaces.record(),
    segments: recorders.segments.record(),
    pixels: recorders.pixels.record(),
  };
}

/** A hash of the branches; if it is the same at two Ψ, unfrozen differences between the two cross no kink. */
export function branchSignature({ places, windows, surfaces, segments, pixels }: Branches): number {
  return signature(places, windows, surfaces, segments, pixels);
}

/** Evaluates with the branches of a record, or with live ones if there is none. */
export function following<T>(record: BranchRecord | undefined, evaluate: (points: BranchPoints) => T): T {
  if (record === undefined) return evaluate(LIVE);
  const replay = new BranchReplay(record);
  const result = evaluate(replay);
  replay.close();
  return result;
}
