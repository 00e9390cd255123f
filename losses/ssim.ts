import { type Tensor3D, tf } from '../tensors/index.js';
import { type Local, localOf, MARGIN, unlikeness, unlikenessOfBoth, WINDOW } from './structural-similarity.js';
import type { TensorLoss } from './tensor-loss.js';
import { meanOver } from './view.js';

/**
 * Structural similarity, of pictures of the same size: how alike the means, the contrasts and the patterns are around
 * each pixel. In a Gaussian window of 11×11 pixels (σ = 1.5, weights of sum 1), on each colour by itself,
 *
 *     SSIM = (2μμ′ + C₁)(2σ_xy + C₂) / ((μ² + μ′² + C₁)(σ² + σ′² + C₂)),    C₁ = 0.01², C₂ = 0.03²,
 *     E = 1 − mean SSIM
 *
 * over colours and windows that lie within the picture; 0 where pictures are equal, at most 2. Variances are biased. A
 * window has the label of its middle; a label that is nowhere the middle of a window isn't compared. `ssimMap` is what
 * isn't reduced.
 *
 * Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment: from error visibility to structural similarity", IEEE
 * Transactions on Image Processing, 2004; there of grey pictures.
 */
export const ssim = (): TensorLoss<Local> => ({
  name: 'ssim',
  layers: [],
  pairs: true,
  stochastic: false,
  leastSide: WINDOW,
  prepare: ({ colours }) => localOf(colours),
  measure({ colours: { shape }, region }, target) {
    if (region.pixels(shape[0], shape[1], MARGIN)?.length === 0) return () => tf.scalar(0);
    return (picture) => meanOver(picture, unlikenessOfBoth(unlikeness(picture.colours, target)), MARGIN);
  },
});

/** 1 − SSIM around each pixel that is 5 or more from the borders: h×w×3 to h−10 × w−10 × 3. */
export const ssimMap = (picture: Tensor3D, target: Tensor3D): Tensor3D =>
  unlikenessOfBoth(unlikeness(picture, localOf(target)));
