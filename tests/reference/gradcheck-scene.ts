/** The scenes of the gradient check: everything about one is drawn from the seed and its number. */
import type { Cube } from '../../cubes/cube.js';
import type { Size } from '../../engine/frame.js';
import { type Psi, parsePsi } from '../../engine/psi.js';
import { defaultPsi } from '../../engine/psi-default.js';
import { EXTINCTION_PROFILES, randomPsi } from '../../engine/psi-random.js';
import { fromVector, toVector } from '../../engine/psi-vector.js';
import { type Random, seededRandom } from '../../random.js';
import { CAMERAS, type CameraKind, drawCamera, drawClip, grazingCamera } from './gradcheck-camera.js';
import { CUBES, type CubeKind, drawCube } from './gradcheck-cube.js';
import {
  withCoincidentKnots,
  withKnotsOnEnds,
  withNarrowWindows,
  withoutExtinction,
  withSurfaces,
} from './gradcheck-psi.js';

export interface GradcheckScene {
  /** What it is, for people: cube, extinction profile, camera, interpolation and what else is special. */
  name: string;
  cube: Cube;
  psi: Psi;
  /** ∂L/∂picture: four a pixel. */
  weights: Float32Array;
}

/**
 * The kinds go round with the scene's number. There are 5 kinds of cube, 3 extinction profiles, 4 cameras and 7 of these, which
 * have no common factor, so that every two of them meet.
 */
const SPECIALS = [
  'usual',
  'grazing an edge',
  'coincident inner knots',
  'usual',
  'single slice',
  'zero extinction',
  'constant volume',
] as const;
type Special = (typeof SPECIALS)[number];

const MANY: CubeKind = 'noise of 8 channels';

/** The kinds of a scene, which its number decides; all else is drawn. */
function kindsOf(number: number) {
  const pick = <T>(list: readonly T[]) => list[number % list.length]!;
  const special: Special = pick(SPECIALS);
  const manyChannels = special === 'usual' && number % 16 === 10;
  const ownCube = special === 'constant volume' || special === 'single slice';
  const cube: CubeKind = manyChannels ? MANY : ownCube ? special : pick(CUBES);
  // An eye inside sees no edge from outside, and rays along an axis run beside edges and not across.
  const camera: CameraKind = special === 'grazing an edge' && number % 4 !== 1 ? 'perspective' : pick(CAMERAS);
  return {
    special,
    cube,
    camera,
    profile: pick(EXTINCTION_PROFILES),
    disabled: number % 4 === 1,
    nearest: number % 3 === Math.floor(number / 3) % 3,
    // So that each camera has as many scenes with surfaces as without.
    shaded: (number + Math.floor(number / 4)) % 2 === 1,
    // Cubes of about ten voxels a side rise slowly: without narrow windows hardly a sample is on a full surface.
    steep: Math.floor(number / 2) % 3 === 2,
    jitter: Math.floor(number / 2) % 3 === 1,
    encoding: Math.floor(number / 3) % 4 === 1 ? 'none' : 'srgb',
  } as const;
}

/**
 * @param seeds of everything that is drawn.
 * @param number what the kinds go round with.
 */
export function drawScene(seeds: readonly number[], number: number, size: Size, steps?: number): GradcheckScene {
  const random = seededRandom(...seeds);
  const kinds = kindsOf(number);
  const { special } = kinds;
  const cube = drawCube(kinds.cube, random);
  const disabled = kinds.disabled && cube.channels.length > 1 ? random.index(cube.channels.length) : -1;
  // Eight channels have scalars enough.
  const many = kinds.cube === MANY;
  const ends = special !== 'coincident inner knots' && random.uniform() < 0.4 && !many;
  const clip = random.uniform() < 0.4 ? drawClip(random) : undefined;
  const least = ends ? 5 : special === 'coincident inner knots' ? 4 : 2;
  const interpolation = kinds.nearest ? 'nearest' : 'linear';
  const template = parsePsi({
    version: 1,
    channels: defaultPsi(cube).channels.map(({ window }, c) => ({
      // The quantiles of a constant say nothing.
      window: special === 'constant volume' ? { lo: 0, hi: 1 } : window,
      enabled: c !== disabled,
      knots: drawKnots(least, ends || many ? least + Number(ends) : 6, random),
    })),
    camera: drawCamera(kinds.camera, cube, random),
    tone: { encoding: kinds.encoding },
    sampling: { steps: steps ?? (many ? 12 : 24 + random.index(17)), interpolation, jitter: kinds.jitter },
    ...(clip && { clip }),
  });
  let psi = randomPsi(template, random, kinds.profile);
  // randomPsi's own pictures have few highlights.
  const burntOut = random.uniform() < 0.4;
  if (burntOut) psi.tone.exposure += 2;
  if (kinds.shaded) psi = withSurfaces(kinds.steep ? withNarrowWindows(psi) : psi, random);
  if (ends) psi = withKnotsOnEnds(psi);
  if (special === 'zero extinction') psi = withoutExtinction(psi);
  if (special === 'grazing an edge') psi = { ...psi, camera: grazingCamera(psi, cube, size, random) };
  psi = inFloat32(psi);
  if (special === 'coincident inner knots') psi = withCoincidentKnots(psi, cube, size);

  const name: string[] = [kinds.cube, kinds.profile, kinds.camera, interpolation];
  if (kinds.shaded) name.push(kinds.steep ? 'steep surfaces' : 'surfaces');
  if (kinds.jitter) name.push('jitter');
  if (kinds.encoding === 'none') name.push('encoding none');
  if (disabled >= 0) name.push(`channel ${disabled} off`);
  if (ends) name.push('knots on the ends');
  if (clip) name.push('clipped');
  if (burntOut) name.push('burnt out');
  if (special !== 'usual' && special !== kinds.cube) name.push(special);
  return {
    name: name.join(', '),
    cube,
    psi,
    weights: Float32Array.from({ length: 4 * size.width * size.height }, random.normal),
  };
}

/** To be filled in by randomPsi. */
function drawKnots(least: number, most: number, random: Random) {
  const count = least + random.index(most - least + 1);
  return Array.from({ length: count }, () => ({ x: 0, color: [0, 0, 0], extinction: 0 }));
}

/** Both sides get the same Ψ: what its rounding does to the picture is no error of the kernels. */
const inFloat32 = (psi: Psi) => fromVector(psi, toVector(psi).values.map(Math.fround));
