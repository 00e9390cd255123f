export { type Checkpoint, digest, encodeCheckpoint, parseCheckpoint, type TrainState } from './checkpoint.js';
export * from './events.js';
export type { Learner, LossAndGradient, Verdict } from './learner.js';
export { filesOf, keepTraining, type Product, readTraining, type SavedTraining, TRAINING_FILES } from './log.js';
export { DTYPES, type Dtype, encodeSafetensors, readMetadata, type WrittenTensor } from './safetensors.js';
export { TRAIN_DEFAULTS, type TrainOptions, train } from './train.js';
