export {
  type Channel,
  type Cube,
  describeCube,
  downsample,
  type Factors,
  loadCube,
  makePhantom,
  type RawOptions,
  worldExtent,
} from './cubes/index.js';
export { type Device, type DeviceOptions, openDevice, type Tier } from './engine/device.js';
export { fitToDevice } from './engine/fit-volume.js';
export type { Size } from './engine/frame.js';
export type { Picture } from './engine/picture.js';
export { encodePng, readPicture } from './engine/picture-file.js';
export { resample } from './engine/picture-resample.js';
export { type Psi, parsePsi, psiSchema } from './engine/psi.js';
export { defaultPsi } from './engine/psi-default.js';
export { resampleKnots } from './engine/psi-knots.js';
export { freeParameters, type Parameters } from './engine/psi-parameters.js';
export { randomPsi } from './engine/psi-random.js';
export { SCALARS, type ScalarSpec } from './engine/psi-scalars.js';
export { fromVector, type PsiVector, toVector } from './engine/psi-vector.js';
export { renderImage } from './engine/render-image.js';
export { type Frame, Renderer } from './engine/renderer.js';
export type { AskedStorage } from './engine/storage.js';
export { type ErrorCode, EXIT_CODES, VoxstyleError } from './errors.js';
export { type Features, loadFeatures } from './features/index.js';
export {
  type Comparison,
  type LabelMap,
  LOSSES,
  type Loss,
  type LossEntry,
  type LossFactory,
  labelsOfAlpha,
  labelsOfBackdrop,
  ofPictures,
  parseLoss,
  psnr,
  readMask,
  type Target,
} from './losses/index.js';
export { type Hypothesis, Predictor, type PredictorOptions, type RankedHypothesis } from './networks/predict/index.js';
export {
  adam,
  applyUpdates,
  chain,
  clipByGlobalNorm,
  cosineDecay,
  type GradientTransformation,
  lbfgs,
  type Schedule,
  sgd,
  warmupCosine,
} from './optimizers/index.js';
export { seededRandom } from './random.js';
export * from './refine/index.js';
export { openTensors, type Tensors } from './tensors/index.js';
