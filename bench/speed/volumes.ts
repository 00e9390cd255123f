import type { Cube } from '../../cubes/index.js';
import { fitToDevice } from '../../engine/fit-volume.js';
import type { PsiChannel } from '../../engine/psi.js';
import { defaultPsi } from '../../engine/psi-default.js';
import { freeParameters } from '../../engine/psi-parameters.js';
import { loadArgument, nameOf } from '../volume-argument.js';
import type { Bench, LeftOutEvent, RowEvent } from './events.js';
import { measureScene } from './measure.js';
import { FAST, FROZEN, type Scene, SIMPLE, UNSKIPPED, waves } from './scene.js';

/** Where none was named. */
export const defaultVolumes = ({ quick }: Pick<Bench, 'quick'>): string[] =>
  ['fluorescence', 'ct'].map((kind) => `phantom:${kind}?size=${quick ? 16 : 128}`);

/** A volume under the Ψ and with the free scalars that a refinement of it begins with. */
export interface NamedCube {
  name: string;
  cube: Cube;
}

/** @throws VoxstyleError as loadCube. */
export async function loadVolumes(list: readonly string[]): Promise<NamedCube[]> {
  const cubes: NamedCube[] = [];
  for (const argument of list) cubes.push({ name: nameOf(argument), cube: await loadArgument(argument) });
  return cubes;
}

export function volumeScene({ name, cube }: NamedCube, bench: Bench): Scene {
  const fitting = fitToDevice(bench.device, cube);
  const psi = defaultPsi(fitting);
  psi.sampling.steps = bench.quick ? 16 : 256;
  const side = bench.quick ? 32 : 256;
  return {
    name: `${name}, ${fitting.shape.join('×')} voxels`,
    cube: fitting,
    psi,
    size: { width: side, height: side },
    paths: freeParameters(psi).paths,
    upstream: waves,
  };
}

export async function measureVolume(bench: Bench, scene: Scene): Promise<(RowEvent | LeftOutEvent)[]> {
  const empty = emptyShare(scene);
  const rows = await measureScene(bench, 'volumes', scene, [SIMPLE, UNSKIPPED, FAST, FROZEN]);
  return rows.map((row) => (row.type === 'row' ? { ...row, empty } : row));
}

const LEVELS = 4096;

/** Share of the voxels, 0 to 1, to which Ψ gives no extinction in any channel. */
export function emptyShare({ cube, psi }: Pick<Scene, 'cube' | 'psi'>): number {
  const channels = cube.channels.flatMap(({ samples, range: [lo, hi] }, c) => {
    const channel = psi.channels[c]!;
    if (!channel.enabled) return [];
    const clear = Uint8Array.from({ length: LEVELS + 1 }, (_, level) => Number(isClear(channel, level / LEVELS)));
    return [{ samples, lo, scale: LEVELS / (hi - lo), clear }];
  });
  const voxels = cube.shape[0] * cube.shape[1] * cube.shape[2];
  let empty = 0;
  for (let i = 0; i < voxels; i++) {
    let all = true;
    for (const { samples, lo, scale, clear } of channels) {
      if (clear[Math.round((samples[i]! - lo) * scale)] === 0) {
        all = false;
        break;
      }
    }
    if (all) empty++;
  }
  return empty / voxels;
}

/** Whether an intensity in [0, 1] lies where the transfer function has no extinction. */
function isClear({ window: { lo, hi }, gamma, knots }: PsiChannel, value: number): boolean {
  const u = Math.min(1, Math.max(0, (value - lo) / (hi - lo))) ** gamma;
  const above = knots.findIndex(({ x }) => x > u);
  const right = above < 0 ? knots.at(-1)! : knots[above]!;
  const left = above < 0 ? right : knots[Math.max(0, above - 1)]!;
  return left.extinction === 0 && (right.extinction === 0 || left.x === u);
}
