import type { Picture } from '../../engine/picture.js';
import type { Psi } from '../../engine/psi.js';
import type { Machine } from '../speed/machine.js';

/** What a comparison of amortised with optimised Ψ tells its consumers, in the order in which it happens. */
export type AmortisedEvent = StartEvent | PairEvent | OutcomeEvent | RecordEvent | DoneEvent;

/** What the target is: a render of the cube itself, from the same camera; a render of another cube; no render of ours. */
export const SETTINGS = ['same cube', 'another cube', 'no render'] as const;
export type Setting = (typeof SETTINGS)[number];

/** How a Ψ is found: not at all, or by f_predict; and what a refinement begins from. */
export const METHODS = [
  'default alone',
  'f_predict alone',
  'from default',
  'from random',
  'from f_predict',
  'best of K',
] as const;
export type Method = (typeof METHODS)[number];

/** What every pair has in common; records of other inputs don't compare. */
export interface Inputs {
  /** Of each refinement. */
  iterations: number;
  /** Longer side of the pictures. */
  size: number;
  seed: number;
  /** K of `best of K`. */
  starts: number;
  loss: string;
  /** Names and digests. */
  features: string;
  predictor: string;
  /** Digests of the cubes, and of the targets that are no renders: null without. */
  cubes: string;
  targets: string | null;
  backend: string;
  device: string;
}

export interface StartEvent {
  type: 'start';
  inputs: Inputs;
  machine: Machine;
  /** How many there will be. */
  pairs: number;
  /** Names of the cubes that Ψ is found for. */
  cubes: readonly string[];
  /** What a reader should know, one line each. */
  notes: readonly string[];
}

/** Which pair: the n-th of a setting, from 0. With the inputs it says all. */
export interface Place {
  setting: Setting;
  index: number;
}

/** A pair begins. */
export interface PairEvent extends Place {
  type: 'pair';
  /** Counted from 1. */
  number: number;
  cube: string;
  target: string;
}

/** Losses as iterations went; the last point is the end, measured as all ends are. */
export interface Curve {
  /** Iterations done before, those of all starts together. */
  iterations: number[];
  losses: number[];
  /** Since the method began, f_predict's own time included. */
  seconds: number[];
}

/** How far a picture, and its Ψ, is from what was wanted. */
export interface Measures {
  /** ‖f_style(render) − f_style(target)‖, 0 to 2. */
  style: number;
  /** Distance of the filter bank's Gram matrices. */
  gram: number;
  /** Sliced Wasserstein distance of the colours. */
  swd: number;
  /** To the truth's picture, where there is one; dB. */
  psnr?: number | undefined;
  ssim?: number | undefined;
  /** Root of the weighted mean square of the difference of rows, see networks/predict/encode.ts. */
  psiError?: number | undefined;
}

/** What one method made of a pair. */
export interface Outcome extends Measures {
  method: Method;
  /** Of the Ψ found, on the draws that all ends are measured on. */
  loss: number;
  seconds: number;
  /** Of a refinement: of all starts together. */
  iterations?: number | undefined;
  curve?: Curve | undefined;
  /** When its best loss so far was no higher than the final one of `from default`; null for never. */
  toDefault?: { iterations: number; seconds: number } | null | undefined;
  psi: Psi;
}

export interface OutcomeEvent extends Place, Outcome {
  type: 'outcome';
  number: number;
}

/** Style distances between pictures that have one style by construction. */
export interface Spread {
  /** The target's view of its cube, and others of it. */
  views: number[];
  /** The target, and the truth on the other cube. */
  acrossCubes?: number | undefined;
}

export interface PairRecord extends Place {
  cube: string;
  target: string;
  /** Why its target or truth says little about its style, when no other was found. */
  degenerate?: string | undefined;
  spread?: Spread | undefined;
  outcomes: Outcome[];
}

/** The pictures of a pair by what they show. */
export type PairPictures = Readonly<Partial<Record<'target' | 'truth' | Method, Picture>>>;

/** A pair is done. */
export interface RecordEvent extends PairRecord {
  type: 'record';
  number: number;
  /** Whether an earlier run had done it. */
  kept: boolean;
  /** Of a pair that wasn't kept. */
  pictures?: PairPictures | undefined;
}

export interface DoneEvent {
  type: 'done';
  /** False when it was interrupted. */
  complete: boolean;
}

/** An event as one JSON line takes it: without pictures, curves and Ψ, which are in the files, and without what was told before. */
export const toJson = (event: AmortisedEvent): string =>
  JSON.stringify(event, (key, value) => (['pictures', 'outcomes', 'curve', 'psi'].includes(key) ? undefined : value));
