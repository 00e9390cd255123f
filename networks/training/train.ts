import { usage, VoxstyleError } from '../../errors.js';
import { type Schedule, warmupCosine } from '../../optimizers/index.js';
import { adamStep, noMoments } from './adam.js';
import { type Checkpoint, requireSameInputs, type TrainState } from './checkpoint.js';
import type { RejectedEvent, StepEvent, TrainEvent, ValidationEvent } from './events.js';
import type { Learner } from './learner.js';
import { Prefetch } from './prefetch.js';

export const TRAIN_DEFAULTS = { steps: 8000, peakRate: 1e-3, validateEvery: 250, patience: 12, seed: 1 } as const;

export interface TrainOptions {
  /** Learning rates depend on it. Default 8000, or as many as the training that is resumed was to have. */
  steps?: number | undefined;
  /** Default a warm-up over a twentieth of the steps to 0.001, then half a cosine to 0. */
  learningRate?: Schedule | undefined;
  /** Of the first weights. Default 1. */
  seed?: number | undefined;
  /** Steps from one validation, and checkpoint, to the next. Default 250. */
  validateEvery?: number | undefined;
  /** Validations without a better score after which training stops. Default 12. */
  patience?: number | undefined;
  /** Goes on from here. */
  resume?: Checkpoint | undefined;
  signal?: AbortSignal | undefined;
  /** Whether the next batch is made while a step is; else when the step is done. Default true. */
  prefetch?: boolean | undefined;
}

/** Rejections in a row that end a training. */
const MOST_REJECTED = 10;

/** What an accepted step lengthens shortened steps by: they recover from a halving in 35. */
const RECOVERY = 1.02;

/**
 * Trains what it is given with Adam.
 *
 * Yields `start`; a `step` for each one (or `rejected`); a `validation` before the first and every `validateEvery`
 * steps, and a `checkpoint` after each and at the end; `done` with the weights of the best validation. The same
 * learner, seed and backend give the same weights bit for bit, also across a resume.
 *
 * @throws VoxstyleError `usage` for a wrong option, `internal` when nothing finite is left to go on with; and what the
 *   learner throws.
 */
export async function* train<Batch>(
  learner: Learner<Batch>,
  options: TrainOptions = {},
): AsyncGenerator<TrainEvent, void, undefined> {
  const { resume, signal, prefetch = true } = options;
  const before = resume && { steps: resume.steps };
  const { steps, seed, validateEvery, patience } = { ...TRAIN_DEFAULTS, ...before, ...defined(options) };
  for (const [name, value] of Object.entries({ steps, validateEvery, patience })) {
    if (!Number.isInteger(value) || value < 1) throw usage(name, 'a whole number, 1 or more', `${value}`, 'correct it');
  }
  const rate = options.learningRate ?? defaultRate(steps);
  const inputs = { ...learner.inputs, seed: `${seed}` };
  if (resume) requireSameInputs(resume, inputs);
  let state = resume?.state ?? firstState(learner.initial(seed));
  let saved = -1;
  const { backend, objective, parameters } = learner;
  yield { type: 'start', backend, objective, parameters, steps, seed, from: state.step };

  const batches = new Prefetch((index) => learner.batch(index));
  try {
    while (true) {
      const aborted = signal?.aborted ?? false;
      const ended = aborted || state.step >= steps;
      if (!aborted && state.validated !== state.step && (state.step % validateEvery === 0 || ended)) {
        const event = await validate();
        yield event;
        saved = state.step;
        yield checkpoint();
      }
      if (ended || state.waited >= patience) break;
      const begun = performance.now();
      const batch = await batches.take(state.step, prefetch && state.step + 1 < steps);
      const waited = (performance.now() - begun) / 1000;
      const { event, next } = await step(batch, begun);
      state = next;
      yield event.type === 'step' ? { ...event, waited } : event;
    }
  } finally {
    await batches.settle();
  }
  if (saved !== state.step) yield checkpoint();
  const reason = state.waited >= patience ? 'plateau' : state.step >= steps ? 'steps' : 'aborted';
  const { weights, ...best } = state.best ?? { step: state.step, score: 0, weights: state.weights };
  yield { type: 'done', reason, steps: state.step, best, weights };

  function checkpoint(): TrainEvent {
    return { type: 'checkpoint', checkpoint: { inputs, steps, state } };
  }

  async function validate(): Promise<ValidationEvent> {
    const { weights, step } = state;
    const { score, figures } = await learner.validate(weights);
    const odd = Object.entries({ ...figures, score }).find(([, value]) => !Number.isFinite(value));
    if (odd) throw hopeless(`validation after ${step} steps`, 'finite figures', `${odd[0]} of ${odd[1]}`);
    const better = state.best === null || score > state.best.score;
    const chosen = better ? { best: { step, score, weights }, waited: 0 } : { waited: state.waited + 1 };
    state = { ...state, ...chosen, validated: step };
    const best = { step: state.best!.step, score: state.best!.score };
    return { type: 'validation', step, figures, score, best, waited: state.waited };
  }

  async function step(batch: Batch, begun: number): Promise<{ event: StepEvent | RejectedEvent; next: TrainState }> {
    const { weights, moments, step: index, taken, stepScale } = state;
    const { loss, gradient, terms } = await learner.lossAndGradient(weights, batch, index);
    const learningRate = rate(index) * stepScale;
    const moved = Number.isFinite(loss) ? adamStep(weights, moments, gradient, taken + 1, learningRate) : undefined;
    if (moved) {
      const next = { step: index + 1, taken: taken + 1, stepScale: Math.min(1, stepScale * RECOVERY), rejected: 0 };
      const seconds = (performance.now() - begun) / 1000;
      const found = { step: index, loss, ...(terms && { terms }), learningRate, gradientNorm: norm(gradient) };
      return { event: { type: 'step', ...found, seconds, waited: 0 }, next: { ...state, ...next, ...moved } };
    }
    const reason = Number.isFinite(loss) ? 'the gradient isn’t finite' : `the loss is ${loss}`;
    const rejected = state.rejected + 1;
    if (rejected >= MOST_REJECTED) {
      const found = `${reason}, as in the ${MOST_REJECTED - 1} steps before`;
      throw hopeless(`training step ${index}`, 'a finite loss and gradient', found);
    }
    const next = { ...state, step: index + 1, stepScale: stepScale / 2, rejected };
    return { event: { type: 'rejected', step: index, reason, stepScale: next.stepScale }, next };
  }
}

function firstState(weights: Float32Array): TrainState {
  const counts = { step: 0, taken: 0, stepScale: 1, rejected: 0, validated: -1, waited: 0 };
  return { ...counts, weights, moments: noMoments(weights.length), best: null };
}

function defaultRate(steps: number): Schedule {
  return warmupCosine({ peak: TRAIN_DEFAULTS.peakRate, warmupSteps: Math.floor(steps / 20), steps, init: 1e-5 });
}

const defined = (options: TrainOptions) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<
    Record<'steps' | 'seed' | 'validateEvery' | 'patience', number>
  >;

const norm = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

const hopeless = (where: string, expected: string, found: string) =>
  new VoxstyleError('internal', {
    where,
    expected,
    found,
    fix: 'check what it is trained on, or train with a lower learning rate',
  });
