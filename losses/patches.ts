import { type Tensor2D, type Tensor3D, tf } from '../tensors/index.js';

/** Pixels on each side of a patch. */
export const SIDE = 3;

/**
 * The 3×3 patches of a map, h×w×C, around its pixels but the outermost: (h − 2)(w − 2)×9C, a patch in the order dy, dx, channel.
 *
 * @param chosen numbers of those that are wanted, counted row by row within what the outermost pixels leave. Default: all.
 */
export function patchesOf(map: Tensor3D, chosen?: Int32Array): Tensor2D {
  const [height, width, channels] = map.shape;
  const [down, across] = [height - SIDE + 1, width - SIDE + 1];
  const places = chosen && tf.tensor1d(chosen, 'int32');
  const shifted: Tensor2D[] = [];
  for (let dy = 0; dy < SIDE; dy++) {
    for (let dx = 0; dx < SIDE; dx++) {
      const all = tf.reshape(tf.slice(map, [dy, dx, 0], [down, across, channels]), [down * across, channels]);
      shifted.push((places ? tf.gather(all, places) : all) as Tensor2D);
    }
  }
  return tf.concat(shifted, 1);
}
