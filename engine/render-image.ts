import type { Cube } from '../cubes/cube.js';
import type { Device } from './device.js';
import type { Size } from './frame.js';
import type { Picture } from './picture.js';
import type { Psi } from './psi.js';
import { Renderer } from './renderer.js';

/**
 * One picture of a cube. For several of one cube keep a `Renderer`, which uploads it once.
 *
 *     const device = await openDevice();
 *     const cube = await loadCube('stack.ome.tif');
 *     const picture = await renderImage(device, cube, defaultPsi(cube), { width: 512, height: 512 });
 *
 * @throws VoxstyleError as `Renderer.open` and `Renderer.forward`.
 */
export async function renderImage(device: Device, cube: Cube, psi: Psi, size: Size): Promise<Picture> {
  const renderer = await Renderer.open(device, cube, { storage: psi.sampling.storage });
  try {
    return (await renderer.forward(psi, size)).picture;
  } finally {
    renderer.close();
  }
}
