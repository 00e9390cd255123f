import type { Cube } from '../cubes/cube.js';
import type { Device } from './device.js';
import { Renderer } from './renderer.js';

/** One renderer for each cube that is asked for, until they are closed. */
export class Renderers {
  readonly #open = new Map<Cube, Renderer>();

  constructor(readonly device: Device) {}

  /** @throws VoxstyleError as `Renderer.open`. */
  async of(cube: Cube): Promise<Renderer> {
    const open = this.#open.get(cube) ?? (await Renderer.open(this.device, cube));
    this.#open.set(cube, open);
    return open;
  }

  /** Others may be opened afterwards. */
  close(): void {
    for (const renderer of this.#open.values()) renderer.close();
    this.#open.clear();
  }
}
