export { PREDICT_ARCHITECTURE, type PredictArchitecture, parameterCount } from './architecture.js';
export { type PredictBatch, type PredictBatchesOptions, predictBatches, type Query } from './batches.js';
export { type Decoded, decode } from './decode.js';
export { type ChannelDescriptor, describe } from './descriptor.js';
export { encode, type Row } from './encode.js';
export { rowLength } from './layout.js';
export { PREDICT_DEFAULTS, type PredictLearnerOptions, predictLearner } from './learner.js';
export type { PredictModel } from './model.js';
export {
  type Hypothesis,
  Predictor,
  type PredictorOptions,
  type RankedHypothesis,
} from './predictor.js';
export { PREDICT_FILE, predictProduct, readPredictor, type SavedPredictor, type SavePredictOptions } from './save.js';
export { type Style, type StyleTarget, styleOf } from './style.js';
