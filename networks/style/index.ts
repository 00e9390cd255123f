export {
  codeLength,
  parameterCount,
  STYLE_ARCHITECTURE,
  STYLE_PARAMETERS,
  type StyleArchitecture,
} from './architecture.js';
export { featureCode, gramCode, histogramCode, jointHistogramCode } from './baselines.js';
export { type Batches, joinBatches, type Labels, type StyleBatch } from './batch.js';
export { CODE_SIDE, type CodedFeatures, codeDistance, codeOf, codeSize, requireCode } from './code.js';
export {
  type CodeFunction,
  type Codes,
  evaluate,
  figuresOf,
  type Recall,
  type RecallOptions,
  type Recalls,
  recallAt1,
  VARIANTS,
  type Variant,
} from './evaluate.js';
export { type StyleLearnerOptions, styleLearner } from './learner.js';
export { forward, initialWeights, modelCode, type StyleModel } from './model.js';
export { infoNce, OBJECTIVES, type Objective, proposal, triplet } from './objectives.js';
export { recoloured } from './recolour.js';
export { loadStyle, type SaveOptions, saveStyle, styleProduct } from './save.js';
