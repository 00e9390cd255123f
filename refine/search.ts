import type { Search } from './checkpoint.js';
import { type Measured, measure, type Problem } from './problem.js';
import { firstState } from './step.js';

/** Orders losses, the lowest first; those that aren't finite come last. */
function byLoss(a: number | null, b: number | null): number {
  const [low, high] = [a, b].map((loss) => (Number.isFinite(loss) ? loss! : Number.POSITIVE_INFINITY)) as [
    number,
    number,
  ];
  return low < high ? -1 : low > high ? 1 : 0;
}

/**
 * A search before its first iteration: the candidates of the lowest losses at the coarsest level are the starts.
 *
 * Where a loss compares with the picture one begins with, it is each candidate's own: such a term is 0 for all of them, so that
 * what they are told apart by is how near they are to the target. One picture for all would favour the candidate whose it is.
 */
export async function beginSearch(problem: Problem): Promise<Search> {
  const { candidates, plans, numbers } = problem;
  const losses: (number | null)[] = [];
  for (const candidate of candidates) {
    const { loss } = candidates.length > 1 ? await measure(problem, candidate, candidate.init, 0) : { loss: null };
    losses.push(Number.isFinite(loss) ? loss : null);
  }
  const ranked = [...candidates.keys()].sort((a, b) => byLoss(losses[a]!, losses[b]!));
  const starts = ranked.slice(0, numbers.starts).map((candidate) => ({
    candidate,
    state: firstState(candidates[candidate]!.parameters, plans[candidate]!),
  }));
  return { candidates: losses, starts, taken: starts.length === 1 ? ranked[0]! : null };
}

export type Start = Search['starts'][number];

/** The start that the next iteration is of: each in turn until it waits for the others, then the taken one; undefined when none is. */
export function underWay({ starts, taken }: Search, problem: Problem): Start | undefined {
  return taken === null
    ? starts.find((start) => !waits(start, problem))
    : starts.find((start) => start.candidate === taken && !isOver(start, problem));
}

/** The taken start, or the first while none is. */
export const startOf = ({ starts, taken }: Search): Start =>
  starts.find(({ candidate }) => candidate === taken) ?? starts[0]!;

const isOver = ({ state }: Start, { numbers }: Problem) =>
  state.stopped !== null || state.iteration >= numbers.iterations;

/** Whether a start has come to where one is taken: the last level, or its end where there is but one level. */
function waits(start: Start, problem: Problem): boolean {
  const { length } = problem.candidates[start.candidate]!.levels;
  return isOver(start, problem) || (length > 1 && start.state.level === length - 1);
}

/** The search with a start in another state. */
export const withStart = (search: Search, changed: Start): Search => ({
  ...search,
  starts: search.starts.map((start) => (start.candidate === changed.candidate ? changed : start)),
});

/** A start's best Ψ at the full size. */
export interface Found extends Measured {
  start: Start;
}

/** What the best of the starts has found, or the taken one; and the losses of those that were compared, in their order. */
export async function bestOf({ starts, taken }: Search, problem: Problem): Promise<{ best: Found; losses: number[] }> {
  const losses: number[] = [];
  let best: Found | undefined;
  for (const start of starts) {
    if (taken !== null && start.candidate !== taken) continue;
    const found = await bestAt(start, problem);
    losses.push(found.loss);
    if (best === undefined || byLoss(found.loss, best.loss) < 0) best = { ...found, start };
  }
  return { best: best!, losses };
}

/**
 * The better of the last point and the best one met, compared on the same draws: a stochastic loss's lowest value
 * may owe more to its draw than to its Ψ.
 */
async function bestAt({ candidate: index, state }: Start, problem: Problem): Promise<Measured> {
  const candidate = problem.candidates[index]!;
  // A level that has just begun has no best yet, but the point that it began from.
  const met = state.best ?? state.accepted;
  let best: Measured | undefined;
  for (const reals of [...(met ? [met.reals] : []), state.reals]) {
    const psi = candidate.parameters.toPsi(Float64Array.from(reals));
    const found = await measure(problem, candidate, psi, candidate.levels.length - 1);
    if (best === undefined || byLoss(found.loss, best.loss) < 0) best = found;
  }
  return best!;
}
