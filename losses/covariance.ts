import { tf } from '../tensors/index.js';
import { rowMean, secondMoments } from '../tensors/ops.js';
import type { LayersOption } from './options.js';
import { compareSummaries } from './tensor-loss.js';
import { squaredDistance } from './view.js';

/**
 * Difference of covariance matrices: as `gram`, but of centred features, so that how bright a picture is on the whole makes no
 * difference. For samples F (N×C) of a layer with means μ, S = (F − μ)ᵀ(F − μ)/N, and
 *
 *     E = ‖S − S′‖²_F / (4C²),
 *
 * the mean of E over the layers. The factor ¼ is the source's. It divides by N − 1; here by N.
 *
 * Sun, Saenko, "Deep CORAL: correlation alignment for deep domain adaptation", 2016, eqs. 1 to 3; Li, Fang, Yang, Wang, Lu, Yang,
 * "Universal style transfer via feature transforms", 2017, whose whitening and colouring make it 0.
 */
export const covariance = ({ layers }: LayersOption) =>
  compareSummaries({
    name: 'covariance',
    layers,
    summary: (samples) => secondMoments(tf.sub(samples, rowMean(samples))),
    distance: (a, b, channels) => tf.div(squaredDistance(a, b), 4 * channels ** 2),
  });
