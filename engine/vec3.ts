/** Three coordinates along x, y and z. */
export type Vec3 = [x: number, y: number, z: number];

export const cross = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

export const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** Σ weight·vector. */
export const combine = (...terms: readonly (readonly [weight: number, vector: Vec3])[]): Vec3 =>
  terms.reduce<Vec3>(([x, y, z], [s, v]) => [x + s * v[0], y + s * v[1], z + s * v[2]], [0, 0, 0]);

export const radians = (degrees: number) => (degrees * Math.PI) / 180;
