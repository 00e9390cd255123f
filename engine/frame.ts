import { type Cube, worldExtent } from '../cubes/cube.js';
import { VoxstyleError } from '../errors.js';
import { type Camera, orbitCamera } from './camera.js';
import type { Psi } from './psi.js';
import { SCALARS, type ScalarKey } from './psi-scalars.js';
import { assemble, type Constants, declare } from './shader.js';
import { StructLayout, type StructValue } from './struct-layout.js';

/** Width and height of a picture in pixels. */
export interface Size {
  width: number;
  height: number;
}

/** Indices of the channels that are on. */
export function enabledChannels(psi: Psi): number[] {
  return psi.channels.flatMap((channel, c) => (channel.enabled ? [c] : []));
}

/** Samples a ray: as Ψ says, else `rate` for each voxel along the cube's diagonal. */
export function stepsOf(cube: Cube, psi: Psi): number {
  return psi.sampling.steps ?? Math.max(1, Math.ceil(psi.sampling.rate * Math.hypot(...cube.shape)));
}

/** The constants that specialise the kernels for a Ψ: features that are off cost nothing. */
export function specialisation(psi: Psi): { CHANNELS: number; KNOTS: number } {
  const enabled = enabledChannels(psi);
  return { CHANNELS: enabled.length, KNOTS: Math.max(...enabled.map((c) => psi.channels[c]!.knots.length)) };
}

/** The layouts of what the host packs, for one specialisation. */
export function layouts(constants: Constants, shaders?: URL) {
  const source = declare(constants) + assemble('psi.wgsl', shaders) + assemble('view.wgsl', shaders);
  return { psi: new StructLayout(source, 'Psi'), view: new StructLayout(source, 'View') };
}

export function viewValue(cube: Cube, psi: Psi, size: Size): StructValue {
  const camera = orbitCamera(psi.camera);
  const extent = worldExtent(cube);
  const plane = (share: readonly number[]) => share.map((s, axis) => extent[axis]! * (s - 0.5));
  const reach = reachOf(camera);
  const voxels = cube.shape[0] * cube.shape[1] * cube.shape[2];
  return {
    ...size,
    steps: stepsOf(cube, psi),
    orthographic: Number(camera.orthographic),
    origin: camera.origin.map((eye, axis) => eye + reach * camera.forward[axis]!),
    reach,
    half_height: camera.halfHeight,
    right: camera.right,
    aspect: size.width / size.height,
    up: camera.up,
    forward: camera.forward,
    box_min: plane(psi.clip.min),
    box_max: plane(psi.clip.max),
    voxels_per_unit: cube.shape.map((n, axis) => n / extent[axis]!),
    shape: cube.shape,
    nearest: Number(psi.sampling.interpolation === 'nearest'),
    channel_start: enabledChannels(psi).map((c) => c * voxels),
  };
}

/**
 * How far the rays' origins are moved from the eye, to where they pass the middle of the cube: counted from there, the
 * samples' places keep the digits that float32 would spend on the distance of the eye.
 */
function reachOf({ origin, forward }: Camera): number {
  return Math.max(0, -(origin[0] * forward[0] + origin[1] * forward[1] + origin[2] * forward[2]));
}

/** Ψ as the kernels read it: enabled channels only, each with its last knot repeated up to `knots`. */
export function psiValue(psi: Psi, knots: number): StructValue {
  const channels = enabledChannels(psi).map((c) => {
    const channel = psi.channels[c]!;
    return { ...channel, knots: Array.from({ length: knots }, (_, k) => channel.knots[k] ?? channel.knots.at(-1)!) };
  });
  return { density: psi.density, background: psi.background, tone: psi.tone, channels } as unknown as StructValue;
}

/**
 * @throws VoxstyleError `bad-input` when Ψ doesn't fit the cube, or asks for what isn't rendered yet: a picture that
 *   silently leaves out a part of Ψ would be a wrong one.
 */
export function checkFits(cube: Cube, psi: Psi): void {
  const refuse = (expected: string, found: string, fix: string) => {
    throw new VoxstyleError('bad-input', { where: 'Ψ', expected, found, fix });
  };
  if (psi.channels.length !== cube.channels.length) {
    const expected = `${cube.channels.length} channels, as in ${cube.source}`;
    refuse(expected, `${psi.channels.length}`, 'add or remove entries of channels');
  }
  if (enabledChannels(psi).length === 0) refuse('a channel that is enabled', 'none', 'enable one');
  // Scalars that change the picture in a way that the kernels don't know yet: only their defaults can be rendered.
  const notRendered: Partial<Record<ScalarKey, number[]>> = {
    'channels.*.gradientOpacity': psi.channels.map((channel) => channel.gradientOpacity),
    'shading.ambient': [psi.shading.ambient],
    'shading.diffuse': [psi.shading.diffuse],
    'shading.specular': [psi.shading.specular],
  };
  for (const [key, values] of Object.entries(notRendered)) {
    const usual = SCALARS[key as ScalarKey].default;
    const found = values.find((value) => value !== usual);
    if (found !== undefined) {
      refuse(`${key} = ${usual}, the only value rendered yet`, `${found}`, 'set it back or leave it out');
    }
  }
}
