import type { Random } from '../random.js';

/** A unit vector in colour space. */
export type Direction = readonly [number, number, number];

const GOLDEN = (1 + Math.sqrt(5)) / 2;

/** One of each pair of opposite corners: 6 of the icosahedron, then 10 of its dual dodecahedron. */
const CORNERS: readonly Direction[] = [
  ...bothSigns((s) => [0, 1, s * GOLDEN]),
  ...bothSigns((s) => [1, s * GOLDEN, 0]),
  ...bothSigns((s) => [GOLDEN, 0, s]),
  [1, 1, 1],
  [1, 1, -1],
  [1, -1, 1],
  [-1, 1, 1],
  ...bothSigns((s) => [0, GOLDEN, s / GOLDEN]),
  ...bothSigns((s) => [GOLDEN, s / GOLDEN, 0]),
  ...bothSigns((s) => [1 / GOLDEN, 0, s * GOLDEN]),
];
const AXES = CORNERS.map(unit);

/**
 * The 16 unit directions that a colour distribution is sliced along: the axes through the corners of an icosahedron and
 * through the middles of its faces, turned by a uniformly random rotation. An axis stands for both its ends, since the
 * slice along −u is the slice along u.
 *
 * Each direction alone is uniform on the sphere, so that the mean over them estimates the mean over the sphere without
 * bias. Together they are a spherical 5-design (Delsarte, Goethals, Seidel 1977): the mean of any quadratic form,
 * and so the distance of two distributions that differ by a shift, is exact for every rotation, and what is left varies
 * some 15 times less or better from draw to draw than with 16 independent directions.
 *
 * Even directions under a random rotation: Nguyen, Bariletto, Ho, "Quasi-Monte Carlo for 3D sliced Wasserstein", ICLR
 * 2024. The rotation is a unit quaternion of four normals.
 */
export function randomDirections(random: Random): Direction[] {
  const rotate = randomRotation(random);
  return AXES.map(([x, y, z]) => rotate(x, y, z));
}

function bothSigns(axis: (sign: number) => Direction): Direction[] {
  return [axis(1), axis(-1)];
}

function unit([x, y, z]: Direction): Direction {
  const length = Math.sqrt(x * x + y * y + z * z);
  return [x / length, y / length, z / length];
}

function randomRotation(random: Random): (x: number, y: number, z: number) => Direction {
  const normals = [random.normal(), random.normal(), random.normal(), random.normal()];
  const length = Math.sqrt(normals.reduce((sum, value) => sum + value * value, 0));
  const [w, a, b, c] = normals.map((value) => value / length) as [number, number, number, number];
  return (x, y, z) => [
    (1 - 2 * (b * b + c * c)) * x + 2 * (a * b - w * c) * y + 2 * (a * c + w * b) * z,
    2 * (a * b + w * c) * x + (1 - 2 * (a * a + c * c)) * y + 2 * (b * c - w * a) * z,
    2 * (a * c - w * b) * x + 2 * (b * c + w * a) * y + (1 - 2 * (a * a + b * b)) * z,
  ];
}
