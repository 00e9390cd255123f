import { type Cube, loadCube } from '../cubes/index.js';

/** What stands before the voxels, type and spacing of a raw file; all of it for any other. */
const ARGUMENT = /^(?<path>.*?)(?::(?<dims>\d+(?:x\d+)+):(?<dtype>\w+)(?::(?<spacing>[\d.x]+))?)?$/;
const numbers = (text: string | undefined) => text?.split('x').map(Number);
const parts = (argument: string) =>
  ARGUMENT.exec(argument)!.groups as { path: string } & Record<string, string | undefined>;

/** The name of an argument's file, without its folder. */
export const nameOf = (argument: string): string => parts(argument).path.split(/[/\\]/).at(-1)!;

/**
 * The cube of a bench's argument: whatever `--cube` takes, or a raw file with its voxels, type and, if its voxels aren't cubes,
 * spacing, as in `engine.raw.gz:256x256x128:uint8[:1x1x1.5]`.
 *
 * @throws VoxstyleError as loadCube.
 */
export function loadArgument(argument: string): Promise<Cube> {
  const { path, dims, dtype, spacing } = parts(argument);
  return loadCube(path, { dims: numbers(dims), dtype, spacing: numbers(spacing) });
}
