export {
  codeLength,
  parameterCount,
  STYLE_ARCHITECTURE,
  STYLE_PARAMETERS,
  type StyleArchitecture,
} from './architecture.js';
export { featureCode, gramCode, histogramCode, jointHistogramCode } from './baselines.js';
export { type Batches, joinBatches, type Labels, type StyleBatch } from './batch.js';
export type { Checkpoint } from './checkpoint.js';
export {
  type CodeFunction,
  type Codes,
  evaluate,
  type Recall,
  type RecallOptions,
  type Recalls,
  recallAt1,
  VARIANTS,
  type Variant,
} from './evaluate.js';
export * from './events.js';
export { keepTraining, readTraining, type SavedTraining, TRAINING_FILES } from './log.js';
export { forward, initialWeights, modelCode, type StyleModel } from './model.js';
export { infoNce, OBJECTIVES, type Objective, proposal, triplet } from './objectives.js';
export { recoloured } from './recolour.js';
export { loadStyle, type SaveOptions, saveStyle } from './save.js';
export { TRAIN_DEFAULTS, type TrainOptions, train } from './train.js';
