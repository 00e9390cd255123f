import type { Device } from './device.js';

/** The buffers of one renderer by name. A name has one buffer at a time: another size replaces it. */
export class Buffers {
  readonly #held = new Map<string, GPUBuffer>();

  constructor(readonly device: Device) {}

  /** The buffer of that name and size, made if it isn't there. Its contents are what was last written to it. */
  take(label: string, size: number, usage = 0): GPUBuffer {
    const held = this.#held.get(label);
    if (held?.size === size) return held;
    held?.destroy();
    const buffer = this.device.gpu.createBuffer({ label, size, usage: GPUBufferUsage.STORAGE | usage });
    this.#held.set(label, buffer);
    return buffer;
  }

  /** Gives back those with the given names, or all. */
  drop(labels: Iterable<string> = [...this.#held.keys()]): void {
    for (const label of labels) {
      this.#held.get(label)?.destroy();
      this.#held.delete(label);
    }
  }
}
