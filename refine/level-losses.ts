import type { Renderer } from '../engine/renderer.js';
import { type Loss, parseLoss, type Target } from '../losses/index.js';
import type { Tensors } from '../tensors/index.js';
import type { Candidate } from './candidates.js';
import { comparisonAt, needsStart } from './comparisons.js';
import { REFINE_DEFAULTS, type RefineOptions } from './options.js';
import { pictureAt } from './pictures.js';

/**
 * The losses of the levels, each made when it is first asked for. Candidates share them, but for those that compare with the
 * picture one begins with: these are each candidate's own, and kept for one candidate at a time.
 */
export class LevelLosses {
  readonly #text: string;
  readonly #own: boolean;
  /** By level. */
  readonly #made = new Map<number, Loss>();
  #owner: Candidate | undefined;

  constructor(
    readonly renderer: Renderer,
    readonly targets: readonly Target[],
    readonly options: RefineOptions,
    readonly tensors: Tensors,
  ) {
    this.#text = options.loss ?? REFINE_DEFAULTS.loss;
    this.#own = needsStart(this.#text, options);
  }

  /** Good until another candidate's is asked for. */
  async at(candidate: Candidate, index: number): Promise<Loss> {
    if (this.#own && this.#owner !== candidate) this.dispose();
    this.#owner = candidate;
    const known = this.#made.get(index);
    if (known) return known;
    const level = candidate.levels[index]!;
    const start = this.#own ? await pictureAt(this.renderer, candidate.init, level) : undefined;
    const comparison = comparisonAt(level, this.targets, this.options, this.tensors, start);
    const loss = parseLoss(this.#text, comparison, this.options.losses);
    this.#made.set(index, loss);
    return loss;
  }

  dispose(): void {
    for (const loss of this.#made.values()) loss.dispose?.();
    this.#made.clear();
  }
}
