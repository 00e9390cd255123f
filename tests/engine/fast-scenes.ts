/** Scenes on cubes that are empty for the most part, on which the fast kernels leave most samples out. */
import type { Cube } from '../../cubes/cube.js';
import type { Psi } from '../../engine/psi.js';
import { seededRandom } from '../../random.js';
import { cubeOf, type Field, knot, psiOf, shadedPsi } from '../reference/scenes.js';
import type { FastScene } from './fast-compare.js';

type Knots = ReturnType<typeof knot>[];
type Shape = Cube['shape'];

/** No side a multiple of a tile's, and more than one tile each way. */
export const SIZE = { width: 19, height: 13 };
/** Sides that no brick's side divides. */
const SHAPE: Shape = [37, 19, 23];

/** A round blob of radius r voxels about a place given in shares of the cube; exactly 0 outside. */
function blob(shape: Shape, place: readonly number[], r: number, height: number): Field {
  const middle = place.map((share, axis) => share * (shape[axis]! - 1));
  return (x, y, z) => {
    const square = (x - middle[0]!) ** 2 + (y - middle[1]!) ** 2 + (z - middle[2]!) ** 2;
    return height * Math.max(0, 1 - square / r ** 2);
  };
}

const sum =
  (fields: readonly Field[]): Field =>
  (x, y, z) =>
    Math.min(
      1,
      fields.reduce((total, field) => total + field(x, y, z), 0),
    );

/** Each channel has two blobs of its own, one of them across the cube's border. */
export function sparseCube(shape: Shape = SHAPE, channels = 1): Cube {
  const random = seededRandom(41, channels, ...shape);
  const field = () =>
    sum([
      blob(shape, [random.uniform(), random.uniform(), random.uniform()], 5, 0.97),
      blob(shape, [random.uniform(), 1, random.between(0.2, 0.8)], 6, random.between(0.5, 0.9)),
    ]);
  return cubeOf(shape, ...Array.from({ length: channels }, field));
}

/** Empty but for the voxels on the face that the first two bricks share. */
const plane = (height: number) => cubeOf([20, 11, 10], (x) => (x === 8 ? height : 0));

const CAMERA = { azimuth: 35, elevation: 25, roll: 10, distance: 1.1, fov: 35, target: [0.02, -0.03, 0.01] };
const AXIS = { azimuth: 0, elevation: 0, roll: 0, distance: 0.9, fov: 0, target: [0.011, 0.007, -0.013] };
const INSIDE = { ...CAMERA, distance: 0.06, fov: 80 };
const ABOVE = { ...AXIS, elevation: 90 };

const RED = [0.9, 0.3, 0.1] as [number, number, number];
const BLUE = [0.1, 0.4, 0.8] as [number, number, number];
const GREY = [0.5, 0.6, 0.4] as [number, number, number];

/** Nothing up to a fifth, then a rise, and nothing again at the top. */
const RISE: Knots = [knot(0, BLUE, 0), knot(0.2, RED, 0), knot(0.26, GREY, 9), knot(0.6, RED, 4), knot(1, BLUE, 0)];
/** All of a brick's least and most are clear, and what is between them isn't. */
const SPIKE: Knots = [
  knot(0.1, BLUE, 0),
  knot(0.38, RED, 0),
  knot(0.42, GREY, 120),
  knot(0.46, RED, 0),
  knot(0.9, BLUE, 0),
];
/** Clear at the top, so that what is empty in one channel matters and in another doesn't. */
const FALL: Knots = [knot(0.3, BLUE, 0), knot(0.5, RED, 6), knot(0.5, GREY, 2), knot(0.8, BLUE, 0)];

const channel = (knots: Knots, parts: Record<string, unknown> = {}) => ({
  knots,
  window: { lo: 0.05, hi: 0.9 },
  ...parts,
});

const BASE = {
  camera: CAMERA,
  density: 1.5,
  background: { top: [0.3, 0.25, 0.1], bottom: [0.05, 0.1, 0.4] },
  tone: { exposure: 0.3, contrast: 1.1, saturation: 1.2, hue: 20, gamma: 1.1 },
  sampling: { steps: 61 },
};

