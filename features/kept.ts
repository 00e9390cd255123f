import { disposeAll, keepAll, type Tensor, tf } from '../tensors/index.js';

/**
 * Constant tensors that stay from one `Tensors.run` to the next. They are made when they are first asked for on a
 * backend, each backend having its own: a WebGPU backend of another device is another backend.
 */
export class Kept<T extends Record<string, Tensor>> {
  readonly #byBackend = new Map<unknown, T>();

  /** @param make may make other tensors on the way, which aren't kept. */
  constructor(readonly make: () => T) {}

  /** Within `Tensors.run`. */
  get(): T {
    const backend = tf.backend();
    const kept = this.#byBackend.get(backend);
    if (kept) return kept;
    const made = keepAll(tf.tidy(this.make));
    this.#byBackend.set(backend, made);
    return made;
  }

  dispose(): void {
    for (const made of this.#byBackend.values()) disposeAll(made);
    this.#byBackend.clear();
  }
}
