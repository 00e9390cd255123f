import type { Cube } from '../../cubes/index.js';
import { type Psi, parsePsi } from '../../engine/psi.js';
import { freeParameters } from '../../engine/psi-parameters.js';
import { peerCube, peerPsi } from '../peer-scene.js';
import { peerDimensions } from './peers-scene.js';
import { KNOTS_FREE, type Scene, waves } from './scene.js';

/** What a sweep can vary. */
export interface Setting {
  picture: number;
  steps: number;
  voxels: number;
  knots: number;
  channels: number;
  shading: 'off' | 'on';
  /** Voxels of one byte, so that the larger volumes fit; of floats, as the peers have them, where the volume isn't varied. */
  bytes: 1 | 4;
}
export type Factor = Exclude<keyof Setting, 'bytes'>;

export interface Point {
  factor: Factor;
  setting: Setting;
  /** As the report names it. */
  value: number | string;
  /** Times the work of the sweep's base, were every cost in proportion to the factor: samples, voxels, knots or channels. */
  work: number;
}

export interface Sweep {
  factor: Factor;
  /** The base is among them, with a work of 1. */
  points: readonly Point[];
}

const FULL = {
  picture: [128, 256, 512, 1024],
  steps: [64, 128, 256, 512, 1024],
  voxels: [64, 128, 256, 512],
  knots: [8, 16, 32, 64],
  channels: [1, 2, 3, 4],
  shading: ['off', 'on'],
} as const;

const QUICK = {
  picture: [16, 32],
  steps: [8, 16],
  voxels: [16, 24],
  knots: [8, 64],
  channels: [1, 2],
  shading: ['off', 'on'],
} as const;

/** How work grows with a factor. */
const POWERS = { picture: 2, steps: 1, voxels: 3, knots: 1, channels: 1 } as const;

export function baseSetting(quick: boolean): Setting {
  const { n, size, steps } = peerDimensions({ quick });
  return { picture: size, steps, voxels: n, knots: 64, channels: 1, shading: 'off', bytes: 4 };
}

/** The sweeps, each varying one factor about the base. */
export function sweeps(quick: boolean): Sweep[] {
  const base = baseSetting(quick);
  return Object.entries(quick ? QUICK : FULL).map(([name, values]) => {
    const factor = name as Factor;
    const points = values.map((value: number | string): Point => {
      const setting = { ...base, [factor]: value, ...(factor === 'voxels' && { bytes: 1 as const }) };
      // How much more shading asks for is for the device to say.
      const work = factor === 'shading' ? 1 : (Number(value) / base[factor]) ** POWERS[factor];
      return { factor, setting, value, work };
    });
    return { factor, points };
  });
}

export const isBase = (setting: Setting, base: Setting): boolean =>
  Object.entries(base).every(([name, value]) => setting[name as Factor] === value);

/** The peers' transfer function with another number of knots; several channels share its extinction. */
export function sweepPsi({ steps, knots, channels, shading }: Omit<Setting, 'picture' | 'voxels'>): Psi {
  const peers = peerPsi(steps);
  const table = Array.from({ length: knots }, (_, i) => {
    const t = i / (knots - 1);
    const color = [t, 0.5 + 0.5 * Math.sin(6 * t), 1 - t];
    return { x: t, color, extinction: t < 0.1 ? 0 : (8 * t) / channels };
  });
  const lit = { ambient: 0.3, diffuse: 0.7, specular: 0.2 };
  return parsePsi({
    ...peers,
    channels: Array.from({ length: channels }, () => ({ knots: table })),
    ...(shading === 'on' && { shading: lit }),
  });
}

export function sweepScene(name: string, setting: Setting): Scene {
  const psi = sweepPsi(setting);
  const one = setting.bytes === 1 ? byteCube(setting.voxels) : peerCube(setting.voxels);
  const [ball] = one.channels;
  const channels = Array.from({ length: setting.channels }, (_, c) => ({ ...ball!, name: `ball ${c + 1}` }));
  return {
    name,
    cube: { ...one, channels },
    psi,
    size: { width: setting.picture, height: setting.picture },
    paths: freeParameters(psi, KNOTS_FREE).paths,
    upstream: waves,
  };
}

/** The peers' volume rounded to 256 levels. Its waves and its ball are products of what each axis has, which makes 512³ quick. */
export function byteCube(n: number): Cube {
  const q = Float64Array.from({ length: n }, (_, i) => ((i + 0.5) / n) * 6 - 3);
  const ball = q.map((x) => Math.exp((-x * x) / 3));
  const wave = q.map((x) => Math.sin(5 * x));
  const samples = new Uint8Array(n ** 3);
  let at = 0;
  for (let z = 0; z < n; z++) {
    for (let y = 0; y < n; y++) {
      const [outer, waves] = [255 * ball[z]! * ball[y]!, 0.3 * wave[z]! * wave[y]!];
      for (let x = 0; x < n; x++) samples[at++] = Math.round(outer * ball[x]! * (0.7 + waves * wave[x]!));
    }
  }
  return {
    shape: [n, n, n],
    spacing: [1, 1, 1],
    unit: 'voxel',
    channels: [{ name: 'ball', samples, range: [0, 255] }],
    source: 'the peers’ scene, rounded',
    notes: [],
  };
}
