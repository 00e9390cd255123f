export { type AdamOptions, type AdamState, adam } from './adam.js';
export { chain } from './chain.js';
export { clipByGlobalNorm, globalNorm } from './clip.js';
export { type LbfgsOptions, type LbfgsState, lbfgs } from './lbfgs.js';
export {
  constant,
  cosineDecay,
  exponentialDecay,
  type Schedule,
  type WarmupCosineOptions,
  warmupCosine,
} from './schedules.js';
export { type SgdOptions, type SgdState, sgd } from './sgd.js';
export { anyOf, type PlateauOptions, type PlateauState, plateau, type StoppingRule, target } from './stopping.js';
export { applyUpdates, type GradientTransformation, type StateData } from './transform.js';
