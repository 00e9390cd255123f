import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Cube, worldExtent } from '../../cubes/cube.js';
import { orbitCamera } from '../../engine/camera.js';
import type { Size } from '../../engine/frame.js';
import { emptyPicture, type Picture } from '../../engine/picture.js';
import { readPicture } from '../../engine/picture-file.js';
import type { Psi } from '../../engine/psi.js';
import { VoxstyleError } from '../../errors.js';
import { readFileWhole, writeFileWhole } from '../../files.js';
import { sampleDistance } from './equivalent.js';
import type { Scene } from './scenes.js';

const SCRIPT = fileURLToPath(new URL('render.py', import.meta.url));
const IMPORTS = 'import vtkmodules.vtkRenderingVolumeOpenGL2';
const INSTALL =
  'install VTK for Python and a virtual X server (Debian: python3-vtk9 xvfb), or name a Python that has VTK by --python';

/** Runs Python under a virtual X server. @throws VoxstyleError `missing-input` when that or VTK isn't there. */
async function python(interpreter: string, words: string[]): Promise<void> {
  try {
    // Without -noreset the server starts anew after each window, and the next one may find it away.
    const server = ['-a', '-s', '-screen 0 1280x1024x24 -noreset'];
    await promisify(execFile)('xvfb-run', [...server, interpreter, ...words]);
  } catch (cause) {
    const { message, stderr } = cause as Error & { stderr?: string };
    // Python's last line says what is wrong, what comes before it where.
    const found = stderr?.trim().split('\n').at(-1) || message;
    const parts = { where: interpreter, expected: 'VTK under xvfb-run', found, fix: INSTALL };
    throw new VoxstyleError('missing-input', parts, { cause });
  }
}

/** @throws VoxstyleError `missing-input` that says what to install. */
export const requireVtk = (interpreter: string) => python(interpreter, ['-c', IMPORTS]);

/** The cube as VTK has it in voxstyle's world: the first voxel's centre is half a voxel inside the box. */
function vtkVolume(cube: Cube, file: string) {
  const extent = worldExtent(cube);
  const spacing = extent.map((side, axis) => side / cube.shape[axis]!);
  return { file, shape: cube.shape, spacing, origin: extent.map((side, axis) => (spacing[axis]! - side) / 2) };
}

/** What is read of a picture of VTK's. */
export interface VtkPicture {
  /** As its ray caster made it, over the background. */
  cast: Picture;
  /** As its window showed that: enlarged by a pixel at most, with linear interpolation. */
  shown: Picture;
}

async function readVtk(path: string, { width, height }: Size, background: readonly number[]): Promise<VtkPicture> {
  const bytes = await readFileWhole(`${path}.rgba16`, { expected: 'a picture by render.py', fix: 'run it again' });
  const cast = emptyPicture(width, height);
  for (let i = 0; i < cast.data.length; i += 4) {
    const row = Math.floor(i / 4 / width);
    const from = i + (height - 1 - 2 * row) * width * 4;
    const at = (c: number) => bytes.readUInt16LE((from + c) * 2) / 32767;
    const clear = 1 - at(3);
    for (let c = 0; c < 3; c++) cast.data[i + c] = at(c) + clear * background[c]!;
    cast.data[i + 3] = clear;
  }
  return { cast, shown: await readPicture(`${path}.png`) };
}

/**
 * VTK's pictures of a scene, unshaded and shaded, also left as PNG files in the folder.
 *
 * @param camera where to look from; the scene's, as a Ψ has it.
 * @throws VoxstyleError `missing-input` when VTK can't be run.
 */
export async function renderVtk(
  interpreter: string,
  folder: string,
  { scene, cube, camera, size }: { scene: Scene; cube: Cube; camera: Psi['camera']; size: Size },
): Promise<{ unshaded: VtkPicture; shaded: VtkPicture }> {
  const path = (ending: string) => resolve(join(folder, `${scene.volume}${ending}`));
  const { origin: eye, up } = orbitCamera(camera);
  const { background, unitDistance, points } = scene;
  const pictures = [null, scene.shading].map((shading) => ({
    ...size,
    ...{ background, unitDistance, points, shading },
    sampleDistance: sampleDistance(cube),
    camera: { eye, target: camera.target, up, fov: camera.fov },
    out: path(shading ? '-vtk-shaded' : '-vtk'),
  }));
  // As floats whatever they were: VTK rounds what it interpolates up to a whole number of an integer volume's.
  const samples = Float32Array.from(cube.channels[0]!.samples);
  await writeFileWhole(path('.raw'), new Uint8Array(samples.buffer));
  const jobs = [{ volume: vtkVolume(cube, path('.raw')), pictures }];
  await writeFileWhole(path('-jobs.json'), JSON.stringify(jobs, null, 2));
  await python(interpreter, [SCRIPT, path('-jobs.json')]);
  const [unshaded, shaded] = await Promise.all(pictures.map(({ out }) => readVtk(out, size, background)));
  return { unshaded: unshaded!, shaded: shaded! };
}
