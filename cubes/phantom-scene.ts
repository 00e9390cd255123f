import type { Cube, Samples } from './cube.js';

/** One structure of a phantom. `value` is its number in the label map. */
export interface PhantomLabel {
  value: number;
  name: string;
}

/** A phantom with what it was made from. */
export interface LabelledPhantom {
  cube: Cube;
  /** One label a voxel, x fastest, like the cube's samples. 0 is the background. */
  labels: Uint8Array;
  table: readonly PhantomLabel[];
}

/** What a kind of phantom hands over. */
export interface PhantomScene extends Omit<LabelledPhantom, 'cube'> {
  shape: readonly [number, number, number];
  spacing: readonly [number, number, number];
  unit: string;
  channels: readonly { name: string; samples: Samples }[];
}
