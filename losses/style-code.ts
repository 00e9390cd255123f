import { usage } from '../errors.js';
import type { Features } from '../features/index.js';
import { type Scalar, type Tensor1D, tf } from '../tensors/index.js';
import type { TensorLoss } from './tensor-loss.js';
import { squaredDistance, type View } from './view.js';

/**
 * Distance of style codes: a network's own short description s (of unit length) of the style of a whole picture,
 *
 *     E = 1 − s·s′,
 *
 * which is ½‖s − s′‖² between unit vectors. The latter is computed, since it keeps its digits near 0. What the code is made of is the
 * network's: features without one, such as the filter bank, don't have this loss. A code is of a whole picture, so pictures can't be
 * compared label by label.
 */
export function styleCode(features: Features): TensorLoss {
  const { code, name } = features;
  if (!code) {
    throw usage(
      'loss style-code',
      'features with a style code (--features of a style network)',
      `the ${name}`,
      'name such features, or another loss such as gram',
    );
  }
  const codeOf = ({ maps, region }: View): Tensor1D => {
    if (region.pixels(1, 1) !== undefined)
      throw usage('loss style-code', 'pictures without labels', 'labels', 'leave them out, or use a loss such as gram');
    return code.of(maps);
  };
  const loss: TensorLoss<Tensor1D> = {
    name: 'style-code',
    layers: code.layers.map((layer) => ({ layer, weight: 1 })),
    pairs: false,
    stochastic: false,
    leastSide: 1,
    prepare: codeOf,
    measure: (_, goal) => (picture) => tf.mul(squaredDistance(codeOf(picture), goal), 0.5) as Scalar,
  };
  return loss as TensorLoss;
}
