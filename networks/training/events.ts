import type { Checkpoint } from './checkpoint.js';

/** What a training tells its consumers, in the order in which it happens. */
export type TrainEvent = StartEvent | StepEvent | RejectedEvent | ValidationEvent | CheckpointEvent | DoneEvent;

export interface StartEvent {
  type: 'start';
  backend: string;
  objective: string;
  /** How many weights are trained. */
  parameters: number;
  steps: number;
  seed: number;
  /** The first step that this run does; more than 0 when it resumes. */
  from: number;
}

export interface StepEvent {
  type: 'step';
  /** Counted from 0. The loss is that of the weights *before* this step. */
  step: number;
  loss: number;
  /** Parts of the loss, by name. */
  terms?: Readonly<Record<string, number>>;
  learningRate: number;
  /** Euclidean norm of the gradient. */
  gradientNorm: number;
  /** Wall time of this step, and of it what was waited for the batch. */
  seconds: number;
  waited: number;
}

/** A step would have led to what isn't finite: the weights stay as they are, and the next steps are shorter. */
export interface RejectedEvent {
  type: 'rejected';
  step: number;
  reason: string;
  /** What the learning rate is multiplied with from here on; it recovers. */
  stepScale: number;
}

export interface ValidationEvent {
  type: 'validation';
  /** Steps done. */
  step: number;
  /** How good the weights are, by the learner's names. */
  figures: Readonly<Record<string, number>>;
  /** By which the best weights are chosen; more is better. */
  score: number;
  best: { step: number; score: number };
  /** Validations since the best. */
  waited: number;
}

export interface CheckpointEvent {
  type: 'checkpoint';
  checkpoint: Checkpoint;
}

export interface DoneEvent {
  type: 'done';
  /** 'steps': all were done; 'plateau': the score had stopped rising; 'aborted': the caller's signal. */
  reason: 'steps' | 'plateau' | 'aborted';
  /** Steps done in all, those before a resume included. */
  steps: number;
  best: { step: number; score: number };
  /** The best ones; those of the last step when nothing was validated. */
  weights: Float32Array;
}

/** An event as one JSON line takes it: without weights, which are files. */
export function toJson(event: TrainEvent): string {
  return JSON.stringify(event, (key, value) => (['weights', 'checkpoint'].includes(key) ? undefined : value));
}
