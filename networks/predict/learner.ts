import type { Device } from '../../engine/device.js';
import { defaultPsi } from '../../engine/psi-default.js';
import { seededRandom } from '../../random.js';
import { type Tensor, type Tensor2D, type Tensor3D, type Tensors, tf } from '../../tensors/index.js';
import type { CodedFeatures } from '../style/code.js';
import { digest, type Learner } from '../training/index.js';
import { PREDICT_ARCHITECTURE, type PredictArchitecture, parameterCount } from './architecture.js';
import type { PredictBatch, Query } from './batches.js';
import { forward, initialWeights, inputTensors, type PredictModel, weightTensors } from './model.js';
import { psiError, rowErrors } from './objective.js';
import { StyleErrors, type StyleParts } from './style-error.js';

export interface PredictLearnerOptions {
  device: Device;
  tensors: Tensors;
  /** The style network, which isn't trained here. */
  features: CodedFeatures;
  batches: (index: number) => Promise<PredictBatch>;
  /** Of cubes that aren't trained on. */
  validation: readonly PredictBatch[];
  architecture?: PredictArchitecture | undefined;
  /** λ, what the style error counts beside the error in Ψ; 0 trains on Ψ only, without rendering. Default 3. */
  styleWeight?: number | undefined;
  /** The first step with a style error: before it, rows are far from any style. Default 150. */
  jointFrom?: number | undefined;
  /** Queries of a batch whose style error is computed. Default 8. */
  rendered?: number | undefined;
  /** Instead of random weights. */
  first?: Float32Array | undefined;
  /** What else a resumed training must share, by name. */
  inputs?: Readonly<Record<string, string>> | undefined;
}

export const PREDICT_DEFAULTS = { styleWeight: 3, jointFrom: 150, rendered: 8 } as const;

/** Queries of each validation batch that are judged. */
const JUDGED = 12;

/**
 * The predictor as `train` takes it. Its loss is
 *
 *     L = error in Ψ + λ · mean over some queries of (½‖f_style(f_render(d, Ψ_k)) − s‖² + distance of palettes),
 *
 * with k the hypothesis that is nearest to the true Ψ, see `psiError` and `StyleErrors`. The gradient of the second term comes from
 * the renderer's adjoint. The best weights are those whose best hypothesis, rendered, is the nearest in style and palette on the median
 * query, where the distances of the default Ψ's rendering are 1. What is thrown is what `Renderer.forward` throws.
 */
export function predictLearner(options: PredictLearnerOptions): Learner<PredictBatch> {
  const { device, tensors, features, batches, validation, first, inputs } = options;
  const { architecture = PREDICT_ARCHITECTURE } = options;
  const { styleWeight = PREDICT_DEFAULTS.styleWeight, jointFrom = PREDICT_DEFAULTS.jointFrom } = options;
  const { rendered = PREDICT_DEFAULTS.rendered } = options;
  const { hypotheses } = architecture;
  /** Of the default Ψ, on the judged queries. */
  let baseline: StyleParts[] | undefined;
  return {
    objective: styleWeight > 0 ? `Ψ and style, ${styleWeight}, from step ${jointFrom} on` : 'Ψ only',
    backend: tensors.backend,
    parameters: parameterCount(architecture),
    inputs: {
      ...inputs,
      architecture: digest(architecture),
      objective: `${styleWeight} of ${rendered} from ${jointFrom}`,
      features: features.digest,
      ...(first && { first: digest([...first]) }),
    },
    initial: (seed) => first ?? initialWeights(architecture, seed),
    batch: batches,
    async lossAndGradient(weights, batch, step) {
      const model = { architecture, weights };
      const { queries } = batch;
      const guesses = await predicted(tensors, model, batch);
      // Rows that aren't finite have no Ψ; the loss isn't finite then, and the step is rejected.
      const joint = styleWeight > 0 && step >= jointFrom && guesses.errors.every(Number.isFinite);
      const upstream = new Float32Array(guesses.rows.length);
      const style = { value: 0, code: 0, palette: 0 };
      if (joint) {
        const each = new StyleErrors(batch, device, tensors, features);
        try {
          const asked = drawn(queries.length, rendered, seededRandom(step, 61));
          for (const q of asked) {
            const { at, row } = rowOf(guesses, q, nearest(guesses, q, hypotheses), hypotheses);
            const { gradient, ...parts } = await each.of(queries[q]!, row, step);
            for (const name of ['value', 'code', 'palette'] as const) style[name] += parts[name] / asked.length;
            for (const [i, g] of gradient.entries()) upstream[at + i] = (styleWeight * g) / asked.length;
          }
        } finally {
          each.close();
        }
      }
      const { psi, gradient } = await differentiate(tensors, model, batch, upstream);
      const { value, ...parts } = style;
      return { loss: psi + styleWeight * value, gradient, terms: { Ψ: psi, ...(joint && parts) } };
    },
    async validate(weights) {
      baseline ??= await eachJudged(async (errors, { batch, query }) =>
        errors.partsOf(query, { ...defaultPsi(batch.cubes[query.cube]!), camera: query.camera }),
      );
      const guesses: Guesses[] = [];
      for (const batch of validation) guesses.push(await predicted(tensors, { architecture, weights }, batch));
      const found = await eachJudged(async (errors, { b, q, query }) => {
        const own = guesses[b]!;
        const parts: StyleParts[] = [];
        for (let k = 0; k < hypotheses; k++) parts.push(await errors.partsOf(query, rowOf(own, q, k, hypotheses).row));
        const best = parts.reduce((a, b) => (b.code < a.code ? b : a));
        return { ...best, psi: own.errors[q * hypotheses + nearest(own, q, hypotheses)]! };
      });
      const style = median(found.map(({ code }, i) => distance(code) / distance(baseline![i]!.code)));
      const palette = median(found.map((own, i) => own.palette / baseline![i]!.palette));
      return {
        score: -style - palette,
        figures: {
          'style distance, share of the default’s': style,
          'palette distance, share of the default’s': palette,
          'error in Ψ, nearest hypothesis': median(found.map(({ psi }) => psi)),
        },
      };
    },
  };

  /** What is found of the judged queries: always the same ones, in the same order. */
  async function eachJudged<Found>(
    find: (errors: StyleErrors, at: { b: number; q: number; batch: PredictBatch; query: Query }) => Promise<Found>,
  ): Promise<Found[]> {
    const found: Found[] = [];
    for (const [b, batch] of validation.entries()) {
      const errors = new StyleErrors(batch, device, tensors, features);
      try {
        for (const q of drawn(batch.queries.length, JUDGED, seededRandom(b, 62))) {
          found.push(await find(errors, { b, q, batch, query: batch.queries[q]! }));
        }
      } finally {
        errors.close();
      }
    }
    return found;
  }
}

