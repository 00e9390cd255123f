import type { Picture } from '../../engine/picture.js';
import { resample, sizeLike } from '../../engine/picture-resample.js';
import type { Psi } from '../../engine/psi.js';
import { defaultPsi, freeByDefault } from '../../engine/psi-default.js';
import type { Renderers } from '../../engine/renderers.js';
import {
  degenerateReason,
  type NamedCube,
  PSI_RANGES,
  type Reason,
  samplePsi,
  sampleView,
  transferPsi,
} from '../../networks/data/index.js';
import { type Random, seededRandom } from '../../random.js';
import { type Place, SETTINGS } from './events.js';

/** What pairs are drawn from. */
export interface PairSource {
  /** Held-out cubes, taken in turn. */
  readonly cubes: readonly NamedCube[];
  /** Pictures that are no renders, taken in turn. */
  readonly pictures: readonly { name: string; picture: Picture }[];
  /** Longer side of the pictures. */
  readonly size: number;
  readonly seed: number;
}

/** A cube, seen from a camera, and a picture whose style it is to have. */
export interface Pair extends Place {
  readonly cube: NamedCube;
  readonly camera: Psi['camera'];
  readonly targetName: string;
  /** At the size that is compared, so that no method's time is that of shrinking a large picture. */
  readonly target: Picture;
  /** What the target shows, where it is a render. */
  readonly shown?: { readonly cube: NamedCube; readonly psi: Psi };
  /** The Ψ that has the target's style on the cube, and its picture. */
  readonly truth?: { readonly psi: Psi; readonly picture: Picture };
  readonly degenerate?: Reason;
}

/** Styles that are drawn for one pair before one with a degenerate picture is kept. */
const TRIES = 32;
/** What a stream of random numbers is for. */
const STREAM = { style: 81, start: 82, views: 83 } as const;

const stream = ({ seed }: PairSource, use: keyof typeof STREAM, { setting, index }: Place, attempt = 0): Random =>
  seededRandom(seed, STREAM[use], SETTINGS.indexOf(setting), index, attempt);

/** Others than a cube that a style can be carried over from. */
const partnersOf = ({ cube }: NamedCube, cubes: readonly NamedCube[]) =>
  cubes.filter((other) => other.cube !== cube && other.cube.channels.length === cube.channels.length);

/** The cubes of a setting: in `another cube` those that have a partner. */
export const cubesFor = ({ setting }: Pick<Place, 'setting'>, cubes: readonly NamedCube[]) =>
  setting === 'another cube' ? cubes.filter((own) => partnersOf(own, cubes).length > 0) : cubes;

/** All Ψ are rendered with as many samples on each ray, so that their losses and seconds compare. */
export const evenly = (psi: Psi): Psi => ({ ...psi, sampling: { ...psi.sampling, steps: PSI_RANGES.steps } });

/**
 * The pair of a place: it depends on the source and the place alone (and on the device, in the last bits).
 *
 * @throws VoxstyleError as `Renderer.open` and `Renderer.forward`.
 */
export async function drawPair(source: PairSource, place: Place, renderers: Renderers): Promise<Pair> {
  const cubes = cubesFor(place, source.cubes);
  const cube = cubes[place.index % cubes.length]!;
  if (place.setting === 'no render') return drawPicture(source, place, cube);
  for (let attempt = 1; ; attempt++) {
    const pair = await drawRender(source, { place, cube, attempt }, renderers);
    if (pair.degenerate === undefined || attempt === TRIES) return pair;
  }
}

function drawPicture(source: PairSource, place: Place, cube: NamedCube): Pair {
  const { name, picture } = source.pictures[place.index % source.pictures.length]!;
  const { width, height } = sizeLike(picture, source.size);
  const camera = sampleView(cube.cube, stream(source, 'style', place), width / height);
  return { ...place, cube, camera, targetName: name, target: resample(picture, width, height) };
}

async function drawRender(
  source: PairSource,
  { place, cube, attempt }: { place: Place; cube: NamedCube; attempt: number },
  renderers: Renderers,
): Promise<Pair> {
  const random = stream(source, 'style', place, attempt);
  const same = place.setting === 'same cube';
  const partners = partnersOf(cube, source.cubes);
  const from = same ? cube : partners[random.index(partners.length)]!;
  const psi = samplePsi(from.cube, random);
  const size = { width: source.size, height: source.size };
  const { picture: target } = await (await renderers.of(from.cube)).forward(psi, size);
  const shown = { cube: from, psi };
  const targetName = same ? 'a render of it' : `a render of ${from.name}`;
  const pair = { ...place, cube, targetName, target, shown };
  const reason = degenerateReason(target);
  if (same) {
    const truth = { psi, picture: target };
    return { ...pair, camera: psi.camera, truth, ...(reason && { degenerate: reason }) };
  }
  const camera = sampleView(cube.cube, random);
  const own = { ...transferPsi(psi, from.cube, cube.cube), camera };
  const { picture } = await (await renderers.of(cube.cube)).forward(own, size);
  const degenerate = reason ?? degenerateReason(picture);
  return { ...pair, camera, truth: { psi: own, picture }, ...(degenerate && { degenerate }) };
}

/** The default Ψ from the pair's camera. */
export const defaultStart = ({ cube: { cube }, camera }: Pair): Psi => evenly({ ...defaultPsi(cube), camera });

/** A Ψ at random from the pair's camera, of which as much is free as of the default. */
export function randomStart(source: PairSource, pair: Pair): Psi {
  const psi = samplePsi(pair.cube.cube, stream(source, 'start', pair));
  return evenly({ ...psi, camera: pair.camera, parameters: { ...psi.parameters, ...freeByDefault(psi.channels) } });
}

/** Other views of what a rendered target shows. */
export function otherViews(source: PairSource, pair: Pair, count: number): Psi[] {
  const random = stream(source, 'views', pair);
  const { cube, psi } = pair.shown!;
  return Array.from({ length: count }, () => ({ ...psi, camera: sampleView(cube.cube, random) }));
}
