import type { Cube } from '../../cubes/index.js';
import type { Device } from '../../engine/device.js';
import type { Size } from '../../engine/frame.js';
import type { Picture } from '../../engine/picture.js';
import type { Psi } from '../../engine/psi.js';
import { Renderer } from '../../engine/renderer.js';
import type { Contender, Round } from './clock.js';

/** What is rendered and differentiated. */
export interface Scene {
  name: string;
  cube: Cube;
  psi: Psi;
  size: Size;
  /** The scalars of Ψ whose gradient is wanted. */
  paths: readonly string[];
  /** ∂L/∂picture. */
  upstream(picture: Picture): Float32Array;
}

/** How this project computes a scene. */
export interface Way {
  name: string;
  kernels: 'simple' | 'fast';
  skipping?: boolean;
  /** The camera is frozen: samples along the rays may be kept. */
  held: boolean;
  /** Most bytes that the samples may take, when not as in `RendererOptions`. */
  memory?: number;
}

export const SIMPLE: Way = { name: 'simple kernels', kernels: 'simple', held: false };
export const UNSKIPPED: Way = { name: 'fast, no skipping', kernels: 'fast', skipping: false, held: false };
export const FAST: Way = { name: 'fast, camera free', kernels: 'fast', held: false };
export const FROZEN: Way = { name: 'fast, camera frozen', kernels: 'fast', held: true };

/** Selectors of what the peers differentiate by: colours and extinctions of the transfer functions, not where their knots are. */
export const KNOTS_FREE = ['channels.*.knots.*.color', 'channels.*.knots.*.extinction'];

/** A gradient like any other, of values between −1 and 1. */
export function waves({ data }: Picture): Float32Array {
  return Float32Array.from(data, (_, i) => Math.sin(0.37 * i));
}

/**
 * Ψ as it stands one iteration later: every extinction a little larger, so that nothing that hangs on Ψ can be taken from the
 * round before.
 */
function nudged(psi: Psi, number: number): Psi {
  const next = structuredClone(psi);
  for (const { knots } of next.channels) for (const knot of knots) knot.extinction *= 1 + number / 4096;
  return next;
}

/** One way of computing one scene, with a renderer of its own. Whoever opens it closes it. */
export class Rendering implements Contender {
  /** Of the warm-up, whose Ψ is the scene's own. */
  picture: Picture | undefined;
  gradient: Float64Array | undefined;
  #upstream: Float32Array | undefined;

  private constructor(
    readonly renderer: Renderer,
    readonly scene: Scene,
    readonly way: Way,
  ) {}

  get name(): string {
    return this.way.name;
  }

  /** @throws VoxstyleError `bad-input` when the cube is too large for the device. */
  static async open(device: Device, scene: Scene, way: Way): Promise<Rendering> {
    const { kernels, skipping = true, memory } = way;
    return new Rendering(await Renderer.open(device, scene.cube, { kernels, skipping, memory }), scene, way);
  }

  /** Times of `forward` and of both, the picture and the gradient read back; the loss between them doesn't count. */
  async round(number: number): Promise<Round> {
    const { psi, size, paths, upstream } = this.scene;
    const next = nudged(psi, number);
    const begun = performance.now();
    const frame = await this.renderer.forward(next, size, { held: this.way.held });
    const forward = performance.now() - begun;
    this.#upstream ??= upstream(frame.picture);
    const resumed = performance.now();
    const gradient = await this.renderer.adjoint(frame, this.#upstream, paths);
    const both = forward + performance.now() - resumed;
    if (number === 0) {
      this.picture = frame.picture;
      this.gradient = gradient;
    }
    return { forward, both };
  }

  close(): void {
    this.renderer.close();
  }
}
