import { type Cube, loadCube } from '../../cubes/index.js';
import { usage } from '../../errors.js';
import { SCENES, type Scene } from './scenes.js';

export interface View {
  scene: Scene;
  cube: Cube;
}

const numbers = (text: string | undefined) => text?.split(/[x,]/).map(Number);

/**
 * The cube of an argument, `tooth.nrrd` or `engine.raw.gz:256x256x128:uint8[:1x1x1.5]` (voxels, type, spacing), and its scene.
 *
 * @throws VoxstyleError `usage` when no scene is made for it, and as loadCube.
 */
async function loadView(argument: string): Promise<View> {
  const [path, dims, dtype, spacing] = argument.split(':') as [string, string?, string?, string?];
  const name = path.split(/[/\\]/).at(-1)!;
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
  const cube = await loadCube(path, { dims: numbers(dims), dtype, spacing: numbers(spacing) });
  return { scene, cube };
}

/** @throws VoxstyleError `usage` when there are none, and as loadView. */
export async function* loadViews(given: readonly string[]): AsyncGenerator<View> {
  if (given.length === 0) {
    throw usage('volumes', 'one or more', 'none', 'name them as in tooth.nrrd engine.raw.gz:256x256x128:uint8');
  }
  for (const argument of given) yield await loadView(argument);
}