/** Distance of two codes from half its square. */
const distance = (error: number) => Math.sqrt(2 * error);

/** Of N queries K rows each (N·K·R numbers) and how far each is from the true one (N·K). */
interface Guesses {
  readonly rows: Float32Array;
  readonly errors: Float32Array;
}

/** The k-th row of a query, a copy, and where it begins. */
function rowOf({ rows, errors }: Guesses, query: number, k: number, hypotheses: number) {
  const length = rows.length / errors.length;
  const at = (query * hypotheses + k) * length;
  return { at, row: rows.slice(at, at + length) };
}

function tensorsOf({ queries, styles, descriptors }: PredictBatch) {
  const inputs = inputTensors(
    queries.map(({ picture }) => styles[picture]!),
    queries.map(({ cube }) => descriptors[cube]!),
  );
  const matrix = (of: 'values' | 'weights') => tf.stack(queries.map(({ truth }) => tf.tensor1d(truth[of]))) as Tensor2D;
  return { inputs, truth: matrix('values'), weights: matrix('weights') };
}

function predicted(tensors: Tensors, model: PredictModel, batch: PredictBatch): Promise<Guesses> {
  return tensors.run(async () => {
    const { inputs, truth, weights } = tensorsOf(batch);
    const { rows } = forward(model.architecture, weightTensors(model), inputs);
    return { rows: await tensors.read(rows), errors: await tensors.read(rowErrors(rows, truth, weights)) };
  });
}

/**
 * The error in Ψ, and the gradient, with respect to the weights, of it and of what has the given gradient with respect to the rows.
 *
 * @param upstream N·K·R numbers.
 */
function differentiate(tensors: Tensors, model: PredictModel, batch: PredictBatch, upstream: Float32Array) {
  return tensors.run(async () => {
    const { inputs, truth, weights } = tensorsOf(batch);
    let psi: Tensor | undefined;
    const loss = (...parts: Tensor[]) => {
      const outputs = forward(model.architecture, parts, inputs);
      const own = psiError(outputs, rowErrors(outputs.rows, truth, weights));
      psi ??= tf.keep(own.clone());
      const pull = tf.tensor3d(upstream, outputs.rows.shape as Tensor3D['shape']);
      return tf.add(own, tf.sum(tf.mul(outputs.rows, pull))) as typeof own;
    };
    const { grads } = tf.valueAndGrads(loss)(weightTensors(model));
    const gradient = new Float32Array(model.weights.length);
    let at = 0;
    for (const part of grads) {
      gradient.set(await tensors.read(part), at);
      at += part.size;
    }
    const [value] = await tensors.read(psi!);
    psi!.dispose();
    return { psi: value!, gradient };
  });
}

/** The hypothesis of a query whose error is the least. */
function nearest({ errors }: Guesses, query: number, hypotheses: number): number {
  const own = errors.subarray(query * hypotheses, (query + 1) * hypotheses);
  return own.indexOf(Math.min(...own));
}

/** Some of the numbers below count, each once, in rising order. */
function drawn(count: number, wanted: number, random: ReturnType<typeof seededRandom>): number[] {
  const pool = Array.from({ length: count }, (_, i) => i);
  const taken = Array.from({ length: Math.min(count, wanted) }, () => pool.splice(random.index(pool.length), 1)[0]!);
  return taken.sort((a, b) => a - b);
}

/** Of an even number of values the upper one of the middle two. */
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
