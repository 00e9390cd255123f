import type { IterationEvent, RejectedEvent } from './events.js';
import { ascend } from './levels.js';
import { evaluate, type Problem } from './problem.js';
import type { Start } from './search.js';
import { accept, backtrack, fault, overshoots, reject } from './step.js';

/**
 * One iteration of a start: the start after it, and what is told of it.
 *
 * @throws VoxstyleError as `reject`, and `device-lost`.
 */
export async function iterate(
  { state, candidate: index }: Start,
  problem: Problem,
): Promise<{ start: Start; event: IterationEvent | RejectedEvent }> {
  const begun = performance.now();
  const [candidate, plan] = [problem.candidates[index]!, problem.plans[index]!];
  const { parameters, levels } = candidate;
  const { iteration, level } = state;
  const { value, terms = {}, natural } = await evaluate(problem, candidate, state);
  const gradient = parameters.pullback(Float64Array.from(state.reals), natural);
  const evaluation = { loss: value, gradient };
  const reason = fault(evaluation);
  if (reason !== undefined) {
    const { length } = problem.candidates;
    const back = reject(state, reason, parameters, length > 1 ? `candidate ${index + 1} of ${length}` : undefined);
    const { stepScale } = back;
    return {
      start: { candidate: index, state: back },
      event: { type: 'rejected', start: index, iteration, reason, stepScale },
    };
  }
  const tooFar = overshoots(state, evaluation);
  const stepped = tooFar ? backtrack(state, parameters, plan) : accept(state, evaluation, parameters, plan);
  const { width, height, steps } = levels[level]!;
  return {
    start: { candidate: index, state: ascend(stepped, levels, plan) },
    event: {
      type: 'iteration',
      start: index,
      iteration,
      level,
      width,
      height,
      steps,
      loss: value,
      terms,
      gradientNorm: Math.hypot(...gradient),
      method: iteration < plan.polishFrom ? 'adam' : 'lbfgs',
      accepted: !tooFar,
      best: stepped.best!.loss,
      seconds: (performance.now() - begun) / 1000,
    },
  };
}
