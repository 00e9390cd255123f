/**
 * The image formation of engine/image-formation.md in float64, written for its likeness to that text and not for speed.
 * It shares no code with the kernels, which are tested against it.
 */
import type { Cube } from '../../cubes/cube.js';
import type { Psi } from '../../engine/psi.js';
import { type BranchPoints, type BranchRecord, BranchRecorder, BranchReplay, LIVE, signature } from './branches.js';
import { compositeRays } from './composite.js';
import { type RaySamples, type RenderSize, sampleRays } from './sampling.js';
import { developPicture } from './tone.js';

export { type RaySamples, type RenderSize, sampleRays } from './sampling.js';

/** Every branch decision of one picture. */
export interface Branches {
  /** Windows and knot segments, per sample and channel. */
  samples: BranchRecord;
  /** Floors, the sRGB curve's parts and highlights, per pixel and colour. */
  pixels: BranchRecord;
}

/** A picture of `cube` under Ψ: width·height·4 values, display red, green, blue and the transmittance, row 0 on top. */
export function renderReference(cube: Cube, psi: Psi, size: RenderSize): Float64Array {
  return shade(sampleRays(cube, psi, size), psi);
}

/**
 * The picture from sampled rays, for a Ψ that differs from the one they were sampled with in no field of camera, clip
 * and sampling.
 *
 * @param branches if given, every branch is taken as recorded, whatever the values say.
 */
export function shade(rays: RaySamples, psi: Psi, branches?: Branches): Float64Array {
  const light = following(branches?.samples, (points) => compositeRays(rays, psi, points));
  return following(branches?.pixels, (points) => developPicture(light, rays, psi, points));
}

/** The branches that `shade` takes at Ψ. */
export function recordBranches(rays: RaySamples, psi: Psi): Branches {
  const samples = new BranchRecorder();
  const pixels = new BranchRecorder();
  developPicture(compositeRays(rays, psi, samples), rays, psi, pixels);
  return { samples: samples.record(), pixels: pixels.record() };
}

/** A hash of the branches; if it is the same at two Ψ, unfrozen differences between the two cross no kink. */
export function branchSignature(branches: Branches): number {
  return signature(branches.samples, branches.pixels);
}

/** Evaluates with the branches of a record, or with live ones if there is none. */
export function following<T>(record: BranchRecord | undefined, evaluate: (points: BranchPoints) => T): T {
  if (record === undefined) return evaluate(LIVE);
  const replay = new BranchReplay(record);
  const result = evaluate(replay);
  replay.close();
  return result;
}
