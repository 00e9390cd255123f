import { type Cube, worldExtent } from '../cubes/cube.js';
import { VoxstyleError } from '../errors.js';
import { orbitCamera } from './camera.js';
import { enabledChannels } from './features.js';
import { keyDirection, poseOf, reachOf } from './pose.js';
import type { Psi } from './psi.js';
import { assemble, type Constants, declare } from './shader.js';
import { StructLayout, type StructValue } from './struct-layout.js';
import type { Volume } from './volume.js';

/** Width and height of a picture in pixels. */
export interface Size {
  width: number;
  height: number;
}

/** Samples a ray: as Ψ says, else `rate` for each voxel along the cube's diagonal. */
export function stepsOf(cube: Cube, psi: Psi): number {
  const [nx, ny, nz] = cube.shape;
  // Not Math.hypot, which for 2 × 7 × 26 gives 27.000000000000004.
  const diagonal = Math.sqrt(nx * nx + ny * ny + nz * nz);
  return psi.sampling.steps ?? Math.max(1, Math.ceil(psi.sampling.rate * diagonal));
}

/** The layouts of what host and kernels share, for one specialisation. */
export function layouts(constants: Constants, shaders?: URL) {
  const source = declare(constants) + assemble('gradient.wgsl', constants, shaders);
  const lookup = declare(constants) + assemble('lookup.wgsl', constants, shaders);
  return {
    lookup: new StructLayout(lookup, 'Lookup'),
    psi: new StructLayout(source, 'Psi'),
    view: new StructLayout(source, 'View'),
    gradient: new StructLayout(source, 'Gradient'),
  };
}

export function viewValue(cube: Cube, psi: Psi, size: Size, volume: Pick<Volume, 'scale'>): StructValue {
  const extent = worldExtent(cube);
  const voxels = cube.shape[0] * cube.shape[1] * cube.shape[2];
  const enabled = enabledChannels(psi);
  return {
    pose: { ...poseOf(cube, psi) },
    reach: reachOf(orbitCamera(psi.camera)),
    ...size,
    aspect: size.width / size.height,
    steps: stepsOf(cube, psi),
    orthographic: Number(psi.camera.fov === 0),
    jitter: Number(psi.sampling.jitter),
    nearest: Number(psi.sampling.interpolation === 'nearest'),
    srgb: Number(psi.tone.encoding === 'srgb'),
    shape: cube.shape,
    voxels_per_unit: cube.shape.map((n, axis) => n / extent[axis]!),
    channel_start: enabled.map((c) => c * voxels),
    channel_scale: enabled.map((c) => volume.scale[c]!),
  };
}

/** Ψ as the kernels read it: enabled channels only, each with its last knot repeated up to `knots`. */
export function psiValue(psi: Psi, knots: number): StructValue {
  const channels = enabledChannels(psi).map((c) => {
    const channel = psi.channels[c]!;
    return { ...channel, knots: Array.from({ length: knots }, (_, k) => channel.knots[k] ?? channel.knots.at(-1)!) };
  });
  const { key, headlight } = psi.lights;
  const lights = { key: { ...key, direction: keyDirection(psi) }, headlight };
  const { density, background, tone, surface, shading } = psi;
  return { density, background, tone, surface, shading, lights, channels } as unknown as StructValue;
}

/** @throws VoxstyleError `bad-input` when Ψ doesn't fit the cube. */
export function checkFits(cube: Cube, psi: Psi): void {
  const refuse = (expected: string, found: string, fix: string) => {
    throw new VoxstyleError('bad-input', { where: 'Ψ', expected, found, fix });
  };
  if (psi.channels.length !== cube.channels.length) {
    const expected = `${cube.channels.length} channels, as in ${cube.source}`;
    refuse(expected, `${psi.channels.length}`, 'add or remove entries of channels');
  }
  if (enabledChannels(psi).length === 0) refuse('a channel that is enabled', 'none', 'enable one');
}
