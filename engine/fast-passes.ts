import type { Cube } from '../cubes/cube.js';
import { VoxstyleError } from '../errors.js';
import type { Buffers } from './buffers.js';
import type { Device } from './device.js';
import { enabledChannels, type Features } from './features.js';
import { type Size, stepsOf, viewValue } from './frame.js';
import { BRICK, type Holding, holdingBytes, TILE, tilesIn } from './held.js';
import type { Dispatch } from './kernel.js';
import { lookupValue } from './lookup.js';
import type { KernelName, Program, Programs } from './programs.js';
import type { Psi } from './psi.js';
import type { StructValue } from './struct-layout.js';
import type { Volume } from './volume.js';

/** Workgroups of the adjoint, each of which takes tile after tile: enough to keep a processor's cores, or a GPU, busy. */
const ADJOINT_GROUPS = { software: 61, hardware: 512 } as const;
/** As many workgroups as every device takes in a row. */
const MOST_GROUPS = 65535;

/** What is rendered. */
export interface Scene {
  psi: Psi;
  size: Size;
  volume: Volume;
}

/** Buffers of a frame that forward and adjoint share. */
export interface FrameBuffers {
  view: GPUBuffer;
  psi: GPUBuffer;
  radiance: GPUBuffer;
  picture: GPUBuffer;
  /** How far along each ray its last sample was. */
  ends: GPUBuffer;
}

export interface GradientBuffers {
  scalars: GPUBuffer;
  upstream: GPUBuffer;
  partials: GPUBuffer;
}

/** A pass that can begin. */
export interface Plan {
  scene: Scene;
  wanted: ReadonlySet<string> | undefined;
  holding: Holding | undefined;
  program: Program;
}

/**
 * The passes that leave out what isn't seen: bricks of the volume, or spans of held samples, that are clear under Ψ, and what lies
 * behind opaque samples. They compute what forward.wgsl and adjoint.wgsl compute.
 */
export class FastPasses {
  #holding: Holding | undefined;
  /** A view whose samples the device could not hold after all. */
  #refused = '';
  /** For which channels and voxels the bricks' ranges are. */
  #ranged = '';

  constructor(
    readonly device: Device,
    readonly cube: Cube,
    readonly programs: Programs,
    readonly buffers: Buffers,
    readonly options: { skipping: boolean; memory: number },
  ) {}

  /** Of the samples that are held now. */
  get heldBytes(): number {
    return this.#holding ? this.#holding.samples.size + this.#holding.spans.size : 0;
  }

  /** Bytes that the samples of a view take, and the most that they may. */
  room(psi: Psi, size: Size, { SURFACE }: Features): { needed: number; most: number } {
    return this.#room(this.#bytes(psi, size, SURFACE ? 4 : 1));
  }

