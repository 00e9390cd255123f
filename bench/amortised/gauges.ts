import type { Picture } from '../../engine/picture.js';
import type { Psi } from '../../engine/psi.js';
import { filterBank } from '../../features/index.js';
import { type Loss, type LossContext, parseLoss, psnr } from '../../losses/index.js';
import { encode, type Row } from '../../networks/predict/index.js';
import { type CodedFeatures, codeDistance, codeOf } from '../../networks/style/index.js';
import type { Tensors } from '../../tensors/index.js';
import type { Measures } from './events.js';
import type { Pair } from './pairs.js';

export interface GaugesOptions {
  /** The style network. */
  features: CodedFeatures;
  tensors: Tensors;
  /** What the methods make smaller. */
  loss: string;
  /** On which all ends are measured. */
  draw: LossContext;
}

/** What every method's end is judged by, for one pair. Whoever opens them disposes of them. */
export class Gauges {
  readonly #losses: readonly Loss[];

  private constructor(
    readonly pair: Pair,
    readonly options: GaugesOptions,
    /** The target's style code. */
    readonly code: Float32Array,
    readonly loss: Loss,
    readonly gram: Loss,
    readonly swd: Loss,
    readonly ssim: Loss | undefined,
  ) {
    this.#losses = [loss, gram, swd, ...(ssim ? [ssim] : [])];
  }

  /** @throws VoxstyleError `usage` for a loss that can't be applied. */
  static async open(pair: Pair, options: GaugesOptions): Promise<Gauges> {
    const { features, tensors, loss } = options;
    const targets = [{ picture: pair.target }];
    const code = await codeOf(pair.target, features, tensors);
    const to = (name: string) => parseLoss(name, { targets, features: filterBank, tensors });
    const ssim = pair.truth && parseLoss('ssim', { targets: [{ picture: pair.truth.picture }], tensors });
    const own = parseLoss(loss, { targets, features, tensors });
    return new Gauges(pair, options, code, own, to('gram'), to('swd'), ssim);
  }

  /** As the end of a refinement is measured. */
  lossOf(picture: Picture): Promise<number> {
    return this.#read(this.loss, picture);
  }

  async measure(psi: Psi, picture: Picture): Promise<Measures> {
    const { features, tensors } = this.options;
    const { truth, cube } = this.pair;
    return {
      style: codeDistance(await codeOf(picture, features, tensors), this.code),
      gram: await this.#read(this.gram, picture),
      swd: await this.#read(this.swd, picture),
      ...(truth && {
        psnr: psnr(picture, truth.picture),
        ssim: 1 - (await this.#read(this.ssim!, picture)),
        psiError: rowError(encode(psi, cube.cube), encode(truth.psi, cube.cube)),
      }),
    };
  }

  dispose(): void {
    for (const loss of this.#losses) loss.dispose?.();
  }

  async #read(loss: Loss, picture: Picture): Promise<number> {
    return (await loss.evaluate(picture, this.options.draw)).value;
  }
}

/** Root of the mean square of the difference, weighted by how much each number shows in the truth. */
export function rowError(found: Row, truth: Row): number {
  const weight = truth.weights.reduce((sum, w) => sum + w, 0);
  const square = truth.values.reduce((sum, value, i) => sum + truth.weights[i]! * (found.values[i]! - value) ** 2, 0);
  return Math.sqrt(square / weight);
}
