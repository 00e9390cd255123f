import type { Device } from './device.js';
import type { Features } from './features.js';
import { specialisation } from './features.js';
import { layouts } from './frame.js';
import { BRICK, SPAN } from './held.js';
import { compile, type Kernel, type KernelSource } from './kernel.js';
import { CELLS, isCrowded } from './lookup.js';
import type { Psi } from './psi.js';
import type { Constants } from './shader.js';
import type { Storage } from './storage.js';

export type KernelName =
  | 'forward'
  | 'adjoint'
  | 'reduce'
  | 'fast_forward'
  | 'fast_adjoint'
  | 'hold'
  | 'ranges'
  | 'occupied';

/** Kernels with the layouts of what they share with the host. */
export interface Program<Name extends KernelName = KernelName> {
  constants: Readonly<{ CHANNELS: number; KNOTS: number }> & Constants;
  layout: ReturnType<typeof layouts>;
  kernels: Record<Name, Kernel>;
}

/** What the kernels of a pass are specialised by. */
export interface Speciality {
  psi: Psi;
  features: Features;
  storage: Storage;
  /** Floats that are held of a sample: 4 with its slope, 1 without, 0 when nothing is held. */
  planes?: 0 | 1 | 4;
  /** Whether the gradient by a gamma, and by the place of a knot, is wanted. */
  gamma?: boolean;
  places?: boolean;
}

/** The programs of one renderer, kept for every specialisation that was met. */
export class Programs {
  readonly #made = new Map<string, Promise<Program>>();

  constructor(
    readonly device: Device,
    readonly shaders: URL | undefined,
  ) {}

  /** @throws VoxstyleError `internal` that names the kernel, when one doesn't compile. */
  get<Name extends KernelName>(speciality: Speciality, names: readonly Name[]): Promise<Program<Name>> {
    const base = baseOf(speciality);
    const constants = { ...base, ...fastOf(speciality), PHASES: Number(this.#inPhases(speciality)) };
    const key = JSON.stringify([constants, names]);
    const made = this.#made.get(key) ?? this.#compile(constants, base, names);
    this.#made.set(key, made);
    return made as Promise<Program<Name>>;
  }

  /** Shaded samples are so dear that what their branches cost beside them is little. */
  #inPhases({ planes = 0, features }: Speciality): boolean {
    return !this.device.branches && planes > 0 && !features.SURFACE;
  }

  async #compile(constants: Program['constants'], base: Constants, names: readonly KernelName[]): Promise<Program> {
    const layout = layouts(constants, this.shaders);
    const indices = layout.gradient.indexConstants();
    const plain = {
      ...constants,
      KNOTS: 2,
      GAMMA: 0,
      HELD: 0,
      PHASES: 0,
      PLACES: 0,
      CROWDED: 0,
      SHADING: 0,
      GRADIENT_OPACITY: 0,
      POSE: 0,
    };
    // Each kernel's own: constants that it doesn't use would have it compiled once more for each of their values.
    const ofKernel: Record<KernelName, Constants> = {
      forward: base,
      adjoint: { ...base, ...indices },
      reduce: {},
      fast_forward: { ...constants, POSE: 0, PLACES: 0 },
      fast_adjoint: { ...constants, ...indices },
      hold: { ...plain, SURFACE: Number(constants.PLANES === 4) },
      ranges: { ...plain, SURFACE: 0, PLANES: 0 },
      occupied: { ...plain, KNOTS: constants.KNOTS, SURFACE: 0, PLANES: 0 },
    };
    const kernels = await Promise.all(
      names.map(async (name) => {
        const file: KernelSource['file'] = `${name}.wgsl`;
        return [name, await compile(this.device, { file, constants: ofKernel[name], shaders: this.shaders })] as const;
      }),
    );
    return { constants, layout, kernels: Object.fromEntries(kernels) as Record<KernelName, Kernel> };
  }
}

const baseOf = ({ psi, features, storage }: Speciality) => specialisation(psi, features, storage);

function fastOf({ psi, planes = 0, gamma = false, places = false }: Speciality) {
  const bent = psi.channels.some((channel) => channel.enabled && channel.gamma !== 1);
  return {
    CELLS,
    BRICK,
    SPAN,
    HELD: Number(planes > 0),
    PLANES: planes,
    GAMMA: Number(bent || gamma),
    PLACES: Number(places),
    CROWDED: Number(isCrowded(psi)),
  };
}
