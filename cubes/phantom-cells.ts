import type { Random } from '../random.js';

export type Point = readonly [number, number, number];

/** A cell: a ball around its seed, cut by the walls to its neighbours. Lengths in µm. */
export interface Cell {
  index: number;
  seed: Point;
  radius: number;
  nucleus: { centre: Point; axes: Point; rotation: readonly [Point, Point, Point] };
  nucleoli: readonly { centre: Point; radius: number }[];
  /** Of the nuclear stain; cells differ. */
  brightness: number;
}

export interface Spot {
  centre: Point;
  /** Standard deviation in µm. */
  radius: number;
  brightness: number;
}

const CELL_RADIUS = 7.2;
/** Least distance of two cells' seeds. */
const SEED_DISTANCE = 8.6;
const MAX_CELLS = 48;

/** Places cells in an ellipsoid that fills the field, by rejection: a draw too near to another cell is thrown away. */
export function makeCells(random: Random, field: Point): Cell[] {
  const cells: Cell[] = [];
  const margin = CELL_RADIUS + 1;
  for (let attempt = 0; attempt < 4000 && cells.length < MAX_CELLS; attempt++) {
    const unit = insideBall(random);
    const seed = unit.map((c, axis) => field[axis]! / 2 + c * (field[axis]! / 2 - margin)) as unknown as Point;
    if (cells.some((cell) => distance(cell.seed, seed) < SEED_DISTANCE)) continue;
    cells.push(makeCell(cells.length, seed, random));
  }
  return cells;
}

function makeCell(index: number, seed: Point, random: Random): Cell {
  const jitter = insideBall(random);
  const centre: Point = [seed[0] + 0.5 * jitter[0], seed[1] + 0.5 * jitter[1], seed[2] + 0.5 * jitter[2]];
  const axes: Point = [random.between(3.2, 3.9), random.between(2.7, 3.2), random.between(2.4, 2.9)];
  const nucleoli = Array.from({ length: 1 + random.index(3) }, () => {
    const offset = insideBall(random);
    return {
      centre: [centre[0] + 1.4 * offset[0], centre[1] + 1.4 * offset[1], centre[2] + 1.4 * offset[2]] as const,
      radius: random.between(0.5, 0.85),
    };
  });
  return {
    index,
    seed,
    radius: CELL_RADIUS * random.between(0.92, 1.05),
    nucleus: { centre, axes, rotation: randomRotation(random) },
    nucleoli,
    brightness: random.between(0.75, 1.15),
  };
}

/**
 * The cell that a point belongs to or is nearest to, and how deep inside it the point is, in µm: the distance to the wall
 * halfway to the next cell or to the cell's own round surface, negative outside.
 */
export function nearestWall(point: Point, cells: readonly Cell[]): { cell: Cell; inside: number } {
  let nearest = cells[0]!;
  let least = Infinity;
  for (const cell of cells) {
    const square = squareDistance(cell.seed, point);
    if (square < least) [least, nearest] = [square, cell];
  }
  let inside = nearest.radius - Math.sqrt(least);
  for (const cell of cells) {
    if (cell === nearest) continue;
    const square = squareDistance(cell.seed, point);
    // The bisecting plane of two seeds lies (b² − a²)/2d from a point at distances a and b.
    const wall = (square - least) / (2 * distance(cell.seed, nearest.seed));
    if (wall < inside) inside = wall;
  }
  return { cell: nearest, inside };
}

/** Signed distances (to first order) to the cell's nucleus and to its nearest nucleolus; negative inside. */
export function nucleusDistance(point: Point, { nucleus, nucleoli }: Cell): { nucleus: number; nucleolus: number } {
  const offset: Point = [point[0] - nucleus.centre[0], point[1] - nucleus.centre[1], point[2] - nucleus.centre[2]];
  let [square, gradient] = [0, 0];
  for (let axis = 0; axis < 3; axis++) {
    const r = nucleus.axes[axis]!;
    const along = dot(nucleus.rotation[axis]!, offset) / r;
    square += along * along;
    gradient += (along / r) ** 2;
  }
  const norm = Math.sqrt(square);
  let nucleolus = Infinity;
  for (const { centre, radius } of nucleoli) nucleolus = Math.min(nucleolus, distance(centre, point) - radius);
  return { nucleus: norm === 0 ? -nucleus.axes[2] : (norm * (norm - 1)) / Math.sqrt(gradient), nucleolus };
}

/** Puncta in a cell's cytoplasm, most of them on one side of the nucleus, as endosomes lie. */
export function spotsIn(cell: Cell, cells: readonly Cell[], random: Random): Spot[] {
  const spots: Spot[] = [];
  const pole = insideBall(random);
  const wanted = 10 + random.index(14);
  for (let attempt = 0; attempt < 2000 && spots.length < wanted; attempt++) {
    const offset = insideBall(random);
    if (dot(offset, pole) < 0 && random.uniform() < 0.7) continue;
    const centre: Point = [
      cell.seed[0] + cell.radius * offset[0],
      cell.seed[1] + cell.radius * offset[1],
      cell.seed[2] + cell.radius * offset[2],
    ];
    const wall = nearestWall(centre, cells);
    if (wall.cell !== cell || wall.inside < 0.9 || nucleusDistance(centre, cell).nucleus < 0.5) continue;
    spots.push({ centre, radius: random.between(0.3, 0.45), brightness: random.between(0.5, 1.3) });
  }
  return spots;
}

function insideBall(random: Random): Point {
  for (;;) {
    const point: Point = [random.between(-1, 1), random.between(-1, 1), random.between(-1, 1)];
    if (dot(point, point) < 1) return point;
  }
}

/** Three orthonormal axes, by Gram and Schmidt from two random vectors. */
function randomRotation(random: Random): [Point, Point, Point] {
  const a = normalise([random.normal(), random.normal(), random.normal()]);
  const other: Point = [random.normal(), random.normal(), random.normal()];
  const along = dot(a, other);
  const b = normalise([other[0] - along * a[0], other[1] - along * a[1], other[2] - along * a[2]]);
  return [a, b, [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]];
}

function normalise(p: Point): Point {
  const length = Math.sqrt(dot(p, p));
  return [p[0] / length, p[1] / length, p[2] / length];
}

function dot(a: Point, b: Point): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function squareDistance(a: Point, b: Point): number {
  return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2;
}

function distance(a: Point, b: Point): number {
  return Math.sqrt(squareDistance(a, b));
}
