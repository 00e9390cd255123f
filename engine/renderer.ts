import type { Cube } from '../cubes/cube.js';
import { VoxstyleError } from '../errors.js';
import { Buffers } from './buffers.js';
import type { Device } from './device.js';
import { FastPasses, type FrameBuffers, type Scene } from './fast-passes.js';
import { type Features, featuresFor, featuresOf } from './features.js';
import { checkFits, psiValue, type Size, viewValue } from './frame.js';
import { gradientVector } from './gradient.js';
import { TILE, tilesIn } from './held.js';
import { type Dispatch, run } from './kernel.js';
import type { Picture } from './picture.js';
import { type KernelName, type Program, Programs } from './programs.js';
import type { Psi } from './psi.js';
import { toVector } from './psi-vector.js';
import { type AskedStorage, chooseStorage } from './storage.js';
import { uploadVolume, type Volume } from './volume.js';

/** Four floats. */
const BYTES_A_PIXEL = 16;
/** Bytes that held samples may take when nobody says. */
export const HELD_MEMORY = 2 ** 30;

/** Buffers that are as large as the picture, or grow with it. */
const PER_PIXEL = ['radiance', 'picture', 'ends', 'upstream', 'partials'];

/** A picture on its device, and what the adjoint needs of its making. */
export interface Drawn {
  psi: Psi;
  size: Size;
  /** The picture's data, four floats a pixel; the renderer's own, and another picture's after the next. */
  pixels: GPUBuffer;
}

/** A picture that was read back. */
export interface Frame extends Drawn {
  picture: Picture;
}

export interface RendererOptions {
  /** What Ψ's `sampling.storage` will ask for, so that the cube is uploaded once; `auto` when left out. */
  storage?: AskedStorage;
  /** The kernels' folder, ending in '/', when it isn't the package's own. */
  shaders?: URL | undefined;
  /** `simple` for the kernels that the fast ones are tested against: they take every sample of every ray. */
  kernels?: 'fast' | 'simple';
  /** Whether the fast kernels leave clear samples out; false to measure what that gives. */
  skipping?: boolean;
  /** Most bytes that held samples may take, see `holdingBytes`. Default 1 GiB. */
  memory?: number | undefined;
}

export interface ForwardOptions {
  /**
   * That the camera, clip box, size and sampling stay as they are over many calls: the samples along all rays are then taken
   * once and held, if `memory` and the device's limits allow it. The picture is the same but for rounding in the last digit.
   */
  held?: boolean;
}

/**
 * Renders one cube on one device, and differentiates what it rendered. It does one thing at a
 * time: await each call before the next. Open it with `Renderer.open`, end it with `close`.
 */
export class Renderer {
  readonly #programs: Programs;
  readonly #buffers: Buffers;
  readonly #fast: FastPasses | undefined;
  #size = '';
  #volume: Volume;
  #latest: { drawn: Drawn; buffers: FrameBuffers; held: boolean } | undefined;

  private constructor(
    readonly device: Device,
    readonly cube: Cube,
    volume: Volume,
    { shaders, kernels = 'fast', skipping = true, memory = HELD_MEMORY }: RendererOptions,
  ) {
    this.#volume = volume;
    this.#buffers = new Buffers(device);
    this.#programs = new Programs(device, shaders);
    if (kernels === 'fast') {
      this.#fast = new FastPasses(device, cube, this.#programs, this.#buffers, { skipping, memory });
    }
  }

  /** @throws VoxstyleError `bad-input` when the cube is too large for the device. */
  static async open(device: Device, cube: Cube, options: RendererOptions = {}): Promise<Renderer> {
    return new Renderer(device, cube, await uploadVolume(device, cube, options.storage ?? 'auto'), options);
  }

  /** Bytes of the samples that are held now; 0 when none are. */
  get heldBytes(): number {
    return this.#fast?.heldBytes ?? 0;
  }

  /**
   * Bytes that samples take when `forward` is asked to hold them, and the most that they may: `memory`, or less if the device
   * binds less. The simple kernels hold none.
   *
   * @param paths the scalars whose gradient will be wanted.
   */
  roomToHold(psi: Psi, size: Size, paths: readonly string[]): { needed: number; most: number } {
    return this.#fast?.room(psi, size, featuresFor(psi, paths)) ?? { needed: 0, most: 0 };
  }

