import { type Tensor3D, tf } from '../tensors/index.js';
import type { Region } from './labels.js';
import type { TensorLoss } from './tensor-loss.js';
import { meanOver } from './view.js';

/**
 * Differences that are much smaller count by their squares, in display-referred units: about a quarter of an 8-bit
 * step.
 */
const EPSILON = 1e-3;

/**
 * Total variation of the picture alone, whatever the target: noise costs, and an edge costs as much as a slope of the
 * same height. With the forward differences dx and dy of a pixel to its right and lower neighbours, of each colour by
 * itself,
 *
 *     E = mean √(dx² + dy² + ε²) − ε,    ε = 1e-3,
 *
 * over colours and the (h−1)×(w−1) pixels that have both; 0 for a picture of one colour. A label's pixels are those
 * that have it themselves, wherever their neighbours are; a label that is in the last row or column alone costs
 * nothing. `tvMap` is what isn't reduced.
 *
 * Rudin, Osher, Fatemi, "Nonlinear total variation based noise removal algorithms", Physica D, 1992; there the
 * integral, and ε = 0, for which it has no gradient where a picture is flat.
 */
export const tv = (): TensorLoss<undefined> => ({
  name: 'tv',
  layers: [],
  pairs: false,
  stochastic: false,
  leastSide: 2,
  prepare: () => undefined,
  measure({ colours: { shape }, region }) {
    const inner = withNeighbours(region);
    if (inner.pixels(shape[0] - 1, shape[1] - 1)?.length === 0) return () => tf.scalar(0);
    return (picture) => meanOver({ ...picture, region: inner }, tvMap(picture.colours));
  },
});

/** √(dx² + dy² + ε²) − ε of each pixel that has a right and a lower neighbour: h×w×3 to h−1 × w−1 × 3. */
export function tvMap(picture: Tensor3D): Tensor3D {
  const [height, width, channels] = picture.shape;
  // Slices of rows as long as they are: those of maps take three times as long on the wasm backend.
  const rows = tf.reshape(picture, [height, width * channels]);
  const from = (row: number, column: number) =>
    tf.slice(rows, [row, column * channels], [height - 1, (width - 1) * channels]);
  const here = from(0, 0);
  const squares = tf.add(tf.squaredDifference(from(0, 1), here), tf.squaredDifference(from(1, 0), here));
  // Equals √(s + ε²) − ε, without its cancellation where s is small.
  const values = tf.div(squares, tf.add(tf.sqrt(tf.add(squares, EPSILON ** 2)), EPSILON));
  return tf.reshape(values, [height - 1, width - 1, channels]);
}

/**
 * Of a map without the last row and column, the pixels that count in the whole one: maps aren't stretched onto each
 * other.
 */
const withNeighbours = (region: Region): Region => ({
  pixels(height, width) {
    const across = width + 1;
    return region
      .pixels(height + 1, across)
      ?.filter((pixel) => pixel < height * across && pixel % across < width)
      .map((pixel) => pixel - Math.floor(pixel / across));
  },
});
