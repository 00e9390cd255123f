/** Which page of a TIFF file is which plane of the cube. */
export interface StackLayout {
  /** Planes along z. */
  slices: number;
  /** Channels that have pages of their own; each has as many channels as a pixel has samples. */
  channels: number;
  /** One name a channel after the samples are split, where the file gives them. */
  names: readonly string[];
  /** The page of a slice and channel at the first time point. */
  page(slice: number, channel: number): number;
  /** Distance of voxel centres; a component is undefined when the file doesn't give it. */
  spacing: readonly [number | undefined, number | undefined, number | undefined];
  unit: string;
  notes: readonly string[];
}

/** What the first page says, as far as layouts need it. */
export interface StackTags {
  description: string;
  pages: number;
  samplesPerPixel: number;
  /** Pixels per unit along x and y. */
  resolution: readonly [number | undefined, number | undefined];
}
