/** Batches, each asked for while the one before it is in use. */
export class Prefetch<Batch> {
  #next: { index: number; batch: Promise<Batch> } | undefined;

  constructor(readonly batch: (index: number) => Promise<Batch>) {}

  /** @param more whether the one after it is asked for. */
  async take(index: number, more: boolean): Promise<Batch> {
    const batch = await (this.#next?.index === index ? this.#next.batch : this.batch(index));
    this.#next = more ? { index: index + 1, batch: this.batch(index + 1) } : undefined;
    // It is thrown when the batch is taken.
    this.#next?.batch.catch(() => {});
    return batch;
  }

  /** Waits for what was asked for and isn't needed, so that its renderer is free again. */
  async settle(): Promise<void> {
    await this.#next?.batch.catch(() => {});
  }
}
