import type { Cube } from '../../cubes/index.js';
import { usage } from '../../errors.js';
import { loadArgument, nameOf } from '../volume-argument.js';
import { SCENES, type Scene } from './scenes.js';

export interface View {
  scene: Scene;
  cube: Cube;
}

/**
 * The cube of an argument and its scene.
 *
 * @throws VoxstyleError `usage` when no scene is made for it, and as loadArgument.
 */
async function loadView(argument: string): Promise<View> {
  const name = nameOf(argument);
  const scene = SCENES.find(({ volume }) => name.includes(volume));
  if (scene === undefined) {
    const words = SCENES.map(({ volume }) => volume).join(', ');
    throw usage(
      argument,
      `a file name with one of ${words} in it`,
      `'${name}'`,
      'add its scene to bench/vtk/scenes.ts',
    );
  }
  return { scene, cube: await loadArgument(argument) };
}

/** @throws VoxstyleError `usage` when there are none, and as loadView. */
export async function* loadViews(given: readonly string[]): AsyncGenerator<View> {
  if (given.length === 0) {
    throw usage('volumes', 'one or more', 'none', 'name them as in tooth.nrrd engine.raw.gz:256x256x128:uint8');
  }
  for (const argument of given) yield await loadView(argument);
}
