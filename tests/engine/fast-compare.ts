/** Fast kernels against simple ones: one scene's picture and gradient, taken each way there is. */
import type { Cube } from '../../cubes/cube.js';
import { Device } from '../../engine/device.js';
import { featureOf, featuresOf } from '../../engine/features.js';
import type { Size } from '../../engine/frame.js';
import type { Psi } from '../../engine/psi.js';
import { freeParameters } from '../../engine/psi-parameters.js';
import { keyOf } from '../../engine/psi-scalars.js';
import { toVector } from '../../engine/psi-vector.js';
import { Renderer } from '../../engine/renderer.js';
import { seededRandom } from '../../random.js';
import { sharedDevice } from '../device.js';
import { differentiablePaths } from '../reference/scalars.js';

/** Of a value of the picture. */
const PICTURE = 1e-5;
/** Of a gradient, or … */
const RELATIVE = 1e-4;
/** … of what its pixels contribute whatever their signs. */
const ABSOLUTE = 1e-6;

export interface FastScene {
  name: string;
  cube: Cube;
  psi: Psi;
  size: Size;
  /** ∂L/∂picture. */
  weights: Float32Array;
}

/** What refinements free for the most part; freeParameters leaves the extinction of clear knots out. */
const USUAL = ['channels.*.knots', 'background', 'density', 'tone.exposure'];

/** The ways that a fast picture is taken. */
export type Way = 'camera free' | 'held' | 'held, in phases';
export const WAYS: readonly Way[] = ['camera free', 'held', 'held, in phases'];

const made = new Map<boolean, Promise<Device>>();

/** The shared device, for which the kernels are compiled as for a driver that passes over code that no lane takes, or doesn't. */
export function deviceOf(branches: boolean): Promise<Device> {
  const device =
    made.get(branches) ??
    sharedDevice().then(({ gpu, adapter }) => new Device(gpu, adapter, branches ? 'system-software' : 'bundled'));
  made.set(branches, device);
  return device;
}

/**
 * Scalars that have a gradient by way of what the scene has: by all there are, every scene's samples would be those of surfaces,
 * and that is the gradient check's own case.
 */
export function pathsOf(psi: Psi, camera: boolean): string[] {
  const features = { ...featuresOf(psi), POSE: camera };
  return differentiablePaths(psi).filter((path) => {
    const feature = featureOf(path);
    return feature === undefined || features[feature];
  });
}

/** The same without the extinction of clear knots, so that what is clear can be left out. */
export function skippingPaths(psi: Psi, paths: readonly string[]): string[] {
  const clear = new Set(
    psi.channels.flatMap(({ knots }, c) =>
      knots.flatMap(({ extinction }, k) => (extinction === 0 ? [`channels.${c}.knots.${k}.extinction`] : [])),
    ),
  );
  return paths.filter((path) => !clear.has(path));
}

/** What the simple kernels make of a scene. */
export interface Expected {
  picture: Float32Array;
  gradient: Map<string, number>;
  /** For each gradient about what its pixels contribute to it, whatever their signs. */
  scales: Map<string, number>;
}

const byPath = (psi: Psi, gradient: Float64Array) =>
  new Map(toVector(psi).paths.map((path, i) => [path, gradient[i]!] as const));

export async function expectedOf(scene: FastScene, shaders?: URL): Promise<Expected> {
  const { cube, psi, size, weights } = scene;
  const renderer = await Renderer.open(await deviceOf(true), cube, { kernels: 'simple', shaders });
  const frame = await renderer.forward(psi, size);
  const wanted = pathsOf(psi, true);
  const gradient = byPath(psi, await renderer.adjoint(frame, weights, wanted));
  const scales = new Map([...gradient].map(([path, value]) => [path, Math.abs(value)]));
  const random = seededRandom(31);
  for (let turn = 0; turn < 6; turn++) {
    const signs = Float32Array.from({ length: weights.length / 4 }, () => (random.uniform() < 0.5 ? -1 : 1));
    const turned = weights.map((weight, i) => weight * signs[i >> 2]!);
    for (const [path, value] of byPath(psi, await renderer.adjoint(frame, turned, wanted))) {
      scales.set(path, Math.max(scales.get(path)!, Math.abs(value)));
    }
  }
  // Of n equal parts random signs leave about √n: a quarter of what that makes of it is below Σ |parts| for all but freaks.
  const share = Math.sqrt(size.width * size.height) / 4;
  // And parts cancel within a pixel too, of clip planes for one: the scale is that of the largest of a kind.
  const kinds = new Map<string, number>();
  for (const [path, scale] of scales) kinds.set(keyOf(path), Math.max(kinds.get(keyOf(path)) ?? 0, share * scale));
  for (const path of scales.keys()) scales.set(path, kinds.get(keyOf(path))!);
  renderer.close();
  return { picture: frame.picture.data, gradient, scales };
}

export interface CompareOptions {
  /** The kernels' folder. */
  shaders?: URL;
  /** Which gradients: of all scalars, of all but the extinction of clear knots, of those that refinements free. */
  by?: readonly ('all' | 'skipping' | 'usual')[];
  /** Whether the camera's are among them, which no held sample has. */
  camera?: boolean;
}

/** The differences that are too large, one line each. */
export async function differencesOf(
  scene: FastScene,
  expected: Expected,
  way: Way,
  { shaders, by = ['all', 'skipping'], camera = true }: CompareOptions = {},
): Promise<string[]> {
  const { cube, psi, size, weights } = scene;
  const held = way !== 'camera free';
  const renderer = await Renderer.open(await deviceOf(way !== 'held, in phases'), cube, { shaders });
  const frame = await renderer.forward(psi, size, { held });
  const wrong = wrongValues(frame.picture.data, expected.picture, way);
  if (held && renderer.heldBytes === 0) wrong.push(`${way}: nothing is held`);
  const all = pathsOf(psi, camera && !held);
  const paths = { all, skipping: skippingPaths(psi, all), usual: freeParameters(psi, USUAL).paths };
  for (const set of by) {
    const gradient = byPath(psi, await renderer.adjoint(frame, weights, paths[set]));
    for (const path of paths[set]) {
      const [value, right] = [gradient.get(path)!, expected.gradient.get(path)!];
      const tolerance = Math.max(RELATIVE * Math.abs(right), ABSOLUTE * expected.scales.get(path)!);
      // A NaN is not within any tolerance.
      if (Math.abs(value - right) <= tolerance) continue;
      wrong.push(`${way}, by ${set}: ${path} is ${value} for ${right} ± ${tolerance}`);
    }
  }
  renderer.close();
  return wrong;
}

function wrongValues(actual: Float32Array, expected: Float32Array, way: Way): string[] {
  const wrong: string[] = [];
  for (const [i, value] of expected.entries()) {
    if (!(Math.abs(actual[i]! - value) <= PICTURE)) wrong.push(`${way}: value ${i} is ${actual[i]} for ${value}`);
  }
  return wrong;
}

/** The ways that differ for a scene: where surfaces are there is but one walk. */
export const waysOf = ({ psi }: FastScene): readonly Way[] => (featuresOf(psi).SURFACE ? WAYS.slice(0, 2) : WAYS);
