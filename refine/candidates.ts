import type { Cube } from '../cubes/cube.js';
import { featureOf } from '../engine/features.js';
import { type Size, stepsOf } from '../engine/frame.js';
import type { Psi } from '../engine/psi.js';
import { defaultPsi } from '../engine/psi-default.js';
import { freeParameters, type Parameters } from '../engine/psi-parameters.js';
import { usage } from '../errors.js';
import { type Level, makeLevels } from './levels.js';
import type { CheckedNumbers, RefineOptions } from './options.js';

/** A Ψ that a refinement may begin from, and what is searched from there. */
export interface Candidate {
  /** Among the caller's. */
  index: number;
  init: Psi;
  parameters: Parameters;
  /** Coarse to fine. Candidates differ in no more than their steps. */
  levels: readonly Level[];
  /** Whether no step moves the samples along the rays, so that they are taken once. */
  frozen: boolean;
}

/**
 * @param target of which only the shape counts.
 * @throws VoxstyleError `usage` when there are none, fewer than are to be refined, or one of which nothing can be free.
 */
export function candidatesOf(cube: Cube, target: Size, options: RefineOptions, numbers: CheckedNumbers): Candidate[] {
  const { init = defaultPsi(cube), free, freeze } = options;
  const inits: readonly Psi[] = 'channels' in init ? [init] : init;
  const { starts, iterations, size: longest, levels: count } = numbers;
  if (inits.length === 0) throw usage('init', 'one Ψ or more', 'an empty list', 'pass a Ψ, or leave it out');
  if (starts > inits.length) {
    const expected = `at most as many as there are candidates to begin from, ${inits.length}`;
    throw usage('starts', expected, `${starts}`, 'ask for fewer starts, or pass more candidates');
  }
  return inits.map((init, index) => {
    const parameters = freeParameters(init, free, freeze);
    return {
      index,
      init,
      parameters,
      levels: makeLevels({ count, iterations, target, longest, steps: stepsOf(cube, init) }),
      frozen: !parameters.paths.some((path) => featureOf(path) === 'POSE'),
    };
  });
}