  #bytes(psi: Psi, size: Size, planes: 1 | 4) {
    return holdingBytes(enabledChannels(psi).length, size, stepsOf(this.cube, psi), planes);
  }

  /** A buffer is bound whole, so that of the samples, the larger one, may not exceed what a binding holds. */
  #room({ samples, spans }: ReturnType<typeof holdingBytes>): { needed: number; most: number } {
    const bound = this.device.gpu.limits.maxStorageBufferBindingSize;
    return { needed: samples + spans, most: Math.min(this.options.memory, bound + spans) };
  }

  /** Forgets what was made of the voxels, or of buffers that are gone. */
  forget(): void {
    this.#ranged = '';
    this.#refused = '';
    this.#release();
  }

  /**
   * Compiles what a pass needs, and finds room for the samples where they are to be held.
   *
   * @param wanted the scalars whose gradient is wanted; left out for a picture.
   */
  async plan(scene: Scene, features: Features, held: boolean, wanted?: ReadonlySet<string>): Promise<Plan> {
    const { psi, volume } = scene;
    // What is held has no place in the volume, so the camera's gradient takes its samples anew.
    const holding = held && !features.POSE ? await this.#hold(scene, features.SURFACE ? 4 : 1) : undefined;
    if (!held) this.#release();
    const asked = (scalar: RegExp) => wanted !== undefined && [...wanted].some((path) => scalar.test(path));
    const speciality = {
      psi,
      features,
      storage: volume.storage,
      planes: holding?.planes ?? 0,
      gamma: asked(/^channels\.\d+\.gamma$/),
      places: asked(/\.knots\.\d+\.x$/),
    } as const;
    const source = holding ? (['hold'] as const) : (['ranges', 'occupied'] as const);
    const pass = wanted ? (['fast_adjoint', 'reduce'] as const) : (['fast_forward'] as const);
    return { scene, wanted, holding, program: await this.programs.get<KernelName>(speciality, [...pass, ...source]) };
  }

  /** Makes the buffers of a picture that only this pass has. */
  forward(plan: Plan, { view, psi, radiance, picture, ends }: FrameBuffers): Dispatch[] {
    const { dispatches, samples } = this.#samples(plan, view);
    const buffers = [view, psi, ...samples, radiance, picture, ends];
    const groups = Math.min(tilesIn(plan.scene.size), MOST_GROUPS);
    return [...dispatches, [plan.program.kernels.fast_forward, buffers, [groups]]];
  }

  /** The same of a gradient, up to the partial sums. */
  adjoint(plan: Plan, frame: FrameBuffers, { scalars, upstream, partials }: GradientBuffers): Dispatch[] {
    const { dispatches, samples } = this.#samples(plan, frame.view);
    const buffers = [frame.view, scalars, ...samples, frame.radiance, frame.ends, upstream, partials];
    return [
      ...dispatches,
      [
        plan.program.kernels.fast_adjoint,
        buffers,
        [this.#adjointGroups(plan.scene.size, plan.program.layout.gradient.size)],
      ],
    ];
  }

  /** Partial sums that the adjoint makes of each scalar, of which there are `bytes`. */
  partialsOf(size: Size, bytes: number): number {
    return this.#adjointGroups(size, bytes) * TILE * TILE;
  }

  /** As many workgroups as there is work for, and as the partial sums of which a binding holds; one at the least. */
  #adjointGroups(size: Size, bytes: number): number {
    const { software, gpu } = this.device;
    const bound = Math.floor(gpu.limits.maxStorageBufferBindingSize / (bytes * TILE * TILE));
    return Math.max(1, Math.min(tilesIn(size), ADJOINT_GROUPS[software ? 'software' : 'hardware'], bound));
  }

  /** Look-up, samples and what says which of them matter, as the kernels bind them; and what must be dispatched before. */
  #samples(
    { scene, wanted, holding, program }: Plan,
    view: GPUBuffer,
  ): { dispatches: Dispatch[]; samples: GPUBuffer[] } {
    const { psi, size, volume } = scene;
    const { layout, constants, kernels } = program;
    const lookup = this.buffers.take('lookup', layout.lookup.size, GPUBufferUsage.COPY_DST);
    const { skipping } = this.options;
    const value = lookupValue(psi, { knots: constants.KNOTS, skipping, ...(wanted && { wanted }) });
    this.device.gpu.queue.writeBuffer(lookup, 0, layout.lookup.pack(value));
    if (holding) {
      const { samples, spans } = holding;
      const groups = Math.min(tilesIn(size), MOST_GROUPS);
      const hold: Dispatch = [kernels.hold, [view, volume.buffer, samples, spans], [groups]];
      const dispatches = holding.filled ? [] : [hold];
      holding.filled = true;
      return { dispatches, samples: [lookup, samples, spans] };
    }
    const count = this.cube.shape.reduce((product, n) => product * Math.ceil(n / BRICK), 1);
    const groups = Math.ceil(count / 64);
    const enabled = enabledChannels(psi);
    const ranges = this.buffers.take('ranges', 8 * count * enabled.length);
    const bricks = this.buffers.take('bricks', 4 * count);
    const range: Dispatch = [kernels.ranges, [view, volume.buffer, ranges], [groups, enabled.length]];
    const key = JSON.stringify([enabled, volume.storage]);
    const dispatches = this.#ranged === key ? [] : [range];
    this.#ranged = key;
    return {
      dispatches: [...dispatches, [kernels.occupied, [lookup, ranges, bricks], [groups]]],
      samples: [lookup, volume.buffer, bricks],
    };
  }

  /** Room for the samples of a view, or undefined where they are too many; what there is of them stays. */
  async #hold({ psi, size, volume }: Scene, planes: 1 | 4): Promise<Holding | undefined> {
    // How the picture is encoded doesn't concern its samples.
    const { srgb, ...view } = viewValue(this.cube, psi, size, volume) as Record<string, StructValue>;
    const key = JSON.stringify([view, volume.storage]);
    const present = this.#holding;
    if (present?.key === key && present.planes >= planes) return present;
    const bytes = this.#bytes(psi, size, planes);
    const { needed, most } = this.#room(bytes);
    // Samples without slopes stay: pictures without surfaces go on from them.
    if (needed > most || this.#refused === `${planes} ${key}`) return undefined;
    this.#release();
    const made: GPUBuffer[] = [];
    try {
      await this.device.checked('held samples', () => {
        for (const [label, length] of [
          ['held samples', bytes.samples],
          ['spans', bytes.spans],
        ] as const) {
          made.push(this.device.gpu.createBuffer({ label, size: length, usage: GPUBufferUsage.STORAGE }));
        }
      });
      const [samples, spans] = made as [GPUBuffer, GPUBuffer];
      this.#holding = { key, planes, samples, spans, filled: false };
    } catch (error) {
      for (const buffer of made) buffer.destroy();
      // Out of memory is no failure here: the volume can be asked again each time.
      if (!(error instanceof VoxstyleError && error.code === 'no-device')) throw error;
      this.#refused = `${planes} ${key}`;
    }
    return this.#holding;
  }

  #release(): void {
    this.#holding?.samples.destroy();
    this.#holding?.spans.destroy();
    this.#holding = undefined;
  }
}
