import type { Picture } from '../engine/picture.js';
import type { Psi } from '../engine/psi.js';
import type { Checkpoint } from './checkpoint.js';
import type { Level } from './levels.js';

/** What a refinement tells its consumers, in the order in which it happens. */
export type RefineEvent = StartEvent | IterationEvent | RejectedEvent | ChosenEvent | CheckpointEvent | DoneEvent;

export interface StartEvent {
  type: 'start';
  device: string;
  cube: string;
  /** The loss as parseLoss reads it. */
  loss: string;
  /** What `start` frees: a name for each coordinate of the optimizer's vector. */
  free: readonly string[];
  notes: readonly string[];
  /** Of the last level, the full size. */
  width: number;
  height: number;
  /** Samples on each of `start`'s rays, at the last level. */
  steps: number;
  /** Coarse to fine; other starts may have other steps. */
  levels: readonly Level[];
  /** Of each start, at most. */
  iterations: number;
  seed: number;
  /**
   * What the refinement may begin from, with losses at the coarsest level on the draws that the end's is measured on; null for one
   * that isn't finite, and for the only one, which isn't compared.
   */
  candidates: readonly { loss: number | null }[];
  /** The candidates that are refined, by their indices, in that order: those of the lowest losses. */
  starts: readonly number[];
  /** The candidate that the first iteration of this run is of; the first of `starts` where it is yet to be chosen. */
  start: number;
  /** That iteration; more than 0 when `start` is resumed. */
  from: number;
  /** The picture that `start` began with. */
  before: Picture;
  /** Its loss, on the draws that the end's is measured on. */
  beforeLoss: number;
}

export interface IterationEvent {
  type: 'iteration';
  /** The candidate whose it is. */
  start: number;
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
  /** The candidate whose it is. */
  start: number;
  iteration: number;
  reason: string;
  /** What the steps are multiplied with from here on. */
  stepScale: number;
}

/** All starts have come to the last level, or, where it is the only one, to their ends: the best of them is taken. */
export interface ChosenEvent {
  type: 'chosen';
  /** The candidate that goes on alone. */
  start: number;
  /** Losses of the starts' best Ψ, in the order of `StartEvent.starts`: at the last level, on the draws that the end's is measured on. */
  losses: readonly number[];
}

export interface CheckpointEvent {
  type: 'checkpoint';
  checkpoint: Checkpoint;
}

export interface DoneEvent {
  type: 'done';
  /** 'iterations': all were done; 'plateau': the loss had stopped falling; 'aborted': the caller's signal. */
  reason: 'iterations' | 'plateau' | 'aborted';
  /** The candidate that `psi` was found from. */
  start: number;
  /** Of that start, those before a resume included. */
  iterations: number;
  /** Loss of `psi`. */
  loss: number;
  psi: Psi;
  picture: Picture;
  /** The picture that the start began with, and its loss on the same draws. */
  before: Picture;
  beforeLoss: number;
}

/** An event as one JSON line takes it: without pictures and checkpoints, which are files. */
export function toJson(event: RefineEvent): string {
  return JSON.stringify(event, (key, value) => (['before', 'picture', 'checkpoint'].includes(key) ? undefined : value));
}
