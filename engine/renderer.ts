import type { Cube } from '../cubes/cube.js';
import { VoxstyleError } from '../errors.js';
import type { Device } from './device.js';
import { checkFits, layouts, psiValue, type Size, specialisation, viewValue } from './frame.js';
import { gradientVector } from './gradient.js';
import { compile, dispatch, type Kernel, type KernelSource, readback } from './kernel.js';
import type { Picture } from './picture.js';
import type { Psi } from './psi.js';
import type { Constants } from './shader.js';
import type { StructLayout } from './struct-layout.js';
import { uploadVolume } from './volume.js';

/** Pixels along each side of the workgroups of forward.wgsl and adjoint.wgsl. */
const TILE = 8;
/** Four floats. */
const BYTES_A_PIXEL = 16;

/** What a Ψ needs compiled; kept for every specialisation that was met. */
interface Program {
  constants: Readonly<{ CHANNELS: number; KNOTS: number }>;
  layout: { psi: StructLayout; view: StructLayout };
  forward: Kernel;
  /** Compiled when the first gradient is asked for: a mere picture doesn't wait for it. */
  gradient?: Promise<{ adjoint: Kernel; reduce: Kernel }>;
}

/** The buffers of one frame. Their sizes grow with the pixels and with Ψ, never with the samples on a ray. */
interface FrameBuffers {
  view: GPUBuffer;
  psi: GPUBuffer;
  radiance: GPUBuffer;
  picture: GPUBuffer;
}

/** What the adjoint needs besides; made when the first gradient is asked for. */
interface GradientBuffers {
  upstream: GPUBuffer;
  partials: GPUBuffer;
  total: GPUBuffer;
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
  #buffers: { key: string; frame: FrameBuffers; gradient?: GradientBuffers } | undefined;
  #current: Frame | undefined;

  private constructor(
    readonly device: Device,
    readonly cube: Cube,
    readonly volume: GPUBuffer,
    readonly shaders: URL | undefined,
  ) {}

  /**
   * @param options.shaders the kernels' folder, ending in '/', when it isn't the package's own.
   * @throws VoxstyleError `bad-input` when the cube is too large for the device.
   */
  static async open(device: Device, cube: Cube, options: { shaders?: URL } = {}): Promise<Renderer> {
    return new Renderer(device, cube, await uploadVolume(device, cube), options.shaders);
  }

  /**
   * f_render: the picture of the cube under Ψ, see image-formation.md.
   *
   * @throws VoxstyleError `bad-input` when Ψ doesn't fit the cube, `usage` for an impossible size, `device-lost`.
   */
  async forward(psi: Psi, size: Size): Promise<Frame> {
    checkFits(this.cube, psi);
    this.#checkSize(size);
    const program = await this.#program(psi);
    const { device } = this;
    const tiles = tilesOf(size);
    const frame = await device.checked('frame buffers', () => this.#frameBuffers(program, size));
    device.gpu.queue.writeBuffer(frame.view, 0, program.layout.view.pack(viewValue(this.cube, psi, size)));
    device.gpu.queue.writeBuffer(frame.psi, 0, program.layout.psi.pack(psiValue(psi, program.constants.KNOTS)));

    this.#current = undefined;
    const data = await device.checked(program.forward.label, () => {
      const encoder = device.gpu.createCommandEncoder();
      const { view, psi: scalars, radiance, picture } = frame;
      dispatch(device, encoder, program.forward, [view, scalars, this.volume, radiance, picture], tiles);
      const read = readback(device, encoder, picture);
      device.gpu.queue.submit([encoder.finish()]);
      return read();
    });
    this.#current = { picture: { ...size, data }, psi };
    return this.#current;
  }

  /**
   * The gradient of a scalar with respect to Ψ, from its gradient with respect to the picture of the latest `forward`.
   *
   * @param upstream ∂L/∂picture, as the picture's data: 4·width·height values.
   * @returns ∂L/∂Ψ in the order of `toVector(frame.psi)`; 0 for scalars without a gradient and channels that are off.
   * @throws VoxstyleError `internal` when `frame` is not the latest, `device-lost`.
   */
  async adjoint(frame: Frame, upstream: Float32Array): Promise<Float64Array> {
    if (frame !== this.#current || upstream.length !== frame.picture.data.length) {
      throw new VoxstyleError('internal', {
        where: 'adjoint',
        expected: 'the latest frame and one upstream value for each of its values',
        found: frame === this.#current ? `${upstream.length} values` : 'an earlier frame',
        fix: 'call adjoint before the next forward',
      });
    }
    const { device } = this;
    const program = await this.#program(frame.psi);
    program.gradient ??= this.#compileGradient(program);
    const { adjoint, reduce } = await program.gradient;
    const tiles = tilesOf(frame.picture);
    const { upstream: weights, partials, total } = await this.#gradientBuffers(program, frame.picture);
    device.gpu.queue.writeBuffer(weights, 0, upstream as Float32Array<ArrayBuffer>);
    const flat = await device.checked(adjoint.label, () => {
      const encoder = device.gpu.createCommandEncoder();
      const { view, psi, radiance } = this.#buffers!.frame;
      dispatch(device, encoder, adjoint, [view, psi, this.volume, radiance, weights, partials], tiles);
      dispatch(device, encoder, reduce, [partials, total], [total.size / 4]);
      const read = readback(device, encoder, total);
      device.gpu.queue.submit([encoder.finish()]);
      return read();
    });
    return gradientVector(frame.psi, program.layout.psi, program.constants.KNOTS, flat);
  }

  close(): void {
    this.volume.destroy();
    this.#dropBuffers();
    this.#current = undefined;
  }

  #program(psi: Psi): Promise<Program> {
    const constants = specialisation(psi);
    const key = JSON.stringify(constants);
    let program = this.#programs.get(key);
    if (!program) {
      program = (async () => ({
        constants,
        layout: layouts(constants, this.shaders),
        forward: await this.#compile('forward.wgsl', constants),
      }))();
      this.#programs.set(key, program);
    }
    return program;
  }

