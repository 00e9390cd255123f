import { type Tensor3D, tf } from '../tensors/index.js';
import type { LayersOption } from './options.js';
import { overLayers, type TensorLoss } from './tensor-loss.js';
import { meanOver } from './view.js';

/**
 * Mean squared difference of features, pixel by pixel: what is where. For maps F and G (h×w×C) of a layer,
 *
 *     E = ½ mean over pixels and channels of (F − G)²,
 *
 * the mean of E over the layers. The factor ½ is Gatys'; he sums where here is a mean, so that neither size nor layer changes the
 * scale. With `of=start`, it holds on to what the render showed at first.
 *
 * Gatys, Ecker, Bethge, "A neural algorithm of artistic style", 2015, eq. 1.
 */
export function content({ layers }: LayersOption): TensorLoss {
  const loss: TensorLoss<Tensor3D[]> = {
    name: 'content',
    layers,
    pairs: true,
    stochastic: false,
    leastSide: 1,
    // Whole maps: which of their pixels count depends on the picture too.
    prepare: ({ maps }) => layers.map(({ layer }) => maps.get(layer)!),
    measure: (_, goals) => (picture) =>
      overLayers(layers, (layer, index) => {
        const differences = tf.squaredDifference(picture.maps.get(layer)!, goals[index]!) as Tensor3D;
        return tf.mul(meanOver(picture, differences), 0.5);
      }),
  };
  return loss as TensorLoss;
}
