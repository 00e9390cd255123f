import { tf } from '../tensors/index.js';
import { secondMoments } from '../tensors/ops.js';
import type { LayersOption } from './options.js';
import { compareSummaries } from './tensor-loss.js';
import { squaredDistance } from './view.js';

/**
 * Difference of Gram matrices, the style of Gatys et al.: which features occur together, wherever they are. For samples F (N×C)
 * of a layer, A = FᵀF/N, and
 *
 *     E = ‖A − A′‖²_F / (4C²),
 *
 * the mean of E over the layers. The factor ¼ is Gatys'; he has it over N² of the picture and of the target alike, which have the
 * same size there. Here each matrix is over its own N, so that a target may have any size.
 *
 * Gatys, Ecker, Bethge, "A neural algorithm of artistic style", 2015, eqs. 3 to 5.
 */
export const gram = ({ layers }: LayersOption) =>
  compareSummaries({
    name: 'gram',
    layers,
    summary: secondMoments,
    distance: (a, b, channels) => tf.div(squaredDistance(a, b), 4 * channels ** 2),
  });
