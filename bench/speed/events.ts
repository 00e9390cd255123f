import type { Device } from '../../engine/device.js';
import type { Timings } from './clock.js';
import type { Machine } from './machine.js';

/** What a benchmark tells its consumers, in the order in which it happens. */
export type SpeedEvent = StartEvent | MeasuringEvent | RowEvent | LeftOutEvent | DoneEvent;

export type Section = 'peers' | 'goal' | 'volumes' | 'sweeps' | 'memory';

export interface StartEvent {
  type: 'start';
  machine: Machine;
  /** Counted rounds; medians are over them. */
  runs: number;
  quick: boolean;
  /** How times were taken, for people. */
  method: string;
}

/** A scene begins. */
export interface MeasuringEvent {
  type: 'measuring';
  section: Section;
  scene: string;
}

/** One way of computing one scene. Milliseconds; bytes. */
export interface RowEvent {
  type: 'row';
  section: Section;
  scene: string;
  /** Who computes it, and how. */
  way: string;
  timings: Timings;
  /** The warm-up's forward and adjoint, with what is done only once. */
  first?: number | undefined;
  /** Pixels × steps; where they are compared with what the device can fetch, those in the cube. */
  samples?: number;
  /** Times as fast as the simple kernels on the same scene, forward and adjoint. */
  faster?: number | undefined;
  /** Its time over that of each peer, forward and adjoint: 0.5 is twice as fast. */
  ratios?: Readonly<Record<string, number>>;
  /** What it computed, to be compared with the others. */
  figures?: Figures;
  /** What forward and adjoint together should take. */
  goalMs?: number;
  /** Samples a second of the device's own time, forward and adjoint, over those that it fetches when it does nothing else. */
  ceilingShare?: number;
  /** Where the row stands in a sweep. */
  sweep?: { factor: string; value: number | string; work: number };
  /** Share of the voxels that Ψ leaves without extinction. */
  empty?: number;
  /** Of the device, for samples that are kept because the camera is frozen; 0 when none are. */
  heldBytes?: number;
  /** Of this process after the scene, and the most so far. */
  rss?: number;
  peakRss?: number;
}

/** Means of r, g, b and transmittance in light; sums of the gradient over all knots by r, g, b and extinction. */
export interface Figures {
  mean: readonly number[];
  gradient: readonly number[];
  /** The largest difference from the scene's reference, relative to the largest figure of its kind; absent for the reference. */
  difference?: number;
}

/** `missing`: a program that couldn't be built or run; `skipped`: a point beyond a limit or the time for one point. */
export interface LeftOutEvent {
  type: 'missing' | 'skipped';
  section: Section;
  scene: string;
  way: string;
  reason: string;
}

/** What a section of several scenes has to say before one and after it. */
export type Step = { measuring: string } | { rows: readonly (RowEvent | LeftOutEvent)[] };

export interface DoneEvent {
  type: 'done';
  /** False when it was interrupted. */
  complete: boolean;
  /** Rows whose figures differ from their reference by more than rounding explains. */
  disagreeing: readonly string[];
}

/** What all parts of the benchmark are given. */
export interface Bench {
  device: Device;
  /** Counted rounds, at least 1. */
  runs: number;
  /** Small scenes: whether everything runs, not how fast. */
  quick: boolean;
  signal?: AbortSignal | undefined;
}
