import { type Cube, worldExtent } from '../../cubes/cube.js';
import { type Psi, parsePsi } from '../../engine/psi.js';
import { seededRandom } from '../../random.js';
import { LIVE } from './branches.js';
import type { Vec3 } from './camera.js';
import { sampleRays } from './renderer.js';

type Shape = Cube['shape'];
/** The intensity in [0, 1] of the voxel (x, y, z). */
export type Field = (x: number, y: number, z: number) => number;

/** A cube with cubic voxels whose normalised intensities are `fields`, one a channel. */
export function cubeOf(shape: Shape, ...fields: Field[]): Cube {
  const [nx, ny, nz] = shape;
  const channels = fields.map((field, c) => {
    const samples = new Float32Array(nx * ny * nz);
    for (let i = 0; i < samples.length; i++) {
      samples[i] = field(i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny)));
    }
    return { name: `channel ${c}`, samples, range: [0, 1] as const };
  });
  return { shape, spacing: [1, 1, 1], unit: 'voxel', channels, source: 'tests/reference', notes: [] };
}

/** Two channels of seeded noise, some of it in no window. */
export function noiseCube(seed: number, shape: Shape = [7, 6, 5]): Cube {
  const random = seededRandom(seed);
  return cubeOf(shape, random.uniform, random.uniform);
}

type Knot = { x: number; color: [number, number, number]; extinction: number };
export const knot = (x: number, color: Knot['color'], extinction: number): Knot => ({ x, color, extinction });

/** One colour and extinction at every intensity. */
export const constantKnots = (color: Knot['color'], extinction: number) => [
  knot(0, color, extinction),
  knot(1, color, extinction),
];

/** Looks along +y with parallel rays whose picture plane spans [−1, 1] from bottom to top. */
export const FRONT = { azimuth: 0, elevation: 0, fov: 0, distance: 1 / Math.tan((20 * Math.PI) / 180) };

/** A Ψ of which only what a test is about need be given; the camera is FRONT, there is one white channel, and ℓ is 0.04. */
export function psiOf(parts: Record<string, unknown> = {}): Psi {
  const channels = [{ knots: constantKnots([1, 1, 1], 1) }];
  const document = { version: 1, channels, surface: { length: 0.04 }, camera: FRONT, ...parts };
  return parsePsi(document, 'tests/reference');
}

/** A Ψ of two channels with nothing at its default, so that every scalar has a gradient. */
export function richPsi(): Psi {
  return psiOf({
    channels: [
      {
        window: { lo: 0.12, hi: 0.83 },
        gamma: 0.8,
        knots: [
          knot(0.05, [0.1, 0.5, 0.9], 0.2),
          knot(0.4, [0.9, 0.3, 0.2], 3),
          knot(0.45, [0.4, 0.8, 0.1], 1),
          knot(0.9, [0.7, 0.6, 0.9], 6),
        ],
      },
      {
        window: { lo: -0.1, hi: 0.9 },
        gamma: 1.7,
        knots: [knot(0.1, [0.2, 0.9, 0.3], 0), knot(0.6, [0.9, 0.8, 0.1], 2), knot(1, [0.3, 0.2, 0.8], 5)],
      },
    ],
    density: 1.3,
    background: { top: [0.3, 0.25, 0.1], bottom: [0.05, 0.1, 0.4] },
    tone: { exposure: 0.4, contrast: 1.2, saturation: 1.3, hue: 25, gamma: 1.15 },
    camera: { azimuth: 35, elevation: 25, roll: 10, distance: 2, fov: 35, target: [0.05, -0.02, 0.03] },
  });
}

/** The same with surfaces, lights, jitter and a clip box. */
export function shadedPsi(): Psi {
  const psi = richPsi();
  const [first, second] = psi.channels;
  return {
    ...psi,
    channels: [
      { ...first!, gradientOpacity: 0.4 },
      { ...second!, gradientOpacity: 0.9 },
    ],
    shading: { ambient: 0.35, diffuse: 0.8, specular: 0.6, shininess: 7 },
    lights: {
      key: { azimuth: -40, elevation: 25, color: [0.9, 0.7, 0.4], intensity: 1.2 },
      headlight: { intensity: 0.5 },
    },
    clip: { min: [0.1, 0.03, 0.12], max: [0.95, 0.9, 0.88] },
    sampling: { ...psi.sampling, jitter: true },
  };
}

/** Intensity and its gradient of the first channel at a place in units of voxels, where whole numbers are voxel centres. */
export function sampleAt(cube: Cube, grid: Vec3, interpolation: 'linear' | 'nearest' = 'linear') {
  const extent = worldExtent(cube);
  const [x, y, z] = grid.map((g, axis) => (g + 0.5) / cube.shape[axis]! - 0.5) as [number, number, number];
  // One ray along y, and on it one sample, in the middle of what the clip planes leave.
  const camera = { ...FRONT, target: [x * extent[0], 0, z * extent[2]] };
  const psi = psiOf({ camera, sampling: { interpolation } });
  psi.clip = { min: [0, y + 0.49, 0], max: [1, y + 0.51, 1] };
  const { values, gradients } = sampleRays(cube, psi, { width: 1, height: 1, steps: 1 }, LIVE, true);
  return { value: values[0]![0]!, gradient: [...gradients![0]!] };
}

// Written out once more, so that the reference isn't tested by itself.

/** ε of the specification. */
export const TOE = 2 ** -16;
/** The sRGB encoding. */
export const srgb = (c: number) => (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055);
export const srgbSlope = (c: number) => (c <= 0.0031308 ? 12.92 : (1.055 / 2.4) * c ** (1 / 2.4 - 1));

/** What a neutral tone makes of a linear value: the toes of contrast and gamma, each at exponent 1, sRGB, highlights. */
export function shown(c: number): number {
  const encoded = srgb(c + 2 * TOE);
  return encoded <= 1 ? encoded : 1 + 0.05 * (encoded - 1);
}
export const shownSlope = (c: number) => srgbSlope(c + 2 * TOE) * (c + 2 * TOE <= 1 ? 1 : 0.05);
