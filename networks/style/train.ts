import { createHash } from 'node:crypto';
import { usage, VoxstyleError } from '../../errors.js';
import { type Schedule, warmupCosine } from '../../optimizers/index.js';
import type { Tensors } from '../../tensors/index.js';
import { adamStep, noMoments } from './adam.js';
import { parameterCount, STYLE_ARCHITECTURE, type StyleArchitecture } from './architecture.js';
import type { Batches, StyleBatch } from './batch.js';
import { type Checkpoint, requireSameInputs, type TrainState } from './checkpoint.js';
import { evaluate, type RecallOptions } from './evaluate.js';
import type { RejectedEvent, StepEvent, TrainEvent, ValidationEvent } from './events.js';
import { lossAndGradient } from './gradient.js';
import { initialWeights, modelCode } from './model.js';
import { infoNce, type Objective } from './objectives.js';
import { Prefetch } from './prefetch.js';

export const TRAIN_DEFAULTS = { steps: 8000, peakRate: 1e-3, validateEvery: 250, patience: 12, seed: 1 } as const;

export interface TrainOptions {
  tensors: Tensors;
  batches: Batches;
  /** Pictures that aren't trained on, for recall@1. Their styles and cubes should be others too. */
  validation: StyleBatch;
  /** How recall is measured. */
  recall?: RecallOptions | undefined;
  architecture?: StyleArchitecture | undefined;
  /** Default InfoNCE. */
  objective?: Objective | undefined;
  /** Default 8000. */
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
  /** What else a resumed training must share, by name: a digest of the data, say. */
  inputs?: Readonly<Record<string, string>> | undefined;
  signal?: AbortSignal | undefined;
}

/** Rejections in a row that end a training. */
const MOST_REJECTED = 10;

/** What an accepted step lengthens shortened steps by: they recover from a halving in 35. */
const RECOVERY = 1.02;

/**
 * Trains a style network with Adam.
 *
 * Yields `start`; a `step` for each one (or `rejected`); a `validation` before the first and every `validateEvery`
 * steps, and a `checkpoint` after each and at the end; `done` with the weights of the best validation. The same inputs,
 * seed and backend give the same weights bit for bit, also across a resume. While a step is made, the next batch is
 * already asked for.
 *
 *     for await (const event of train({ tensors, batches, validation })) {
 *       if (event.type === 'done') await saveStyle('f_style.json', event.model);
 *     }
 *
 * @throws VoxstyleError `usage` for a wrong option, `bad-input` for pictures that nothing can be learned from.
 */
export async function* train(options: TrainOptions): AsyncGenerator<TrainEvent, void, undefined> {
  const { tensors, batches, validation, resume, signal } = options;
  const { architecture = STYLE_ARCHITECTURE, objective = infoNce(), recall = {} } = options;
  const { steps, seed, validateEvery, patience } = { ...TRAIN_DEFAULTS, ...defined(options) };
  for (const [name, value] of Object.entries({ steps, validateEvery, patience })) {
    if (!Number.isInteger(value) || value < 1) throw usage(name, 'a whole number, 1 or more', `${value}`, 'correct it');
  }
  const rate = options.learningRate ?? defaultRate(steps);
  const inputs = { ...options.inputs, architecture: digest(architecture), objective: objective.name, seed: `${seed}` };
  if (resume) requireSameInputs(resume, inputs);
  let state = resume?.state ?? firstState(architecture, seed);
  let saved = -1;
  const parameters = parameterCount(architecture);
  const start = { backend: tensors.backend, objective: objective.name, parameters, steps, seed, from: state.step };
  yield { type: 'start', ...start };

  const prefetch = new Prefetch(batches);
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
      const batch = await prefetch.take(state.step, state.step + 1 < steps);
      const waited = (performance.now() - begun) / 1000;
      const { event, next } = await step(batch, begun);
      state = next;
      yield event.type === 'step' ? { ...event, waited } : event;
    }
  } finally {
    await prefetch.settle();
  }
  if (saved !== state.step) yield checkpoint();
  const reason = state.waited >= patience ? 'plateau' : state.step >= steps ? 'steps' : 'aborted';
  const best = state.best ?? { step: state.step, score: 0, weights: state.weights };
  const model = { architecture, weights: best.weights };
  yield { type: 'done', reason, steps: state.step, best: { step: best.step, score: best.score }, model };

  function checkpoint(): TrainEvent {
    return { type: 'checkpoint', checkpoint: { inputs, state } };
  }

  async function validate(): Promise<ValidationEvent> {
    const { weights, step } = state;
    const recalls = await evaluate(modelCode(tensors, { architecture, weights }), validation, recall);
    const score = (recalls['same-cube'].recall + recalls['across-cubes'].recall) / 2;
    const better = state.best === null || score > state.best.score;
    const chosen = better ? { best: { step, score, weights }, waited: 0 } : { waited: state.waited + 1 };
    state = { ...state, ...chosen, validated: step };
    const best = { step: state.best!.step, score: state.best!.score };
    return { type: 'validation', step, recalls, score, best, waited: state.waited };
  }

  async function step(
    batch: StyleBatch,
    begun: number,
  ): Promise<{ event: StepEvent | RejectedEvent; next: TrainState }> {
    const { weights, moments, step: index, taken, stepScale } = state;
    const { loss, gradient } = await lossAndGradient(tensors, { architecture, weights }, objective, batch);
    const learningRate = rate(index) * stepScale;
    const moved = Number.isFinite(loss) ? adamStep(weights, moments, gradient, taken + 1, learningRate) : undefined;
    if (moved) {
      const next = { step: index + 1, taken: taken + 1, stepScale: Math.min(1, stepScale * RECOVERY), rejected: 0 };
      const seconds = (performance.now() - begun) / 1000;
      const event = { step: index, loss, learningRate, gradientNorm: norm(gradient), seconds, waited: 0 };
      return { event: { type: 'step', ...event }, next: { ...state, ...next, ...moved } };
    }
    const reason = Number.isFinite(loss) ? 'the gradient isn’t finite' : `the loss is ${loss}`;
    const rejected = state.rejected + 1;
    if (rejected >= MOST_REJECTED) throw hopeless(index, reason);
    const next = { ...state, step: index + 1, stepScale: stepScale / 2, rejected };
    return { event: { type: 'rejected', step: index, reason, stepScale: next.stepScale }, next };
  }
}

function firstState(architecture: StyleArchitecture, seed: number): TrainState {
  const weights = initialWeights(architecture, seed);
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

const digest = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);

const norm = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

function hopeless(step: number, reason: string): VoxstyleError {
  return new VoxstyleError('internal', {
    where: `training step ${step}`,
    expected: 'a finite loss and gradient',
    found: `${reason}, as in the ${MOST_REJECTED - 1} steps before`,
    fix: 'check the pictures, or train with a lower learning rate',
  });
}
