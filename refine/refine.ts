import type { Renderer } from '../engine/renderer.js';
import { CHECKPOINT_VERSION, requireSameInputs } from './checkpoint.js';
import type { Targets } from './comparisons.js';
import type { CheckpointEvent, RefineEvent } from './events.js';
import { iterate } from './iterate.js';
import type { RefineOptions } from './options.js';
import { pictureAt } from './pictures.js';
import { type Measured, measure, openProblem, type Problem } from './problem.js';
import { beginSearch, bestOf, type Start, startOf, underWay, withStart } from './search.js';
import { startEvent } from './start-event.js';

/**
 * Finds the Ψ with which the renderer's cube looks like the target, by gradient descent on what is free.
 *
 * Most iterations are done on a smaller picture with fewer samples on each ray, the last at the full size; see levels.ts.
 *
 * With several candidates in `init`, those of the lowest losses at the coarsest level, `starts` in number, are refined one after
 * another through all levels but the last; the one whose best Ψ has the lowest loss at the full size goes on alone. An iteration
 * at a coarse level costs an eighth, so that a few starts cost little more than one. Where there is but one level, each start
 * does all iterations.
 *
 * Yields `start`, an `iteration` for each step (or `rejected`), a `checkpoint` now and then and at the end, `chosen` when one of
 * several starts is taken, and `done`. The same inputs, seed and device give the same Ψ bit for bit, also across a resume.
 *
 *     for await (const event of refine(renderer, target, { loss: 'l2' })) {
 *       if (event.type === 'done') console.log(event.loss, event.psi);
 *     }
 *
 * A renderer does one thing at a time: use it for nothing else until the generator has ended.
 *
 * @throws VoxstyleError `usage` for a wrong option, `bad-input` for a Ψ that doesn't fit the cube, `device-lost`.
 */
export async function* refine(
  renderer: Renderer,
  target: Targets,
  options: RefineOptions = {},
): AsyncGenerator<RefineEvent, void, undefined> {
  const problem = await openProblem(renderer, target, options);
  try {
    yield* run(problem, options);
  } finally {
    problem.losses.dispose();
  }
}

async function* run(problem: Problem, options: RefineOptions): AsyncGenerator<RefineEvent, void, undefined> {
  const { inputs, numbers } = problem;
  if (options.resume) requireSameInputs(options.resume, inputs);
  let search = options.resume?.search ?? (await beginSearch(problem));
  const first = underWay(search, problem) ?? startOf(search);
  const before = await beginning(first, problem);
  yield startEvent(problem, search, first, before);

  let saved = options.resume?.search;
  let unsaved = 0;
  const checkpoint = (): CheckpointEvent => {
    [saved, unsaved] = [search, 0];
    return { type: 'checkpoint', checkpoint: { version: CHECKPOINT_VERSION, inputs, search } };
  };
  let current: number | undefined;
  while (!options.signal?.aborted) {
    const next = underWay(search, problem);
    if (next) {
      if (search.starts.length > 1 && next.candidate !== current) await letGo(next, problem);
      current = next.candidate;
      const { start, event } = await iterate(next, problem);
      search = withStart(search, start);
      yield event;
      if (event.type === 'iteration' && ++unsaved >= numbers.checkpointEvery) yield checkpoint();
    } else if (search.taken === null) {
      const { best, losses } = await bestOf(search, problem);
      search = { ...search, taken: best.start.candidate };
      yield { type: 'chosen', start: best.start.candidate, losses };
      yield checkpoint();
    } else break;
  }
  if (saved !== search) yield checkpoint();

  const { loss, psi, picture, start } = (await bestOf(search, problem)).best;
  const { candidate, state } = start;
  const begun = candidate === first.candidate ? before : await beginning(start, problem);
  const over = state.stopped ?? (state.iteration < numbers.iterations ? 'aborted' : 'iterations');
  yield {
    type: 'done',
    reason: search.taken === null ? 'aborted' : over,
    start: candidate,
    iterations: state.iteration,
    loss,
    psi,
    picture,
    before: begun.picture,
    beforeLoss: begun.loss,
  };
}

/** What a start began from, at the full size. */
function beginning({ candidate: index }: Start, problem: Problem): Promise<Measured> {
  const candidate = problem.candidates[index]!;
  return measure(problem, candidate, candidate.init, candidate.levels.length - 1);
}

/** Lets go of the samples that another start held, so that each holds its own as it would alone, and as it will when resumed. */
async function letGo({ candidate: index }: Start, { renderer, candidates }: Problem): Promise<void> {
  const { init, levels } = candidates[index]!;
  await pictureAt(renderer, init, levels[0]!);
}
