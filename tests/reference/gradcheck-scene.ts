/** The scenes of the gradient check: everything about one is drawn from the seed and its number. */
import { type Cube, worldExtent } from '../../cubes/cube.js';
import { finishCube } from '../../cubes/finish.js';
import { makePhantom } from '../../cubes/phantom.js';
import type { Size } from '../../engine/frame.js';
import { type Psi, parsePsi } from '../../engine/psi.js';
import { defaultPsi } from '../../engine/psi-default.js';
import { EXTINCTION_PROFILES, randomPsi } from '../../engine/psi-random.js';
import { fromVector, toVector } from '../../engine/psi-vector.js';
import { type Random, seededRandom } from '../../random.js';

export interface GradcheckScene {
  /** What it is, for people: cube, extinction profile, camera, interpolation and what else is special. */
  name: string;
  cube: Cube;
  psi: Psi;
  /** ∂L/∂picture: four a pixel. */
  weights: Float32Array;
}

/** Where the eye is. Their number and that of the profiles have no common factor, so that 12 scenes have all pairs. */
const CAMERAS = ['perspective', 'orthographic', 'inside', 'axis-parallel'] as const;
const CUBES = ['noise of 2 channels', 'fluorescence', 'noise of 1 channel', 'ct', 'noise of 3 channels'] as const;
/** Every so many scenes one has a channel that is off, and one takes the nearest voxel. */
const DISABLED_EVERY = 4;
const NEAREST_EVERY = 3;

/**
 * @param seeds of everything that is drawn.
 * @param number what the kinds of cube, extinction, camera and interpolation go round with.
 */
export function drawScene(seeds: readonly number[], number: number, size: Size, steps?: number): GradcheckScene {
  const random = seededRandom(...seeds);
  const pick = <T>(list: readonly T[]) => list[number % list.length]!;
  const [cubeKind, profile, cameraKind] = [pick(CUBES), pick(EXTINCTION_PROFILES), pick(CAMERAS)];
  const cube = drawCube(cubeKind, random);
  const disabled = number % DISABLED_EVERY === 1 && cube.channels.length > 1 ? random.index(cube.channels.length) : -1;
  const nearest = number % NEAREST_EVERY === Math.floor(number / NEAREST_EVERY) % NEAREST_EVERY;
  const ends = random.uniform() < 0.4;
  const knotCount = () => (ends ? 5 + random.index(2) : 2 + random.index(5));
  const clip = random.uniform() < 0.4 ? drawClip(random) : undefined;
  const template = parsePsi({
    version: 1,
    channels: defaultPsi(cube).channels.map(({ window }, c) => ({
      window,
      enabled: c !== disabled,
      knots: Array.from({ length: knotCount() }, () => ({ x: 0, color: [0, 0, 0], extinction: 0 })),
    })),
    camera: drawCamera(cameraKind, cube, random),
    sampling: { steps: steps ?? 24 + random.index(17), interpolation: nearest ? 'nearest' : 'linear' },
    ...(clip && { clip }),
  });
  const name: string[] = [cubeKind, profile, cameraKind, template.sampling.interpolation];
  if (disabled >= 0) name.push(`channel ${disabled} off`);
  if (ends) name.push('knots on the ends');
  if (clip) name.push('clipped');
  const psi = randomPsi(template, random, profile);
  // randomPsi's own pictures have few highlights.
  const burntOut = random.uniform() < 0.4;
  if (burntOut) {
    psi.tone.exposure += 2;
    name.push('burnt out');
  }
  return {
    name: name.join(', '),
    cube,
    psi: inFloat32(ends ? withKnotsOnEnds(psi) : psi),
    weights: Float32Array.from({ length: 4 * size.width * size.height }, random.normal),
  };
}

/**
 * The first two knots at 0 and the last two at 1, where all samples are that lie outside the window, which is narrowed for that:
 * exactly on a kink, which neither side can mistake.
 */
function withKnotsOnEnds(psi: Psi): Psi {
  const place = (k: number, count: number, x: number) => (k < 2 ? 0 : k >= count - 2 ? 1 : x);
  const channels = psi.channels.map(({ window: { lo, hi }, knots, ...channel }) => ({
    ...channel,
    window: { lo: lo + 0.25 * (hi - lo), hi: hi - 0.25 * (hi - lo) },
    knots: knots.map((knot, k) => ({ ...knot, x: place(k, knots.length, knot.x) })),
  }));
  return { ...psi, channels };
}

/** Both sides get the same Ψ: what its rounding does to the picture is no error of the kernels. */
const inFloat32 = (psi: Psi) => fromVector(psi, toVector(psi).values.map(Math.fround));

function drawCube(kind: (typeof CUBES)[number], random: Random): Cube {
  const seed = random.index(2 ** 31);
  if (kind === 'fluorescence' || kind === 'ct') return makePhantom(kind, { seed, size: 16 });
  const shape = [random.index(8) + 3, random.index(8) + 3, random.index(8) + 3] as const;
  const channels = Array.from({ length: Number(/\d/.exec(kind)![0]) }, (_, c) => ({
    name: `noise ${c}`,
    samples: Float32Array.from({ length: shape[0] * shape[1] * shape[2] }, random.uniform),
  }));
  const spacing = [random.between(0.5, 2), random.between(0.5, 2), random.between(0.5, 2)] as const;
  return finishCube({ where: `gradcheck noise ${seed}`, shape, spacing, unit: 'voxel', channels, notes: [] });
}

function drawCamera(kind: (typeof CAMERAS)[number], cube: Cube, random: Random): Partial<Psi['camera']> {
  const extent = worldExtent(cube);
  // Off the centre, about which a grid is symmetric: there rays would run along the faces of voxels.
  const target = extent.map((side) => side * random.between(-0.15, 0.15)) as [number, number, number];
  const orbit = {
    azimuth: random.between(-180, 180),
    elevation: random.between(-80, 80),
    roll: random.between(-180, 180),
    distance: random.between(1, 2.5),
    fov: random.between(25, 60),
    target,
  };
  switch (kind) {
    case 'perspective':
      return orbit;
    case 'orthographic':
      return { ...orbit, fov: 0 };
    case 'inside':
      return { ...orbit, distance: random.between(0.1, 0.3) * Math.min(...extent), fov: random.between(40, 100) };
    case 'axis-parallel': {
      const elevation = 90 * (random.index(3) - 1);
      return { ...orbit, azimuth: 90 * random.index(4), elevation, roll: 90 * random.index(4), fov: 0 };
    }
  }
}

function drawClip(random: Random): Psi['clip'] {
  const low = () => random.between(0, 0.35);
  const high = () => random.between(0.65, 1);
  return { min: [low(), low(), low()], max: [high(), high(), high()] };
}