  /**
   * f_render: the picture of the cube under Ψ, see image-formation.md.
   *
   * @throws VoxstyleError `bad-input` when Ψ doesn't fit the cube, `usage` for an impossible size, `device-lost`.
   */
  async forward(psi: Psi, size: Size, options: ForwardOptions = {}): Promise<Frame> {
    const { dispatches, buffers } = await this.#plan(psi, size, options);
    const data = await run(this.device, dispatches, buffers.picture);
    return this.#keep({ psi, size, pixels: buffers.picture, picture: { ...size, data } }, buffers, options);
  }

  /** As `forward`, for a picture that is looked at where it is, on the device. */
  async draw(psi: Psi, size: Size, options: ForwardOptions = {}): Promise<Drawn> {
    const { dispatches, buffers } = await this.#plan(psi, size, options);
    await run(this.device, dispatches);
    return this.#keep({ psi, size, pixels: buffers.picture }, buffers, options);
  }

  #keep<T extends Drawn>(drawn: T, buffers: FrameBuffers, { held = false }: ForwardOptions): T {
    this.#latest = { drawn, buffers, held };
    return drawn;
  }

  async #plan(psi: Psi, size: Size, { held = false }: ForwardOptions) {
    checkFits(this.cube, psi);
    this.#checkSize(size);
    this.#latest = undefined;
    await this.#keepVolume(psi.sampling.storage);
    const scene = { psi, size, volume: this.#volume };
    const features = featuresOf(psi);
    const fast = await this.#fast?.plan(scene, features, held);
    const { layout, constants, kernels } = fast?.program ?? (await this.#simple(scene, features, ['forward']));
    return this.#make('frame buffers', (): { buffers: FrameBuffers; dispatches: Dispatch[] } => {
      const buffers = this.#frameBuffers(size, layout);
      const { queue } = this.device.gpu;
      queue.writeBuffer(buffers.view, 0, layout.view.pack(viewValue(this.cube, psi, size, this.#volume)));
      queue.writeBuffer(buffers.psi, 0, layout.psi.pack(psiValue(psi, constants.KNOTS)));
      if (fast) return { buffers, dispatches: this.#fast!.forward(fast, buffers) };
      const { view, psi: scalars, radiance, picture } = buffers;
      const bound = [view, scalars, this.#volume.buffer, radiance, picture];
      return { buffers, dispatches: [[kernels.forward, bound, simpleGroups(size)]] };
    });
  }

  /**
   * The gradient of a scalar with respect to Ψ, from its gradient with respect to the picture of the latest `forward` or `draw`.
   *
   * @param upstream ∂L/∂picture, as the picture's data: 4·width·height values, on the host or in a buffer of the device.
   * @param paths the scalars of Ψ whose gradient is wanted, all when left out. Others may get 0: what the camera, the clip box,
   *   shading that is off, gradient opacity that is 0 and the extinction of clear knots would cost is then not paid.
   * @returns ∂L/∂Ψ in the order of `toVector(frame.psi)`; 0 for scalars without a gradient and channels that are off.
   * @throws VoxstyleError `internal` when `frame` is not the latest, `device-lost`.
   */
  async adjoint(
    frame: Drawn,
    upstream: Float32Array | GPUBuffer,
    paths: readonly string[] = toVector(frame.psi).paths,
  ): Promise<Float64Array> {
    const { buffers, held, drawn: current } = this.#latest ?? {};
    const { psi, size } = frame;
    const found = upstream instanceof Float32Array ? upstream.length : Math.floor(upstream.size / 4);
    if (!buffers || frame !== current || found !== 4 * size.width * size.height) {
      throw new VoxstyleError('internal', {
        where: 'adjoint',
        expected: 'the latest frame and one upstream value for each of its values',
        found: frame === current ? `${found} values` : 'an earlier frame',
        fix: 'call adjoint before the next forward',
      });
    }
    const scene = { psi, size, volume: this.#volume };
    const features = featuresFor(psi, paths);
    const fast = await this.#fast?.plan(scene, features, held!, new Set(paths));
    const { layout, constants, kernels } =
      fast?.program ?? (await this.#simple(scene, features, ['adjoint', 'reduce']));
    const sums = this.#fast?.partialsOf(size, layout.gradient.size) ?? tilesIn(size);
    this.#checkPartials(layout.gradient.size, sums, size);
    const { dispatches, total } = await this.#make('gradient buffers', () => {
      const made = this.#gradientBuffers(size, layout, sums, upstream);
      const { queue } = this.device.gpu;
      queue.writeBuffer(made.scalars, 0, layout.psi.pack(psiValue(psi, constants.KNOTS)));
      if (upstream instanceof Float32Array) queue.writeBuffer(made.upstream, 0, upstream as Float32Array<ArrayBuffer>);
      const { scalars, upstream: weights, partials, total } = made;
      const bound = [buffers.view, scalars, this.#volume.buffer, buffers.radiance, weights, partials];
      const adjoint: Dispatch[] = fast
        ? this.#fast!.adjoint(fast, buffers, made)
        : [[kernels.adjoint, bound, simpleGroups(size)]];
      return { total, dispatches: [...adjoint, [kernels.reduce, [partials, total], [total.size / 4]] as const] };
    });
    const flat = await run(this.device, dispatches, total);
    return gradientVector(this.cube, psi, layout.gradient, constants, flat);
  }

  close(): void {
    this.#volume.buffer.destroy();
    this.#drop();
  }

  #simple({ psi, volume }: Scene, features: Features, names: readonly KernelName[]): Promise<Program> {
    return this.#programs.get({ psi, features, storage: volume.storage }, names);
  }

  #drop(): void {
    this.#buffers.drop();
    this.#fast?.forget();
    this.#latest = undefined;
  }

  /** Sees to it that the voxels are stored as Ψ asks. */
  async #keepVolume(asked: AskedStorage): Promise<void> {
    if (chooseStorage(this.cube, asked) === this.#volume.storage) return;
    const volume = await uploadVolume(this.device, this.cube, asked);
    this.#volume.buffer.destroy();
    this.#volume = volume;
  }

  #checkSize({ width, height }: Size): void {
    const { limits } = this.device.gpu;
    const most = Math.floor(limits.maxStorageBufferBindingSize / BYTES_A_PIXEL);
    const side = limits.maxComputeWorkgroupsPerDimension * TILE;
    const whole = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
    if (whole && width * height <= most && Math.max(width, height) <= side) return;
    throw new VoxstyleError('usage', {
      where: 'picture',
      expected: `1 to ${side} pixels a side and at most ${most} in all`,
      found: `${width} × ${height}`,
      fix: 'choose another --size',
    });
  }

  /** @param sums partial sums of each scalar. */
  #checkPartials(bytes: number, sums: number, size: Size): void {
    const found = bytes * sums;
    const most = this.device.gpu.limits.maxStorageBufferBindingSize;
    if (found <= most) return;
    throw new VoxstyleError('usage', {
      where: `the gradient of ${bytes / 4} scalars over ${size.width} × ${size.height} pixels`,
      expected: `at most ${most} bytes of partial sums on ${this.device.driver}`,
      found: `${found}`,
      fix: 'choose a smaller --size or fewer knots',
    });
  }

  /** Makes buffers; those that the device refuses are not kept. */
  async #make<T>(what: string, make: () => T): Promise<T> {
    try {
      return await this.device.checked(what, make);
    } catch (error) {
      this.#drop();
      throw error;
    }
  }

  /** Their sizes grow with the pixels and with Ψ, never with the samples on a ray. */
  #frameBuffers({ width, height }: Size, { view, psi }: Program['layout']): FrameBuffers {
    const size = `${width}×${height}`;
    // A gradient's buffers of another size would only take room.
    if (size !== this.#size) this.#buffers.drop(PER_PIXEL);
    this.#size = size;
    const { COPY_SRC, COPY_DST } = GPUBufferUsage;
    const pixels = width * height * BYTES_A_PIXEL;
    return {
      view: this.#buffers.take('view', view.size, COPY_DST),
      psi: this.#buffers.take('psi', psi.size, COPY_DST),
      radiance: this.#buffers.take('radiance', pixels),
      picture: this.#buffers.take('picture', pixels, COPY_SRC),
      ends: this.#buffers.take('ends', 4 * width * height),
    };
  }

  #gradientBuffers(size: Size, { psi, gradient }: Program['layout'], sums: number, upstream: Float32Array | GPUBuffer) {
    const { COPY_SRC, COPY_DST } = GPUBufferUsage;
    return {
      scalars: this.#buffers.take('psi of the gradient', psi.size, COPY_DST),
      upstream:
        upstream instanceof Float32Array
          ? this.#buffers.take('upstream', size.width * size.height * BYTES_A_PIXEL, COPY_DST)
          : upstream,
      partials: this.#buffers.take('partials', gradient.size * sums),
      total: this.#buffers.take('total', gradient.size, COPY_SRC),
    };
  }
}

/** Workgroups of the simple kernels: one a tile. */
const simpleGroups = ({ width, height }: Size): [across: number, down: number] => [
  Math.ceil(width / TILE),
  Math.ceil(height / TILE),
];
