import { cp, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { VoxstyleError } from '../../errors.js';

const KERNELS = fileURLToPath(new URL('../../wgsl/', import.meta.url));
const FILE = 'surface.wgsl';
const LENGTH = /const SURFACE_LENGTH = [\d.e-]+;/;

/**
 * Voxstyle lights a slope by how steep it is, VTK lights all that are not flat. A copy of the kernels in which the gentlest slope
 * is a full surface, as VTK has it, tells how much of what differs is due to that.
 *
 * @returns the copy's folder, for Renderer.open.
 */
export async function everySlopeKernels(folder: string): Promise<URL> {
  const copy = resolve(join(folder, 'every-slope'));
  await cp(KERNELS, copy, { recursive: true });
  const text = await readFile(join(copy, FILE), 'utf8');
  if (!LENGTH.test(text)) {
    const fix = 'name in bench/vtk/every-slope.ts what it is called now';
    throw new VoxstyleError('internal', { where: FILE, expected: `${LENGTH}`, found: 'no such line', fix });
  }
  await writeFile(join(copy, FILE), text.replace(LENGTH, 'const SURFACE_LENGTH = 1e6;'));
  return new URL(`${pathToFileURL(copy)}/`);
}