function many(count: number, extinction: (k: number) => number): Knots {
  const random = seededRandom(42, count);
  return Array.from({ length: count }, (_, k) =>
    knot(Math.fround((k + 0.4) / count), [random.uniform(), random.uniform(), random.uniform()], extinction(k)),
  );
}

const scene = (name: string, cube: Cube, parts: Record<string, unknown>): FastScene => {
  const psi: Psi = psiOf({ ...BASE, ...parts });
  const weights = Float32Array.from({ length: 4 * SIZE.width * SIZE.height }, seededRandom(43).normal);
  return { name, cube, psi, size: SIZE, weights };
};

const sampling = (parts: Partial<Psi['sampling']>) => ({ sampling: { steps: 61, ...parts } });

export const SPARSE_SCENES: readonly FastScene[] = [
  scene('blobs', sparseCube(), { channels: [channel(RISE)] }),
  scene('a spike between clear stretches', sparseCube(), { channels: [channel(SPIKE)] }),
  scene('what matters in one channel only', sparseCube(SHAPE, 3), {
    channels: [channel(FALL), channel(SPIKE, { gamma: 0.7 }), channel(RISE, { window: { lo: 0, hi: 1 } })],
  }),
  scene('one voxel thick, rays along an axis', sparseCube([37, 1, 23]), { channels: [channel(RISE)], camera: AXIS }),
  scene('one voxel thick, seen aslant', sparseCube([37, 23, 1]), { channels: [channel(RISE, { gamma: 1.3 })] }),
  scene('the eye inside, nearest voxels of 8 bits', sparseCube(SHAPE, 2), {
    ...{ channels: [channel(RISE, { gamma: 1.6 }), channel(SPIKE)], camera: INSIDE },
    ...sampling({ interpolation: 'nearest', storage: 'unorm8' }),
  }),
  scene('whole bricks of 16 bits, jitter, clipped', sparseCube([32, 16, 24]), {
    channels: [channel(SPIKE, { gamma: 0.5 })],
    clip: { min: [0.1, 0.03, 0.12], max: [0.95, 0.9, 0.88] },
    ...sampling({ jitter: true, storage: 'unorm16' }),
  }),
  scene('a plane on the face of bricks', plane(0.9), { channels: [channel(RISE)] }),
  scene('a plane that just matters', plane(0.7502), {
    channels: [{ knots: [knot(0, BLUE, 0), knot(0.75, RED, 0), knot(0.7501, GREY, 40), knot(1, BLUE, 40)] }],
    ...sampling({ interpolation: 'nearest' }),
  }),
  scene('opaque', sparseCube(), {
    // A gentle slope, or float32 would leave little of the camera's gradient.
    channels: [channel([knot(0, BLUE, 0), knot(0.2, RED, 0), knot(0.5, GREY, 400), knot(1, BLUE, 900)])],
    tone: { ...BASE.tone, exposure: 3 },
  }),
  scene('opaque, parallel rays', sparseCube(SHAPE, 2), {
    channels: [channel(many(5, (k) => 300 * k)), channel(SPIKE.map((k) => ({ ...k, extinction: 2 * k.extinction })))],
    camera: ABOVE,
  }),
  scene('crowded knots', sparseCube(), {
    channels: [
      channel([
        ...[knot(0, BLUE, 0), knot(0.3, RED, 0), knot(0.3002, GREY, 40), knot(0.3004, BLUE, 3), knot(0.3004, RED, 7)],
        ...[knot(0.3006, GREY, 0), knot(0.7, RED, 0), knot(0.9, BLUE, 60)],
      ]),
    ],
  }),
  scene('two knots and 64', sparseCube(SHAPE, 2), {
    channels: [channel(many(64, (k) => (k % 9 < 5 ? 0 : k / 8))), channel([knot(0.1, RED, 5), knot(0.7, BLUE, 0)])],
  }),
  scene('eight channels', sparseCube(SHAPE, 8), {
    channels: Array.from({ length: 8 }, (_, c) => channel([RISE, SPIKE, FALL][c % 3]!, { gamma: 0.6 + 0.1 * c })),
    sampling: { steps: 29 },
  }),
  scene('surfaces', sparseCube(), {
    channels: [channel(RISE, { gradientOpacity: 0.4 })],
    shading: shadedPsi().shading,
    lights: shadedPsi().lights,
    surface: { length: 0.1 },
  }),
];
