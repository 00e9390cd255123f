import type { Cube } from '../cubes/cube.js';
import { VoxstyleError } from '../errors.js';
import { Buffers } from './buffers.js';
import type { Device } from './device.js';
import { type Features, featuresFor, featuresOf, specialisation } from './features.js';
import { checkFits, layouts, psiValue, type Size, viewValue } from './frame.js';
import { gradientVector } from './gradient.js';
import { compile, dispatch, type Kernel, type KernelSource, readback } from './kernel.js';
import type { Picture } from './picture.js';
import type { Psi } from './psi.js';
import { toVector } from './psi-vector.js';
import type { Constants } from './shader.js';
import { type AskedStorage, chooseStorage } from './storage.js';
import { uploadVolume, type Volume } from './volume.js';

/** Pixels along each side of the workgroups of forward.wgsl and adjoint.wgsl. */
const TILE = 8;
/** Four floats. */
const BYTES_A_PIXEL = 16;

/** Kernels with the layouts of what they share with the host; kept for every specialisation that was met. */
interface Program<Name extends string = string> {
  constants: Readonly<{ CHANNELS: number; KNOTS: number }>;
  layout: ReturnType<typeof layouts>;
  kernels: Record<Name, Kernel>;
}

/** A picture and what the adjoint needs of its making. */
export interface Frame {
  picture: Picture;
  psi: Psi;
}

/**
 * Renders one cube on one device, and differentiates what it rendered. It does one thing at a
 * time: await each call before the next. Open it with `Renderer.open`, end it with `close`.
 */
export class Renderer {
  readonly #programs = new Map<string, Promise<Program>>();
  readonly #buffers: Buffers;
  #size = '';
  #volume: Volume;
  #latest: { frame: Frame; view: GPUBuffer; radiance: GPUBuffer } | undefined;

  private constructor(
    readonly device: Device,
    readonly cube: Cube,
    volume: Volume,
    readonly shaders: URL | undefined,
  ) {
    this.#volume = volume;
    this.#buffers = new Buffers(device);
  }

  /**
   * @param options.storage what Ψ's `sampling.storage` will ask for, so that the cube is uploaded once; `auto` when left out.
   * @param options.shaders the kernels' folder, ending in '/', when it isn't the package's own.
   * @throws VoxstyleError `bad-input` when the cube is too large for the device.
   */
  static async open(
    device: Device,
    cube: Cube,
    { storage = 'auto', shaders }: { storage?: AskedStorage; shaders?: URL | undefined } = {},
  ): Promise<Renderer> {
    return new Renderer(device, cube, await uploadVolume(device, cube, storage), shaders);
  }

