export { disposeAll, keepAll } from './keep.js';
export { BACKENDS, type Backend, openTensors, Tensors, type TensorsOptions } from './tensors.js';
export {
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tf,
} from './tf.js';
