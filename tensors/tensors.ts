import type { Device } from '../engine/device.js';
import { usage, VoxstyleError } from '../errors.js';
import { addMissingKernels } from './kernels.js';
import { showGpu, type Tensor, tf, WebGPUBackend } from './tf.js';

export const BACKENDS = ['wasm', 'webgpu'] as const;
export type Backend = (typeof BACKENDS)[number];

export interface TensorsOptions {
  /** `auto`, the default, is `webgpu` on a device that isn't software, else `wasm`, which is several times faster there. */
  backend?: Backend | 'auto' | undefined;
  /** The device that the renderer works on; `webgpu` works on it too, so that pictures need not leave it. */
  device?: Device | undefined;
}

/** What is under way; TensorFlow.js has one backend and one stack of scopes for the whole process. */
let last: Promise<unknown> = Promise.resolve();
/** The device of the registered WebGPU backend. */
let registered: Device | undefined;
let loaded = false;

/**
 * TensorFlow.js on one of two backends: `webgpu` on the renderer's device, or `wasm` (SIMD, one thread). Both give the same
 * values and gradients up to rounding.
 *
 *     const tensors = openTensors({ device });
 *     const norm = await tensors.run(() => tensors.read(tf.norm(tf.tensor([3, 4]))));
 *
 * Several may be open, but with `webgpu` only those of one device: tensors of another device's are lost when it is used.
 */
export class Tensors {
  constructor(
    readonly backend: Backend,
    readonly device: Device | undefined,
  ) {}

  /**
   * Runs work on this backend, one piece after another, and disposes of the tensors that it made; those that are to live on are
   * kept with `tf.keep`. Work must not call `run` itself.
   */
  run<T>(work: () => T | Promise<T>): Promise<T> {
    const mine = last.then(async () => {
      await this.#use();
      const engine = tf.engine();
      engine.startScope();
      try {
        return await work();
      } finally {
        engine.endScope();
      }
    });
    last = mine.catch(() => {});
    return mine;
  }

  /** A tensor's values, row-major. @throws VoxstyleError `device-lost`. */
  async read(tensor: Tensor): Promise<Float32Array> {
    const values = tensor.data() as Promise<Float32Array>;
    return this.backend === 'webgpu' ? this.device!.race(values) : values;
  }

  async #use(): Promise<void> {
    if (!loaded) {
      // Its own factory would open a device of its own.
      tf.removeBackend('webgpu');
      // It would compute small tensors on the CPU, whose values the GPU then waits for.
      tf.env().set('WEBGPU_CPU_FORWARD', false);
      addMissingKernels();
      loaded = true;
    }
    if (this.backend === 'webgpu' && registered !== this.device) {
      if (registered) tf.removeBackend('webgpu');
      const { gpu, adapter } = this.device!;
      tf.registerBackend('webgpu', () => new WebGPUBackend(gpu, adapter.info));
      registered = this.device;
    }
    if (tf.getBackend() === this.backend) return;
    const hideGpu = showGpu();
    const begun = await unheard(() => tf.setBackend(this.backend)).finally(hideGpu);
    if (begun) return;
    const expected = 'a backend of TensorFlow.js that begins';
    const fix = 'report it with the output of voxstyle doctor';
    throw new VoxstyleError('internal', { where: `backend ${this.backend}`, expected, found: 'one that fails', fix });
  }
}

/** The WASM module listens for errors that nobody caught and throws them anew, below its whole source on one line. */
async function unheard<T>(load: () => Promise<T>): Promise<T> {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => new Set<unknown>(process.listeners(event as never)));
  const loaded = await load();
  for (const [i, event] of events.entries()) {
    for (const listener of process.listeners(event as never))
      if (!before[i]!.has(listener)) process.off(event, listener);
  }
  return loaded;
}

/** @throws VoxstyleError `usage` for `webgpu` without a device. */
export function openTensors({ backend = 'auto', device }: TensorsOptions = {}): Tensors {
  const chosen = backend === 'auto' ? (device && !device.software ? 'webgpu' : 'wasm') : backend;
  if (chosen === 'webgpu' && device === undefined) {
    throw usage('backend webgpu', 'a device to work on', 'none', 'pass the device of the renderer, or choose wasm');
  }
  return new Tensors(chosen, device);
}
