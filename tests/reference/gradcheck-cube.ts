/** The cubes of the gradient check's scenes: noise, small phantoms, and those that have less to them than a cube should. */
import type { Cube } from '../../cubes/cube.js';
import { finishCube } from '../../cubes/finish.js';
import { makePhantom } from '../../cubes/phantom.js';
import type { Random } from '../../random.js';

export const CUBES = [
  'noise of 2 channels',
  'fluorescence',
  'noise of 1 channel',
  'ct',
  'noise of 3 channels',
] as const;
export type CubeKind = (typeof CUBES)[number] | 'noise of 8 channels' | 'constant volume' | 'single slice';

export function drawCube(kind: CubeKind, random: Random): Cube {
  const seed = random.index(2 ** 31);
  if (kind === 'fluorescence' || kind === 'ct') return makePhantom(kind, { seed, size: 16 });
  const nz = kind === 'single slice' ? 1 : random.index(8) + 3;
  const shape = [random.index(8) + 3, random.index(8) + 3, nz] as const;
  const spacing = [random.between(0.5, 2), random.between(0.5, 2), random.between(0.5, 2)] as const;
  const count = shape[0] * shape[1] * shape[2];
  const where = `gradcheck ${kind} ${seed}`;
  if (kind === 'constant volume') return constantCube(where, shape, spacing, random.between(0.2, 0.8));
  const channels = Array.from({ length: Number(/\d/.exec(kind)?.[0] ?? 2) }, (_, c) => ({
    name: `noise ${c}`,
    samples: Float32Array.from({ length: count }, random.uniform),
  }));
  return finishCube({ where, shape, spacing, unit: 'voxel', channels, notes: [] });
}

/** Nothing that a file could give, as finishCube refuses it; but a part of a cube may look like this. */
function constantCube(source: string, shape: Cube['shape'], spacing: Cube['spacing'], value: number): Cube {
  const samples = new Float32Array(shape[0] * shape[1] * shape[2]).fill(value);
  return { shape, spacing, unit: 'voxel', channels: [{ name: 'constant', samples, range: [0, 1] }], source, notes: [] };
}
