import type { PoolLayer } from '../../features/architecture.js';
import { seededRandom } from '../../random.js';
import { type Tensor, type Tensor1D, type Tensor2D, type Tensor4D, type Tensors, tf } from '../../tensors/index.js';
import { convolutionsOf, layOut, parameterCount, type StyleArchitecture, type TrainedLayer } from './architecture.js';
import type { StyleBatch } from './batch.js';
import { convolve } from './convolution.js';
import type { CodeFunction } from './evaluate.js';

/** A style network: what it is and its weights, one vector in the order of `layOut`. */
export interface StyleModel {
  readonly architecture: StyleArchitecture;
  readonly weights: Float32Array;
}

/**
 * Random weights that keep the size of what passes through: normal with variance 2/fan-in before a rectifier, 1/fan-in
 * else; biases are 0. The same seed gives the same weights on every machine.
 *
 * He, Zhang, Ren, Sun, "Delving deep into rectifiers", ICCV 2015, eq. 10.
 */
export function initialWeights(architecture: StyleArchitecture, seed: number): Float32Array {
  const weights = new Float32Array(parameterCount(architecture));
  for (const [index, { layer, shape, begin, bias }] of convolutionsOf(architecture).entries()) {
    const random = seededRandom(seed, index);
    const [tall, wide, inputs] = shape;
    const deviation = Math.sqrt((layer.relu ? 2 : 1) / (tall * wide * inputs));
    for (let i = begin; i < bias; i++) weights[i] = deviation * random.normal();
  }
  return weights;
}

/** The weights as tensors, kernel and bias of one convolution after another. Within `Tensors.run`. */
export function weightTensors({ architecture, weights }: StyleModel): Tensor[] {
  return convolutionsOf(architecture).flatMap(({ shape, begin, bias, end }) => [
    tf.tensor4d(weights.subarray(begin, bias), [...shape]),
    tf.tensor1d(weights.subarray(bias, end)),
  ]);
}

/**
 * Codes of unit length (N×D) of pictures (N×h×w×3, sRGB 0…1), differentiable with respect to the weights. The same
 * function as that of the saved network's `code` in features/, on many pictures at once.
 *
 * @param weights as weightTensors gives them.
 */
export function forward(architecture: StyleArchitecture, weights: readonly Tensor[], pictures: Tensor4D): Tensor2D {
  const layers = layOut(architecture);
  const last = layers.at(-1)!;
  // The mean of a linear function of each place is that function of the mean.
  const linear = isPointwise(last);
  let map = normalised(architecture, pictures);
  let at = 0;
  const next = (): [Tensor4D, Tensor1D] => [weights[at++] as Tensor4D, weights[at++] as Tensor1D];
  for (const layer of linear ? layers.slice(0, -1) : layers) {
    map = 'pool' in layer ? averaged(layer.pool, map) : convolve(layer.layer, map, ...next(), at === 2);
  }
  const [count, height, width, channels] = map.shape;
  const means = tf.mean(tf.reshape(map, [count, height * width, channels]), 1) as Tensor2D;
  return unitLength(linear ? pointwise(means, ...next()) : means);
}

/** Keeps the length of a code of zeros from being divided by; as in features/network.ts. */
const TINY = 1e-16;

/** Rows divided by their lengths. */
export function unitLength(rows: Tensor2D): Tensor2D {
  return tf.div(rows, tf.sqrt(tf.add(tf.sum(tf.square(rows), 1, true), TINY)));
}

function isPointwise(last: TrainedLayer): boolean {
  if ('pool' in last) return false;
  const { layer, shape } = last;
  return shape[0] === 1 && !layer.relu && layer.padding.width === 0;
}

const pointwise = (rows: Tensor2D, kernel: Tensor4D, bias: Tensor1D): Tensor2D =>
  tf.add(tf.matMul(rows, tf.reshape(kernel, [kernel.shape[2], kernel.shape[3]])), bias);

/** (scale · colour − mean) / std. */
function normalised({ input }: StyleArchitecture, pictures: Tensor4D): Tensor4D {
  if (!input) return pictures;
  const { order, scale, mean, std } = input;
  const colours = order === 'RGB' ? pictures : tf.reverse(pictures, 3);
  return tf.div(tf.sub(tf.mul(colours, scale), tf.tensor1d(mean)), tf.tensor1d(std));
}

/** Means of blocks of size×size; rows and columns of no whole block are left out. */
function averaged({ size }: PoolLayer, x: Tensor4D): Tensor4D {
  const [, height, width] = x.shape;
  const pool = tf.customGrad((map) => ({
    value: tf.avgPool(map as Tensor4D, size, size, 'valid'),
    gradFunc: (upstream: Tensor) => {
      const dy: Tensor4D = tf.mul(upstream as Tensor4D, 1 / size ** 2);
      const [, rows, columns] = dy.shape;
      const copies = tf.image.resizeNearestNeighbor(dy, [rows * size, columns * size]);
      const [below, right] = [height - rows * size, width - columns * size];
      return below + right === 0
        ? copies
        : tf.pad(copies, [
            [0, 0],
            [0, below],
            [0, right],
            [0, 0],
          ]);
    },
  }));
  return pool(x) as Tensor4D;
}

/** Pictures of a batch that go through the network at once when it isn't trained. */
const AT_ONCE = 32;

/** A model's codes of the pictures of a batch. */
export function modelCode(tensors: Tensors, model: StyleModel): CodeFunction {
  return ({ size, pictures }: Pick<StyleBatch, 'size' | 'pictures'>) =>
    tensors.run(async () => {
      const weights = weightTensors(model);
      const numbers = size * size * 3;
      const count = pictures.length / numbers;
      const parts: Float32Array[] = [];
      for (let begin = 0; begin < count; begin += AT_ONCE) {
        const end = Math.min(count, begin + AT_ONCE);
        const codes = tf.tidy(() => {
          const batch = tf.tensor4d(pictures.subarray(begin * numbers, end * numbers), [end - begin, size, size, 3]);
          return forward(model.architecture, weights, batch);
        });
        parts.push(await tensors.read(codes));
        codes.dispose();
      }
      const length = parts[0]!.length / Math.min(count, AT_ONCE);
      const values = new Float32Array(count * length);
      for (const [index, part] of parts.entries()) values.set(part, index * AT_ONCE * length);
      return { length, values };
    });
}
