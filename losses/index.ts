export { charbonnier } from './charbonnier.js';
export { l1 } from './l1.js';
export { l2 } from './l2.js';
export type { Loss, LossContext, LossFactory, LossValue } from './loss.js';
export { psnr } from './psnr.js';
export { LOSSES, parseLoss } from './registry.js';
export { type SlicedWassersteinOptions, slicedWasserstein, swd } from './swd.js';
export { type WeightedLoss, weightedSum } from './weighted.js';