  async #compileGradient({ constants, layout }: Program) {
    const [adjoint, reduce] = await Promise.all([
      this.#compile('adjoint.wgsl', { ...constants, ...layout.psi.indexConstants() }),
      this.#compile('reduce.wgsl', {}),
    ]);
    return { adjoint, reduce };
  }

  #compile(file: KernelSource['file'], constants: Constants): Promise<Kernel> {
    return compile(this.device, { file, constants, shaders: this.shaders });
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

  #frameBuffers({ layout }: Program, size: Size): FrameBuffers {
    const key = [size.width, size.height, layout.psi.size, layout.view.size].join();
    if (this.#buffers?.key === key) return this.#buffers.frame;
    this.#dropBuffers();
    const { COPY_SRC, COPY_DST } = GPUBufferUsage;
    const pixels = size.width * size.height * BYTES_A_PIXEL;
    const frame = {
      view: this.#buffer('view', layout.view.size, COPY_DST),
      psi: this.#buffer('psi', layout.psi.size, COPY_DST),
      radiance: this.#buffer('radiance', pixels),
      picture: this.#buffer('picture', pixels, COPY_SRC),
    };
    this.#buffers = { key, frame };
    return frame;
  }

  async #gradientBuffers({ layout }: Program, { width, height }: Size): Promise<GradientBuffers> {
    const buffers = this.#buffers!;
    if (buffers.gradient) return buffers.gradient;
    const [across, down] = tilesOf({ width, height });
    const partials = layout.psi.size * across * down;
    const most = this.device.gpu.limits.maxStorageBufferBindingSize;
    if (partials > most) {
      throw new VoxstyleError('usage', {
        where: `the gradient of ${layout.psi.size / 4} scalars over ${width} × ${height} pixels`,
        expected: `at most ${most} bytes of partial sums on ${this.device.driver}`,
        found: `${partials}`,
        fix: 'choose a smaller --size or fewer knots',
      });
    }
    const { COPY_SRC, COPY_DST } = GPUBufferUsage;
    buffers.gradient = await this.device.checked('gradient buffers', () => ({
      upstream: this.#buffer('upstream', width * height * BYTES_A_PIXEL, COPY_DST),
      partials: this.#buffer('partials', partials),
      total: this.#buffer('total', layout.psi.size, COPY_SRC),
    }));
    return buffers.gradient;
  }

  #buffer(label: string, size: number, usage = 0): GPUBuffer {
    return this.device.gpu.createBuffer({ label, size, usage: GPUBufferUsage.STORAGE | usage });
  }

  #dropBuffers(): void {
    const { frame, gradient } = this.#buffers ?? {};
    for (const buffer of Object.values({ ...frame, ...gradient })) buffer.destroy();
    this.#buffers = undefined;
  }
}

const tilesOf = ({ width, height }: Size): [across: number, down: number] => [
  Math.ceil(width / TILE),
  Math.ceil(height / TILE),
];
