import type { Batches, StyleBatch } from './batch.js';

/** Batches, each asked for while the one before it is in use. */
export class Prefetch {
  #next: { index: number; batch: Promise<StyleBatch> } | undefined;

  constructor(readonly batches: Batches) {}

  async take(index: number, more: boolean): Promise<StyleBatch> {
    const batch = await (this.#next?.index === index ? this.#next.batch : this.batches(index));
    this.#next = more ? { index: index + 1, batch: this.batches(index + 1) } : undefined;
    // It is thrown when the batch is taken.
    this.#next?.batch.catch(() => {});
    return batch;
  }

  /** Waits for what was asked for and isn't needed, so that its renderer is free again. */
  async settle(): Promise<void> {
    await this.#next?.batch.catch(() => {});
  }
}
