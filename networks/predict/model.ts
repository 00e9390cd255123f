import { seededRandom } from '../../random.js';
import { type Tensor, type Tensor1D, type Tensor2D, type Tensor3D, tf } from '../../tensors/index.js';
import {
  LAYERS,
  type LayerName,
  layersOf,
  PATCHES,
  PLACES,
  type PredictArchitecture,
  parameterCount,
} from './architecture.js';
import { type ChannelDescriptor, COARSE, COARSE_LENGTH, HISTOGRAM_LENGTH } from './descriptor.js';
import { CHANNEL_COUNT, GLOBAL_COUNT, GLOBALS } from './layout.js';
import { EDGE_LENGTH, PALETTE_LENGTH } from './palette.js';
import type { Style } from './style.js';

/** A predictor: what it is and its weights, one vector in the order of `layersOf`. */
export interface PredictModel {
  readonly architecture: PredictArchitecture;
  readonly weights: Float32Array;
}

/** What the last layers begin with: the rows of different hypotheses differ by about this at first. */
const HEAD_DEVIATION = 0.3;

/** Random weights, normal with variance 2/fan-in (He et al. 2015, eq. 10), less for what is given out; biases are 0. */
export function initialWeights(architecture: PredictArchitecture, seed: number): Float32Array {
  const weights = new Float32Array(parameterCount(architecture));
  const layers = layersOf(architecture);
  for (const [index, name] of LAYERS.entries()) {
    const random = seededRandom(seed, index);
    const { inputs, relu, begin, bias } = layers[name];
    const deviation = relu ? Math.sqrt(2 / inputs) : HEAD_DEVIATION / Math.sqrt(inputs);
    for (let i = begin; i < bias; i++) weights[i] = deviation * random.normal();
  }
  return weights;
}

/** Matrix and bias of one layer after another. Within `Tensors.run`. */
export function weightTensors({ architecture, weights }: PredictModel): Tensor[] {
  const layers = layersOf(architecture);
  return LAYERS.flatMap((name) => {
    const { inputs, outputs, begin, bias, end } = layers[name];
    return [tf.tensor2d(weights.subarray(begin, bias), [inputs, outputs]), tf.tensor1d(weights.subarray(bias, end))];
  });
}

/** N queries whose cubes have C channels. */
export interface Inputs {
  /** N×D: codes of unit length, and palettes. */
  readonly styles: Tensor2D;
  /** N·C rows of HISTOGRAM_LENGTH and of COARSE³. */
  readonly histograms: Tensor2D;
  readonly coarse: Tensor2D;
  readonly channels: number;
}

/** Of each query K rows, see layout.ts, and the logits of their weights. */
export interface Outputs {
  /** N×K×rowLength(C). */
  readonly rows: Tensor3D;
  /** N×K. */
  readonly logits: Tensor2D;
}

/**
 * Within `Tensors.run`.
 *
 * @param styles of each query.
 * @param descriptors of each query's channels, as many for each.
 */
export function inputTensors(styles: readonly Style[], descriptors: readonly (readonly ChannelDescriptor[])[]): Inputs {
  const all = descriptors.flat();
  const joined = (of: keyof ChannelDescriptor, length: number) => {
    const values = new Float32Array(all.length * length);
    for (const [i, descriptor] of all.entries()) values.set(descriptor[of], i * length);
    return tf.tensor2d(values, [all.length, length]);
  };
  return {
    styles: tf.stack(styles.map(({ code, palette }) => tf.tensor1d([...code, ...palette]))) as Tensor2D,
    histograms: joined('histogram', HISTOGRAM_LENGTH),
    coarse: joined('coarse', COARSE_LENGTH),
    channels: descriptors[0]!.length,
  };
}

/**
 * Rows and logits, differentiable with respect to the weights.
 *
 * @param weights as weightTensors gives them.
 */
export function forward(architecture: PredictArchitecture, weights: readonly Tensor[], inputs: Inputs): Outputs {
  const layers = layersOf(architecture);
  const apply = (name: LayerName, x: Tensor2D): Tensor2D => {
    const index = 2 * LAYERS.indexOf(name);
    const y = tf.add(tf.matMul(x, weights[index] as Tensor2D), weights[index + 1] as Tensor1D) as Tensor2D;
    return layers[name].relu ? tf.relu(y) : y;
  };
  const { styles, histograms, coarse, channels } = inputs;
  const { convolutions, descriptor, hypotheses } = architecture;
  const count = styles.shape[0];
  const first = apply('convolution1', patches(coarse, COARSE, 1, PATCHES[0]));
  const second = apply('convolution2', patches(first, COARSE / PATCHES[0], convolutions[0], PATCHES[1]));
  const seen = tf.mean(tf.reshape(second, [count * channels, PLACES, convolutions[1]]), 1) as Tensor2D;
  const own = apply('descriptor', tf.concat([histograms, seen], 1));
  const mean = tf.mean(tf.reshape(own, [count, channels, descriptor]), 1) as Tensor2D;
  const style = apply('style2', apply('style1', tf.concat([styles, mean], 1)));
  const ofEach = (x: Tensor2D): Tensor2D => {
    const width = x.shape[1];
    return tf.reshape(tf.tile(tf.reshape(x, [count, 1, width]), [1, channels, 1]), [count * channels, width]);
  };
  const channel = apply('channel2', apply('channel1', tf.concat([ofEach(styles), own, ofEach(mean)], 1)));
  const differences = tf.reshape(apply('globals', style), [count, hypotheses, GLOBAL_COUNT]);
  const globals = tf.add(differences, tf.expandDims(edges(styles), 1));
  const numbers = tf.reshape(apply('channels', tf.concat([ofEach(style), channel], 1)), [
    count,
    channels,
    hypotheses,
    CHANNEL_COUNT,
  ]);
  const byHypothesis = tf.reshape(tf.transpose(numbers, [0, 2, 1, 3]), [count, hypotheses, channels * CHANNEL_COUNT]);
  return { rows: tf.concat([globals, byHypothesis], 2) as Tensor3D, logits: apply('logits', style) };
}

/** The colours at the pictures' edges as rows of globals have them, 0 elsewhere: backgrounds come first in a row. */
function edges(styles: Tensor2D): Tensor2D {
  const { centre, spread } = GLOBALS['background.top'];
  const colours = tf.slice(styles, [0, styles.shape[1] - PALETTE_LENGTH], [styles.shape[0], EDGE_LENGTH]);
  return tf.pad(tf.div(tf.sub(colours, centre), spread), [
    [0, 0],
    [0, GLOBAL_COUNT - EDGE_LENGTH],
  ]) as Tensor2D;
}

/**
 * Cubes of side³ places with F features each, cut into cubes of patch³: a convolution whose stride is its kernel is a matrix on them.
 *
 * @param x N·side³ numbers of F features, x fastest. @returns N·(side/patch)³ rows of patch³·F.
 */
function patches(x: Tensor2D, side: number, features: number, patch: number): Tensor2D {
  const cells = side / patch;
  const count = x.size / (side ** 3 * features);
  // TensorFlow.js transposes up to six axes, so N goes with the cells along z, and the features with the voxels along x.
  const split = tf.reshape(x, [count * cells, patch, cells, patch, cells, patch * features]);
  return tf.reshape(tf.transpose(split, [0, 2, 4, 1, 3, 5]), [count * cells ** 3, patch ** 3 * features]);
}
