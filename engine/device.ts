/**
 * The WebGPU device that everything runs on: found in the order hardware, system software, bundled software; its errors
 * turned into exceptions; its loss into an error that every wait ends with.
 */
import { VoxstyleError } from '../errors.js';
import { driverName, findAdapter, isSoftware, type MissingTier, remedyFor, TIERS, type Tier } from './device-tiers.js';

export { type MissingTier, TIERS, type Tier } from './device-tiers.js';

export interface DeviceOptions {
  /** The one tier to use, or `auto` for the first that works. Default: `$VOXSTYLE_DEVICE`, else `auto`. */
  tier?: Tier | 'auto';
  /** Receives one line that says what was chosen, and why not what comes before it. */
  onNotice?: (line: string) => void;
}

/**
 * Opens a device. Call it on the main thread; several may be open at once, of one tier or of several.
 *
 * @example
 * const device = await openDevice({ onNotice: console.error });
 * const module = await device.checked('fill', () => device.gpu.createShaderModule({ code }));
 * device.close();
 *
 * @throws VoxstyleError `usage` for an unknown tier, `no-device` when no tier that was tried gives a device,
 *   `cannot-write` when the bundled driver can't be unpacked anywhere.
 */
export async function openDevice(options: DeviceOptions = {}): Promise<Device> {
  const wanted = readTier(options.tier);
  const missing: MissingTier[] = [];
  for (const tier of wanted === 'auto' ? TIERS : [wanted]) {
    const device = await openTier(tier);
    if (device instanceof Device) {
      const passedOver = missing.map(
        ({ tier, status }) => `; ${status === 'absent' ? 'no' : 'broken'} ${TIER_NOUNS[tier]}`,
      );
      options.onNotice?.(`device: ${device.driver}${passedOver.join('')}`);
      return device;
    }
    missing.push(device);
  }
  throw new VoxstyleError('no-device', {
    where: wanted === 'auto' ? 'device' : `device tier ${wanted}`,
    expected: 'a WebGPU adapter',
    found: missing.map(({ tier, evidence }) => `${tier}: ${evidence}`).join('; '),
    fix: missing.map(({ remedy }) => remedy).join(', or '),
  });
}

/**
 * Opens the device of one tier, or says why there is none.
 *
 * @throws VoxstyleError as openDevice, but for a tier that has no adapter or a broken one.
 */
export async function openTier(tier: Tier): Promise<Device | MissingTier> {
  const found = await findAdapter(tier);
  if (!('adapter' in found)) return found;
  const { limits } = found.adapter;
  const requiredLimits = {
    ...atMost(limits, 'maxBufferSize'),
    ...atMost(limits, 'maxStorageBufferBindingSize'),
    maxStorageBuffersPerShaderStage: STORAGE_BUFFERS,
  };
  try {
    return new Device(await found.adapter.requestDevice({ requiredLimits }), found.adapter, tier);
  } catch (error) {
    const evidence = `${driverName(found.adapter.info)} gives no device: ${(error as Error).message}`;
    return { tier, status: 'broken', evidence, remedy: remedyFor(tier) };
  }
}

/** Storage buffers that a kernel binds at the most; WebGPU promises 8, every driver met so far has 12 or more. */
const STORAGE_BUFFERS = 9;

/** Sizes above 2 GiB are left out: some drivers offer more than they can address. */
const atMost = (limits: GPUSupportedLimits, name: 'maxBufferSize' | 'maxStorageBufferBindingSize') => ({
  [name]: Math.min(limits[name], 2 ** 31),
});

function readTier(tier: string | undefined): Tier | 'auto' {
  const allowed = ['auto', ...TIERS] as const;
  const value = tier ?? (process.env.VOXSTYLE_DEVICE || 'auto');
  const found = allowed.find((name) => name === value);
  if (found) return found;
  throw new VoxstyleError('usage', {
    where: tier === undefined ? 'VOXSTYLE_DEVICE' : 'device tier',
    expected: `one of ${allowed.join(', ')}`,
    found: `'${value}'`,
    fix: 'use one of these names',
  });
}

const TIER_NOUNS = {
  hardware: 'hardware adapter',
  'system-software': process.platform === 'linux' ? 'system software Vulkan' : 'system software adapter',
  bundled: 'bundled software Vulkan',
} as const satisfies Record<Tier, string>;

/** Devices stay reachable until they are closed: Dawn must not see one collected while its work is under way. */
const openDevices = new Set<Device>();

/** An open WebGPU device. openDevice makes it; whoever opened it closes it. */
export class Device {
  /** One line for people: `llvmpipe (Mesa 25.0.7), system software Vulkan`. */
  readonly driver: string;
  /** True when it computes on the CPU. */
  readonly software: boolean;
  /** Whether it passes over code that none of its lanes takes. SwiftShader, the bundled driver, computes both sides of every if. */
  readonly branches: boolean;
  /** Settles, with the error, when the device is lost. It stays pending when the device is closed by close(). */
  readonly lost: Promise<VoxstyleError>;
  #closed = false;
  #loss: VoxstyleError | undefined;
  /** The first GPU error since the last look that no checked() call covered. */
  #uncovered: VoxstyleError | undefined;
  /** Ends of the waits under way, see race(). */
  readonly #waits = new Set<(error: VoxstyleError) => void>();

