import { type Scalar, type Tensor, type Tensor2D, tf } from '../tensors/index.js';
import { total } from '../tensors/ops.js';
import type { LossContext } from './loss.js';
import { samplesOf, type View } from './view.js';

/** A layer of the features, and what it counts beside the others. */
export interface LayerWeight {
  layer: string;
  /** Positive. */
  weight: number;
}

/** What a loss may ask for while it is computed. */
export interface MeasureContext extends LossContext {
  /** A tensor's values on the host. */
  read(tensor: Tensor): Promise<Float32Array>;
}

/** A scalar tensor as a function of the picture, differentiable by TensorFlow.js. Called once, at the picture that was measured. */
export type Differentiable = (picture: View) => Scalar;

/**
 * A loss on tensors: on colours, features, or both. Many are evaluated together, so that features are computed once. It is
 * called within `Tensors.run`, which disposes of what it makes.
 */
export interface TensorLoss<Goal = unknown> {
  readonly name: string;
  /** Layers of the features that it looks at; none for one that only sees colours. */
  readonly layers: readonly LayerWeight[];
  /** Whether it compares pixel with pixel: the target then has the picture's size, and only pixels that have the label in both count. */
  readonly pairs: boolean;
  /** Whether it is another function at each iteration. */
  readonly stochastic: boolean;
  /** Pixels that picture and target must have on each side, besides what their features need. */
  readonly leastSide: number;
  /** What is to be known of the target, once. */
  prepare(target: View, context: MeasureContext): Goal | Promise<Goal>;
  /** Takes from the picture what isn't differentiated, such as assignments, and returns what is. */
  measure(picture: View, goal: Goal, context: MeasureContext): Differentiable | Promise<Differentiable>;
}

/** What the usual loss is made of. */
interface Summaries<Summary> {
  name: string;
  layers: readonly LayerWeight[];
  /** What of a layer's samples (N×C) matters, differentiable. */
  summary(samples: Tensor2D): Summary;
  /** How far the picture's is from the target's. */
  distance(picture: Summary, target: Summary, channels: number): Scalar;
}

/** A loss that compares summaries of the samples of each layer, wherever they are in the picture: Σ a_l distance_l / Σ a_l. */
export function compareSummaries<Summary>(parts: Summaries<Summary>): TensorLoss {
  const { name, layers, summary, distance } = parts;
  const loss: TensorLoss<Summary[]> = {
    name,
    layers,
    pairs: false,
    stochastic: false,
    leastSide: 1,
    prepare: (target) => layers.map(({ layer }) => summary(samplesOf(target, target.maps.get(layer)!))),
    measure: (_, goals) => (picture) =>
      overLayers(layers, (layer, index) => {
        const samples = samplesOf(picture, picture.maps.get(layer)!);
        return distance(summary(samples), goals[index]!, samples.shape[1]);
      }),
  };
  return loss as TensorLoss;
}

/** Σ a_l E_l / Σ a_l. */
export function overLayers(layers: readonly LayerWeight[], term: (layer: string, index: number) => Scalar): Scalar {
  const weights = layers.reduce((sum, { weight }) => sum + weight, 0);
  const terms = layers.map(({ layer, weight }, index) => tf.mul(term(layer, index), weight / weights) as Scalar);
  return total(terms);
}
