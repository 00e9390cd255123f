import type { Search } from './checkpoint.js';
import type { StartEvent } from './events.js';
import { sizeOf } from './pictures.js';
import type { Measured, Problem } from './problem.js';
import type { Start } from './search.js';

/** @param before what `first`, the start that the first iteration is of, began from. */
export function startEvent(problem: Problem, search: Search, first: Start, before: Measured): StartEvent {
  const { renderer, candidates, numbers, loss } = problem;
  const { parameters, levels } = candidates[first.candidate]!;
  const { width, height, steps } = levels.at(-1)!;
  const notes = search.starts.flatMap(({ candidate }) => notesOf(problem, candidate));
  return {
    type: 'start',
    device: renderer.device.driver,
    cube: renderer.cube.source,
    loss,
    free: parameters.names,
    notes: [...renderer.cube.notes, ...new Set(notes)],
    width,
    height,
    steps,
    levels,
    iterations: numbers.iterations,
    seed: numbers.seed,
    candidates: search.candidates.map((loss) => ({ loss })),
    starts: search.starts.map(({ candidate }) => candidate),
    start: first.candidate,
    from: first.state.iteration,
    before: before.picture,
    beforeLoss: before.loss,
  };
}

/** What a reader should know of a start. */
function notesOf({ renderer, candidates }: Problem, index: number): string[] {
  const { init, parameters, levels, frozen } = candidates[index]!;
  const notes = [...parameters.notes];
  const { needed, most } = renderer.roomToHold(init, sizeOf(levels.at(-1)!), parameters.paths);
  if (frozen && needed > most) {
    const [wanted, allowed] = [needed, most].map((bytes) => `${Math.ceil(bytes / 2 ** 20)} MiB`);
    notes.push(`samples aren't kept at full size, so iterations take longer: ${wanted} needed, ${allowed} allowed`);
  }
  return notes;
}