  constructor(
    readonly gpu: GPUDevice,
    /** Where the device comes from: `adapter.info` names the driver, its limits and features are the most there is. */
    readonly adapter: GPUAdapter,
    readonly tier: Tier,
  ) {
    this.driver = `${driverName(adapter.info)}, ${TIER_NOUNS[tier]}`;
    this.software = isSoftware(adapter.info);
    this.branches = tier !== 'bundled';
    openDevices.add(this);
    this.lost = new Promise((resolve) => {
      gpu.lost.then(({ message }) => {
        if (this.#closed) return;
        const error = this.#lossError(message);
        this.#loss = error;
        for (const end of this.#waits) end(error);
        resolve(error);
      });
    });
    // An error that no scope captures means that a command was dropped, so what follows would be wrong.
    gpu.addEventListener('uncapturederror', (event) => {
      event.preventDefault();
      this.#uncovered ??= this.#gpuError('device', event.error);
    });
  }

  /**
   * Costs nothing, so call it once an iteration.
   *
   * @throws VoxstyleError `device-lost` once the device is lost, `internal` after close(), and once each GPU error that
   *   no checked() call covered.
   */
  throwIfLost(): void {
    const error = this.#loss ?? this.#uncovered;
    this.#uncovered = undefined;
    if (error) throw error;
    if (!this.#closed) return;
    throw new VoxstyleError('internal', {
      where: this.driver,
      expected: 'an open device',
      found: 'a closed one',
      fix: 'close the device after its last use',
    });
  }

  /**
   * Waits for `promise`, but no longer than the device lives: on a lost device a mapAsync() may never settle.
   *
   * @throws VoxstyleError as throwIfLost(), `device-lost` as soon as the device is lost; else what `promise` rejects with.
   */
  async race<T>(promise: Promise<T>): Promise<T> {
    // Promise.race() against `lost` would leave a listener on it for each call.
    let end: (error: VoxstyleError) => void = () => {};
    const loss = new Promise<never>((_, reject) => {
      end = reject;
    });
    this.#waits.add(end);
    if (this.#loss) end(this.#loss);
    // A pending map is rejected when its device goes; the reason of that, the loss, may be reported a moment later.
    const settled = promise.catch(async (error) => {
      await new Promise(setImmediate);
      throw this.#loss ?? error;
    });
    const value = await Promise.race([settled, loss]).finally(() => this.#waits.delete(end));
    this.throwIfLost();
    return value;
  }

  /**
   * Runs GPU calls and turns their errors into exceptions. The calls that `make` makes before its first await are covered;
   * when it returns a promise (createComputePipelineAsync), its rejection is too.
   *
   * @param label the kernel's name, or what is being made: the `where` of the error.
   * @throws VoxstyleError `internal` for invalid shaders, pipelines and commands, `no-device` when memory runs out,
   *   `device-lost`.
   */
  async checked<T>(label: string, make: () => T | Promise<T>): Promise<T> {
    this.throwIfLost();
    for (const filter of ['internal', 'out-of-memory', 'validation'] as const) this.gpu.pushErrorScope(filter);
    let result: T | Promise<T> | undefined;
    let thrown: unknown;
    try {
      result = make();
    } catch (error) {
      thrown = error;
    }
    // The scopes are closed before anything is awaited, else those of two calls at once would be mixed up.
    const scopes = [this.gpu.popErrorScope(), this.gpu.popErrorScope(), this.gpu.popErrorScope()];
    const [made, ...errors] = await this.race(Promise.allSettled([result, ...scopes]));
    const error =
      errors.map((scope) => (scope.status === 'fulfilled' ? scope.value : scope.reason)).find((error) => error) ??
      thrown ??
      (made.status === 'rejected' ? made.reason : undefined);
    if (error) throw error instanceof VoxstyleError ? error : this.#gpuError(label, error);
    return (made as PromiseFulfilledResult<Awaited<T>>).value;
  }

  /**
   * Gives the device back; not an error for those who wait on `lost`. It blocks until the work that was submitted is
   * done. A process may also end without it, by itself or by process.exit(); Dawn keeps no process alive.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.gpu.destroy();
    openDevices.delete(this);
  }

  #lossError(message: string): VoxstyleError {
    return new VoxstyleError('device-lost', {
      where: this.driver,
      expected: 'a device that keeps working',
      found: `a lost device (${message})`,
      fix: 'run the same command again',
    });
  }

  #gpuError(label: string, cause: GPUError | Error): VoxstyleError {
    const found = cause.message;
    if (cause instanceof GPUOutOfMemoryError) {
      const fix = 'use a smaller --size or a smaller cube';
      return new VoxstyleError(
        'no-device',
        { where: label, expected: `enough memory on ${this.driver}`, found, fix },
        { cause },
      );
    }
    const [expected, fix] =
      cause instanceof GPUInternalError || (cause instanceof GPUPipelineError && cause.reason === 'internal')
        ? ['a driver that takes valid work', 'set VOXSTYLE_DEVICE to another tier']
        : ['valid GPU commands', 'report it with the output of voxstyle doctor'];
    return new VoxstyleError('internal', { where: label, expected, found, fix }, { cause });
  }
}
