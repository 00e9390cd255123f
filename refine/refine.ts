import type { Picture } from '../engine/picture.js';
import type { Psi } from '../engine/psi.js';
import type { Renderer } from '../engine/renderer.js';
import { CHECKPOINT_VERSION, requireSameInputs } from './checkpoint.js';
import type { Targets } from './comparisons.js';
import type { DoneEvent, RefineEvent } from './events.js';
import { ascend } from './levels.js';
import type { RefineOptions } from './options.js';
import { openProblem, type Problem } from './problem.js';
import { accept, backtrack, fault, firstState, overshoots, reject } from './step.js';

/**
 * Finds the Ψ with which the renderer's cube looks like the target, by gradient descent on what is free.
 *
 * Most iterations are done on a smaller picture with fewer samples on each ray, the last at the full size; see levels.ts.
 *
 * Yields `start`, an `iteration` for each step (or `rejected`), a `checkpoint` now and then and at the end, and `done`.
 * The same inputs, seed and device give the same Ψ bit for bit, also across a resume.
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
    yield* descend(renderer, problem, options);
  } finally {
    for (const loss of problem.losses) loss.dispose?.();
  }
}

async function* descend(
  renderer: Renderer,
  problem: Problem,
  options: RefineOptions,
): AsyncGenerator<RefineEvent, void, undefined> {
  const { cube } = renderer;
  const { init, parameters, plan, levels, losses, inputs, frozen } = problem;
  const { iterations, seed, checkpointEvery } = problem.numbers;
  const last = levels.length - 1;
  const { width, height, steps } = levels[last]!;
  if (options.resume) requireSameInputs(options.resume, inputs);
  let state = options.resume?.state ?? firstState(parameters, plan);

  const { picture: before } = await renderer.forward(init, { width, height });
  yield {
    type: 'start',
    device: renderer.device.driver,
    cube: cube.source,
    loss: losses[last]!.name,
    free: parameters.names,
    notes: [...cube.notes, ...parameters.notes, ...(frozen ? memoryNotes() : [])],
    width,
    height,
    steps,
    levels,
    iterations,
    seed,
    from: state.iteration,
    before,
    beforeLoss: (await losses[last]!.evaluate(before, { seed, iteration: iterations })).value,
  };

  function memoryNotes(): string[] {
    const { needed, most } = renderer.roomToHold(init, { width, height }, parameters.paths);
    if (needed <= most) return [];
    const [wanted, allowed] = [needed, most].map((bytes) => `${Math.ceil(bytes / 2 ** 20)} MiB`);
    return [`samples aren't kept at full size, so iterations take longer: ${wanted} needed, ${allowed} allowed`];
  }

  const checkpoint = (): RefineEvent => ({
    type: 'checkpoint',
    checkpoint: { version: CHECKPOINT_VERSION, inputs, state },
  });
  let saved = state.iteration;
  while (state.iteration < iterations && state.stopped === null && !options.signal?.aborted) {
    const begun = performance.now();
    const { iteration, level } = state;
    const { value, terms = {}, natural } = await problem.evaluate(state.reals, level, { seed, iteration });
    const gradient = parameters.pullback(Float64Array.from(state.reals), natural);
    const reason = fault({ loss: value, gradient });
    if (reason !== undefined) {
      state = reject(state, reason, parameters);
      yield { type: 'rejected', iteration, reason, stepScale: state.stepScale };
      continue;
    }
    const evaluation = { loss: value, gradient };
    const tooFar = overshoots(state, evaluation);
    state = tooFar ? backtrack(state, parameters, plan) : accept(state, evaluation, parameters, plan);
    const best = state.best!.loss;
    state = ascend(state, levels, plan);
    yield {
      type: 'iteration',
      iteration,
      level,
      width: levels[level]!.width,
      height: levels[level]!.height,
      steps: levels[level]!.steps,
      loss: value,
      terms,
      gradientNorm: Math.hypot(...gradient),
      method: iteration < plan.polishFrom ? 'adam' : 'lbfgs',
      accepted: !tooFar,
      best,
      seconds: (performance.now() - begun) / 1000,
    };
    if (state.iteration - saved >= checkpointEvery) {
      saved = state.iteration;
      yield checkpoint();
    }
  }
  if (saved !== state.iteration || state.iteration === 0) yield checkpoint();
  yield await finish();

  /**
   * The better of the last point and the best one met, compared on the same draws: a stochastic loss's lowest value
   * may owe more to its draw than to its Ψ.
   */
  async function finish(): Promise<DoneEvent> {
    // A level that has just begun has no best yet, but the point that it began from.
    const best = state.best ?? state.accepted;
    const candidates = [...(best ? [best.reals] : []), state.reals];
    const ended = state.stopped ?? (state.iteration < iterations ? 'aborted' : 'iterations');
    let chosen: { loss: number; psi: Psi; picture: Picture } | undefined;
    for (const reals of candidates) {
      const { psi, picture } = await problem.render(reals, levels[last]!);
      const { value } = await losses[last]!.evaluate(picture, { seed, iteration: iterations });
      if (chosen === undefined || value < chosen.loss) chosen = { loss: value, psi, picture };
    }
    return { type: 'done', reason: ended, iterations: state.iteration, ...chosen! };
  }
}
