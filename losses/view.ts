import type { Maps } from '../features/index.js';
import { type Scalar, type Tensor, type Tensor2D, type Tensor3D, tf } from '../tensors/index.js';
import { rowMean } from '../tensors/ops.js';
import type { Region } from './labels.js';

/** What a loss sees of a picture: its colours and features, and which pixels count. */
export interface View {
  /** height × width × 3, display-referred sRGB. */
  readonly colours: Tensor3D;
  /** The features' maps that were asked for, by the layers' names. */
  readonly maps: Maps;
  readonly region: Region;
}

/** The vectors of the pixels that count, N×C, of a map of the view's picture, height × width × C. */
export function samplesOf({ region }: View, map: Tensor3D, margin = 0): Tensor2D {
  const [height, width, channels] = map.shape;
  const all = tf.reshape(map, [height * width, channels]) as Tensor2D;
  const pixels = region.pixels(height + 2 * margin, width + 2 * margin, margin);
  return pixels === undefined ? all : tf.gather(all, tf.tensor1d(pixels, 'int32'));
}

/**
 * The mean of an unreduced loss over the pixels that count and all channels.
 *
 * @param margin pixels by which the map is smaller than the picture on each side, as a filtered map's valid part is.
 */
export function meanOver(view: View, map: Tensor3D, margin = 0): Scalar {
  return tf.mean(rowMean(samplesOf(view, map, margin)));
}

/** ‖a − b‖² of two tensors of one shape. */
export const squaredDistance = (a: Tensor, b: Tensor): Scalar => tf.sum(tf.squaredDifference(a, b));
