import type { Picture } from '../../engine/picture.js';

/** What a comparison of losses tells its consumers, in the order in which it happens. */
export type LossesEvent = StartEvent | ColumnEvent | CellEvent | RefusedEvent | DoneEvent;

/** What every cell has in common; records of other settings don't compare. */
export interface Settings {
  /** Most iterations of a refinement. */
  iterations: number;
  /** Longer side of the pictures. */
  size: number;
  seed: number;
  /** Selectors of what may change; null for what the default Ψ frees. */
  free: readonly string[] | null;
  /** Name and digest. */
  features: string;
  backend: string;
  device: string;
}

export interface StartEvent {
  type: 'start';
  settings: Settings;
  /** Names, each once. */
  cubes: readonly string[];
  targets: readonly string[];
  losses: readonly string[];
  /** The losses whose values are told of every cell. */
  gauges: readonly string[];
  /** How many there will be: cubes × targets × losses. */
  cells: number;
  /** What a reader should know of the cubes and pictures, one line each. */
  notes: readonly string[];
}

/** A cube and a target that the losses are going to be tried on. */
export interface ColumnEvent {
  type: 'column';
  cube: string;
  target: string;
  /** What a refinement begins with. */
  start: Picture;
  /** The target at the same size. */
  goal: Picture;
}

/** One refinement of a cube towards a target by a loss alone. */
export interface Cell {
  cube: string;
  target: string;
  loss: string;
  /** Digest of all three's names and contents. */
  key: string;
  /** The loss's own value of the first and of the last picture. */
  before: number;
  after: number;
  /** before / after; in JSON null where after is 0. */
  ratio: number;
  seconds: number;
  /** Done; fewer than asked for when the loss had stopped falling. */
  iterations: number;
  /** Values of the gauges, those that can be had of the pictures. */
  others: Readonly<Record<string, { before: number; after: number }>>;
}

export interface CellEvent extends Cell {
  type: 'cell';
  /** Counted from 1. */
  number: number;
  /** Whether an earlier run had done it. */
  kept: boolean;
  /** The last picture, of a cell that wasn't kept. */
  picture?: Picture | undefined;
}

/** A loss that can't be applied here. */
export interface RefusedEvent {
  type: 'refused';
  number: number;
  cube: string;
  target: string;
  loss: string;
  reason: string;
}

export interface DoneEvent {
  type: 'done';
  /** False when it was interrupted. */
  complete: boolean;
}

/** An event as one JSON line takes it: without pictures, which are files. */
export const toJson = (event: LossesEvent): string =>
  JSON.stringify(event, (key, value) => (['start', 'goal', 'picture'].includes(key) ? undefined : value));
