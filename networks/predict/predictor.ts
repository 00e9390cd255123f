import type { Cube } from '../../cubes/index.js';
import type { Picture } from '../../engine/picture.js';
import type { Psi } from '../../engine/psi.js';
import { defaultPsi } from '../../engine/psi-default.js';
import type { Renderer } from '../../engine/renderer.js';
import { VoxstyleError } from '../../errors.js';
import { loadFeatures } from '../../features/index.js';
import { shippedPath } from '../../features/shipped.js';
import { type Tensors, tf } from '../../tensors/index.js';
import { CODE_SIDE, type CodedFeatures, codeDistance, codeOf, codeSize, requireCode } from '../style/index.js';
import { decode } from './decode.js';
import { describe } from './descriptor.js';
import { rowLength } from './layout.js';
import { forward, inputTensors, type PredictModel, weightTensors } from './model.js';
import { readPredictor } from './save.js';
import { type Style, type StyleTarget, styleOf } from './style.js';

/** A first guess. */
export interface Hypothesis {
  readonly psi: Psi;
  /** How likely the network holds it; those of a prediction add up to 1. */
  readonly weight: number;
}

export interface RankedHypothesis extends Hypothesis {
  /** ‖f_style(f_render(d, Ψ)) − f_style(target)‖, 0 to 2. */
  readonly distance: number;
}

export interface PredictorOptions {
  tensors: Tensors;
  /** File of the weights. Default: those that come with the package. */
  path?: string | undefined;
  /** Manifest, or name, of the style network that it was trained on. Default `f_style`. */
  features?: string | undefined;
}

/**
 * f_predict(d, s) = Ψ: first guesses of the Ψ with which a cube has a picture's style, in a few milliseconds.
 *
 *     const predictor = await Predictor.load({ tensors });
 *     const style = await predictor.styleOf([{ picture }]);
 *     const guesses = await predictor.predict(cube, style);
 *     const [best] = await predictor.rank(renderer, guesses, style, picture);
 *     predictor.dispose();
 */
export class Predictor {
  private constructor(
    readonly model: PredictModel,
    readonly features: CodedFeatures,
    readonly tensors: Tensors,
  ) {}

  /** @throws VoxstyleError `missing-input`, or `bad-input` for what isn't a predictor or was trained on another style network. */
  static async load({ tensors, path = shippedPath('f_predict'), features: name = 'f_style' }: PredictorOptions) {
    const { model, features: wanted } = await readPredictor(path);
    const features = requireCode(await loadFeatures(name), 'the style network');
    if (features.digest === wanted) return new Predictor(model, features, tensors);
    features.dispose();
    const parts = { expected: `the style network ${wanted}`, found: `${name}, ${features.digest}` };
    throw new VoxstyleError('bad-input', { where: path, ...parts, fix: 'use the network that it was trained on' });
  }

  /** What is asked for. @throws VoxstyleError `usage` for no pictures, or weights that leave nothing. */
  styleOf(targets: readonly StyleTarget[]): Promise<Style> {
    return styleOf(targets, this.features, this.tensors);
  }

  /**
   * Hypotheses, the likeliest first.
   *
   * @param camera from where the cube will be seen, which a style doesn't say. Default: as `defaultPsi`.
   */
  async predict(cube: Cube, style: Style, camera = defaultPsi(cube).camera): Promise<Hypothesis[]> {
    const { architecture } = this.model;
    const { rows, weights } = await this.tensors.run(async () => {
      const outputs = forward(architecture, weightTensors(this.model), inputTensors([style], [describe(cube)]));
      return {
        rows: await this.tensors.read(outputs.rows),
        weights: await this.tensors.read(tf.softmax(outputs.logits)),
      };
    });
    const length = rowLength(cube.channels.length);
    return Array.from(weights, (weight, k) => ({
      psi: decode(rows.subarray(k * length, (k + 1) * length), cube, camera).psi,
      weight,
    })).sort((a, b) => b.weight - a.weight);
  }

  /**
   * Renders hypotheses of the renderer's cube, small, and sorts them by their distance in style.
   *
   * @param shape of the pictures: the target's.
   * @throws VoxstyleError as `Renderer.forward`.
   */
  async rank(
    renderer: Renderer,
    hypotheses: readonly Hypothesis[],
    { code }: Style,
    shape: Pick<Picture, 'width' | 'height'>,
  ): Promise<RankedHypothesis[]> {
    const size = codeSize(shape);
    const ranked: RankedHypothesis[] = [];
    for (const hypothesis of hypotheses) {
      const { psi } = hypothesis;
      const quick = { ...psi, sampling: { ...psi.sampling, steps: CODE_SIDE } };
      const { picture } = await renderer.forward(quick, size);
      const distance = codeDistance(await codeOf(picture, this.features, this.tensors), code);
      ranked.push({ ...hypothesis, distance });
    }
    return ranked.sort((a, b) => a.distance - b.distance);
  }

  /** Of the style network that it loaded. */
  dispose(): void {
    this.features.dispose();
  }
}
