import type { Picture } from '../engine/picture.js';
import type { Psi } from '../engine/psi.js';
import type { Checkpoint } from './checkpoint.js';
import type { Level } from './levels.js';

/** What a refinement tells its consumers, in the order in which it happens. */
export type RefineEvent = StartEvent | IterationEvent | RejectedEvent | CheckpointEvent | DoneEvent;

export interface StartEvent {
  type: 'start';
  device: string;
  cube: string;
  /** The loss as parseLoss reads it. */
  loss: string;
  /** What is free: a name for each coordinate of the optimizer's vector. */
  free: readonly string[];
  notes: readonly string[];
  /** Of the last level, the full size. */
  width: number;
  height: number;
  /** Samples on each ray, at the last level. */
  steps: number;
  /** Coarse to fine. */
  levels: readonly Level[];
  iterations: number;
  seed: number;
  /** The first iteration that this run does; more than 0 when it resumes. */
  from: number;
  /** The picture of the Ψ that the refinement began with. */
  before: Picture;
  /** Its loss, on the draws that the end's is measured on. */
  beforeLoss: number;
}

export interface IterationEvent {
  type: 'iteration';
  /** Counted from 0. The loss is that of the Ψ *before* this iteration's step. */
  iteration: number;
  /** Counted from 0, the coarsest. Losses of different levels don't compare. */
  level: number;
  /** Of the picture that was compared. */
  width: number;
  height: number;
  /** Samples on each of its rays. */
  steps: number;
  loss: number;
  /** The loss's members before their weights. */
  terms: Readonly<Record<string, number>>;
  /** Euclidean norm of the gradient with respect to the free reals. */
  gradientNorm: number;
  /** Who makes the step from here. */
  method: 'adam' | 'lbfgs';
  /** False when an L-BFGS step went too far to lower the loss: the next iteration tries a part of it. */
  accepted: boolean;
  /** The lowest loss so far at this level. */
  best: number;
  /** Wall time of this iteration. */
  seconds: number;
}

/** A step led to a loss or a gradient that isn't finite: it is taken back and tried again at half its length. */
export interface RejectedEvent {
  type: 'rejected';
  iteration: number;
  reason: string;
  /** What the steps are multiplied with from here on. */
  stepScale: number;
}

export interface CheckpointEvent {
  type: 'checkpoint';
  checkpoint: Checkpoint;
}

export interface DoneEvent {
  type: 'done';
  /** 'iterations': all were done; 'plateau': the loss had stopped falling; 'aborted': the caller's signal. */
  reason: 'iterations' | 'plateau' | 'aborted';
  /** Iterations done in all, those before a resume included. */
  iterations: number;
  /** Loss of `psi`. */
  loss: number;
  psi: Psi;
  picture: Picture;
}

/** An event as one JSON line takes it: without pictures and checkpoints, which are files. */
export function toJson(event: RefineEvent): string {
  return JSON.stringify(event, (key, value) => (['before', 'picture', 'checkpoint'].includes(key) ? undefined : value));
}