  /**
   * f_render: the picture of the cube under Ψ, see image-formation.md.
   *
   * @throws VoxstyleError `bad-input` when Ψ doesn't fit the cube, `usage` for an impossible size, `device-lost`.
   */
  async forward(psi: Psi, size: Size): Promise<Frame> {
    checkFits(this.cube, psi);
    this.#checkSize(size);
    this.#latest = undefined;
    await this.#keepVolume(psi.sampling.storage);
    const { layout, constants, kernels } = await this.#program(psi, featuresOf(psi), ['forward']);
    const { device } = this;
    const { queue } = device.gpu;
    const { view, scalars, radiance, picture } = await this.#make('frame buffers', () =>
      this.#frameBuffers(size, layout),
    );
    queue.writeBuffer(view, 0, layout.view.pack(viewValue(this.cube, psi, size, this.#volume)));
    queue.writeBuffer(scalars, 0, layout.psi.pack(psiValue(psi, constants.KNOTS)));

    const data = await device.checked(kernels.forward.label, () => {
      const encoder = device.gpu.createCommandEncoder();
      const buffers = [view, scalars, this.#volume.buffer, radiance, picture];
      dispatch(device, encoder, kernels.forward, buffers, tilesOf(size));
      const read = readback(device, encoder, picture);
      queue.submit([encoder.finish()]);
      return read();
    });
    const frame = { picture: { ...size, data }, psi };
    this.#latest = { frame, view, radiance };
    return frame;
  }

  /**
   * The gradient of a scalar with respect to Ψ, from its gradient with respect to the picture of the latest `forward`.
   *
   * @param upstream ∂L/∂picture, as the picture's data: 4·width·height values.
   * @param paths the scalars of Ψ whose gradient is wanted, all when left out. Others may get 0: what the camera, the clip box,
   *   shading that is off and gradient opacity that is 0 would cost is then not paid.
   * @returns ∂L/∂Ψ in the order of `toVector(frame.psi)`; 0 for scalars without a gradient and channels that are off.
   * @throws VoxstyleError `internal` when `frame` is not the latest, `device-lost`.
   */
  async adjoint(
    frame: Frame,
    upstream: Float32Array,
    paths: readonly string[] = toVector(frame.psi).paths,
  ): Promise<Float64Array> {
    const { view, radiance, frame: current } = this.#latest ?? {};
    if (!view || !radiance || frame !== current || upstream.length !== frame.picture.data.length) {
      throw new VoxstyleError('internal', {
        where: 'adjoint',
        expected: 'the latest frame and one upstream value for each of its values',
        found: frame === current ? `${upstream.length} values` : 'an earlier frame',
        fix: 'call adjoint before the next forward',
      });
    }
    const { device } = this;
    const { queue } = device.gpu;
    const { psi, picture } = frame;
    const program = await this.#program(psi, featuresFor(psi, paths), ['adjoint', 'reduce']);
    const { constants, layout, kernels } = program;
    this.#checkPartials(layout.gradient.size, picture);
    const { scalars, weights, partials, total } = await this.#make('gradient buffers', () =>
      this.#gradientBuffers(picture, layout),
    );
    queue.writeBuffer(scalars, 0, layout.psi.pack(psiValue(psi, constants.KNOTS)));
    queue.writeBuffer(weights, 0, upstream as Float32Array<ArrayBuffer>);
    const flat = await device.checked(kernels.adjoint.label, () => {
      const encoder = device.gpu.createCommandEncoder();
      const buffers = [view, scalars, this.#volume.buffer, radiance, weights, partials];
      dispatch(device, encoder, kernels.adjoint, buffers, tilesOf(picture));
      dispatch(device, encoder, kernels.reduce, [partials, total], [total.size / 4]);
      const read = readback(device, encoder, total);
      queue.submit([encoder.finish()]);
      return read();
    });
    return gradientVector(this.cube, psi, layout.gradient, constants, flat);
  }

  close(): void {
    this.#volume.buffer.destroy();
    this.#buffers.drop();
    this.#latest = undefined;
  }

  /** Sees to it that the voxels are stored as Ψ asks. */
  async #keepVolume(asked: AskedStorage): Promise<void> {
    if (chooseStorage(this.cube, asked) === this.#volume.storage) return;
    const volume = await uploadVolume(this.device, this.cube, asked);
    this.#volume.buffer.destroy();
    this.#volume = volume;
  }

  #program<Name extends 'forward' | 'adjoint' | 'reduce'>(
    psi: Psi,
    features: Features,
    names: readonly Name[],
  ): Promise<Program<Name>> {
    const constants = specialisation(psi, features, this.#volume.storage);
    const key = JSON.stringify([constants, names]);
    const made = this.#programs.get(key) ?? this.#compile(constants, names);
    this.#programs.set(key, made);
    return made as Promise<Program<Name>>;
  }

  async #compile(constants: Program['constants'], names: readonly string[]): Promise<Program> {
    const layout = layouts(constants, this.shaders);
    const indices = layout.gradient.indexConstants();
    // Each kernel's own: constants that it doesn't use would have it compiled once more for each of their values.
    const ofKernel: Record<string, Constants> = {
      forward: constants,
      adjoint: { ...constants, ...indices },
      reduce: {},
    };
    const kernels = await Promise.all(
      names.map(async (name) => {
        const file: KernelSource['file'] = `${name}.wgsl`;
        return [name, await compile(this.device, { file, constants: ofKernel[name]!, shaders: this.shaders })] as const;
      }),
    );
    return { constants, layout, kernels: Object.fromEntries(kernels) };
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

  #checkPartials(bytes: number, size: Size): void {
    const found = partialsOf(bytes, size);
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
      this.#buffers.drop();
      this.#latest = undefined;
      throw error;
    }
  }

  /** Their sizes grow with the pixels and with Ψ, never with the samples on a ray. */
  #frameBuffers({ width, height }: Size, { view, psi }: Program['layout']) {
    const size = `${width}×${height}`;
    // A gradient's buffers of another size would only take room.
    if (size !== this.#size) this.#buffers.drop();
    this.#size = size;
    const { COPY_SRC, COPY_DST } = GPUBufferUsage;
    const pixels = width * height * BYTES_A_PIXEL;
    return {
      view: this.#buffers.take('view', view.size, COPY_DST),
      scalars: this.#buffers.take('psi', psi.size, COPY_DST),
      radiance: this.#buffers.take('radiance', pixels),
      picture: this.#buffers.take('picture', pixels, COPY_SRC),
    };
  }

  #gradientBuffers(size: Size, { psi, gradient }: Program['layout']) {
    const { COPY_SRC, COPY_DST } = GPUBufferUsage;
    return {
      scalars: this.#buffers.take('psi of the gradient', psi.size, COPY_DST),
      weights: this.#buffers.take('upstream', size.width * size.height * BYTES_A_PIXEL, COPY_DST),
      partials: this.#buffers.take('partials', partialsOf(gradient.size, size)),
      total: this.#buffers.take('total', gradient.size, COPY_SRC),
    };
  }
}

const tilesOf = ({ width, height }: Size): [across: number, down: number] => [
  Math.ceil(width / TILE),
  Math.ceil(height / TILE),
];

/** Bytes of one partial gradient a tile. */
const partialsOf = (bytes: number, size: Size) => bytes * tilesOf(size)[0] * tilesOf(size)[1];
