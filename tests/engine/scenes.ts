import type { Cube } from '../../cubes/cube.js';
import { makePhantom } from '../../cubes/phantom.js';
import { type Psi, parsePsi } from '../../engine/psi.js';
import { defaultPsi } from '../../engine/psi-default.js';
import { randomPsi } from '../../engine/psi-random.js';
import { Renderer } from '../../engine/renderer.js';
import { seededRandom } from '../../random.js';
import { sharedDevice } from '../device.js';
import { noiseCube, richPsi } from '../reference/scenes.js';

const renderers = new Map<Cube, Promise<Renderer>>();

/** A renderer of a cube on the device that the tests share; one for each cube. */
export function rendererOf(cube: Cube): Promise<Renderer> {
  const renderer = renderers.get(cube) ?? sharedDevice().then((device) => Renderer.open(device, cube));
  renderers.set(cube, renderer);
  return renderer;
}

export const SIZE = { width: 20, height: 15 };
export const VALUES = SIZE.width * SIZE.height * 4;

/** A Ψ with parts replaced, a document again. */
export const having = (psi: Psi, parts: Partial<Psi>): Psi => parsePsi({ ...psi, ...parts });
export const sampling = (parts: Partial<Psi['sampling']>): Psi['sampling'] => ({
  rate: 1,
  steps: 24,
  interpolation: 'linear',
  jitter: false,
  storage: 'auto',
  ...parts,
});

export const rich = having(richPsi(), { sampling: sampling({}) });
export const noise = noiseCube(3, [7, 6, 5]);
export const ct = makePhantom('ct', { size: 16 });
export const cells = makePhantom('fluorescence', { size: 16 });
export const random = (cube: Cube, seed: number, profile: Parameters<typeof randomPsi>[2]) =>
  having(randomPsi(defaultPsi(cube), seededRandom(seed), profile), { sampling: sampling({ steps: 40 }) });
