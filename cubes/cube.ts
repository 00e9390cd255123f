/** Voxels as the file stores them: integers and floats of up to 32 bits. */
export type Samples = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array;

/** One channel of a cube. */
export interface Channel {
  name: string;
  /** nx·ny·nz values, x fastest: the voxel (x, y, z) is at x + nx·(y + ny·z). All of them are finite. */
  samples: Samples;
  /**
   * The least and the greatest value of the file's samples, lo < hi; those of a downsampled cube are within. The renderer sees
   * (sample − lo)/(hi − lo) ∈ [0, 1].
   */
  range: readonly [lo: number, hi: number];
}

/** A z-stack: channels on one grid with a physical voxel spacing. */
export interface Cube {
  /** Voxels along x, y and z. */
  shape: readonly [nx: number, ny: number, nz: number];
  /** Physical distance of neighbouring voxel centres along x, y and z, in `unit`; all > 0. */
  spacing: readonly [sx: number, sy: number, sz: number];
  /** 'mm', 'µm', … or 'voxel' when the file gives none. */
  unit: string;
  /** One or more. */
  channels: readonly Channel[];
  /** Where it came from: a path, or the phantom's own name and seed. For people and reports. */
  source: string;
  /** What a reader of the result should know: voxels replaced, spacing assumed, frames left out. One line each. */
  notes: readonly string[];
}

/**
 * The box that the cube fills in world units: its longest physical side is 1, its centre the origin.
 * A voxel fills spacing[i] along axis i, so the box is shape·spacing, scaled.
 */
export function worldExtent(cube: Pick<Cube, 'shape' | 'spacing'>): [number, number, number] {
  const side = cube.shape.map((n, axis) => n * cube.spacing[axis]!) as [number, number, number];
  const longest = Math.max(...side);
  return [side[0] / longest, side[1] / longest, side[2] / longest];
}
