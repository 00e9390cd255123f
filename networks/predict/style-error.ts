import type { Device } from '../../engine/device.js';
import type { Psi } from '../../engine/psi.js';
import { toVector } from '../../engine/psi-vector.js';
import { Renderers } from '../../engine/renderers.js';
import { type Loss, parseLoss } from '../../losses/index.js';
import type { Tensors } from '../../tensors/index.js';
import type { CodedFeatures } from '../style/code.js';
import type { PredictBatch, Query } from './batches.js';
import { decode } from './decode.js';

/** Longest gradient that a row gets: a knot at an edge of the histogram has one that drowns all others. */
const LONGEST = 1;

/**
 * What the sliced Wasserstein distance of colours counts beside the distance of codes: it is on the scale of squared differences
 * of colours.
 */
const PALETTE_WEIGHT = 10;

/** Scalars of which a row says nothing; without their gradients the adjoint takes three quarters of the time. */
const NOT_OF_ROWS = /^(camera|clip)\./;

/** How far a rendering is from a style, in parts. Codes are read at the pictures' own size, not at CODE_SIDE. */
export interface StyleParts {
  /** ½‖f_style(f_render(cube, Ψ(row))) − f_style(picture)‖², with the picture that is asked for. */
  readonly code: number;
  /** Sliced Wasserstein distance of its colours from those of the picture of that style that shows the same cube as large. */
  readonly palette: number;
}

/** The parts' sum with their weights, and its gradient with respect to the row, shortened to LONGEST. */
export interface StyleError extends StyleParts {
  readonly value: number;
  readonly gradient: Float32Array;
}

/** Style errors of rows through the renderer. Open one for a batch and close it: it holds the batch's two cubes. */
export class StyleErrors {
  readonly #renderers: Renderers;
  readonly #losses = new Map<string, Loss>();

  constructor(
    readonly batch: PredictBatch,
    device: Device,
    readonly tensors: Tensors,
    readonly features: CodedFeatures,
  ) {
    this.#renderers = new Renderers(device);
  }

  /**
   * Of a query's row, whose cube is seen from the query's camera.
   *
   * @param draw which directions the sliced Wasserstein distance takes: the same ones for the same number.
   * @throws VoxstyleError as `Renderer.forward`.
   */
  async of(query: Query, row: Float32Array, draw: number): Promise<StyleError> {
    const { psi, pullback } = decode(row, this.batch.cubes[query.cube]!, query.camera);
    const { renderer, frame, code, palette } = await this.#compare(query, psi, draw);
    const upstream = code.gradient.map((g, i) => g + PALETTE_WEIGHT * palette.gradient[i]!);
    const paths = toVector(psi).paths.filter((path) => !NOT_OF_ROWS.test(path));
    const gradient = shortened(pullback(await renderer.adjoint(frame, upstream, paths)));
    const value = code.value + PALETTE_WEIGHT * palette.value;
    return { value, code: code.value, palette: palette.value, gradient };
  }

  /** Without a gradient, and with the same directions every time; also of a Ψ. @throws VoxstyleError as `Renderer.forward`. */
  async partsOf(query: Query, row: Float32Array | Psi): Promise<StyleParts> {
    const psi = row instanceof Float32Array ? decode(row, this.batch.cubes[query.cube]!, query.camera).psi : row;
    const { code, palette } = await this.#compare(query, psi, 0);
    return { code: code.value, palette: palette.value };
  }

  close(): void {
    this.#renderers.close();
    for (const loss of this.#losses.values()) loss.dispose?.();
  }

  /** A rendering of the query's cube beside the query's pictures; gradients are with respect to the rendering. */
  async #compare(query: Query, psi: Psi, draw: number) {
    const renderer = await this.#renderers.of(this.batch.cubes[query.cube]!);
    const { width, height } = this.batch.pictures[query.picture]!;
    const frame = await renderer.forward(sampled(psi, width), { width, height });
    const context = { seed: 0, iteration: draw };
    const code = await this.#loss('style-code', query.picture).evaluate(frame.picture, context);
    const palette = await this.#loss('swd', query.shown).evaluate(frame.picture, context);
    return { renderer, frame, code, palette };
  }

  #loss(name: 'style-code' | 'swd', index: number): Loss {
    const picture = this.batch.pictures[index]!;
    const { features, tensors } = this;
    const made = () => parseLoss(name, { targets: [{ picture }], size: picture, features, tensors });
    const key = `${name} ${index}`;
    const loss = this.#losses.get(key) ?? made();
    this.#losses.set(key, loss);
    return loss;
  }
}

/** As many samples on each ray as there are pixels along a side will do. */
const sampled = (psi: Psi, side: number): Psi => ({ ...psi, sampling: { ...psi.sampling, steps: side } });

function shortened(gradient: Float32Array): Float32Array {
  const length = Math.hypot(...gradient);
  return length > LONGEST ? gradient.map((value) => (value * LONGEST) / length) : gradient;
}
