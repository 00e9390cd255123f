import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * Puts `navigator.gpu` there, where it isn't: the WebGPU backend looks for it when it is loaded and when it is made, though it
 * works on the device that it is given. Others may ask `navigator` where they run, so it is put back as it was.
 *
 * @returns what puts it back.
 */
export function showGpu(): () => void {
  const scope = globalThis as { navigator?: { gpu?: unknown } };
  const bare = scope.navigator === undefined;
  if (bare) Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  const { navigator } = scope as { navigator: { gpu?: unknown } };
  const absent = navigator.gpu === undefined;
  if (absent) Object.defineProperty(navigator, 'gpu', { value: {}, configurable: true });
  return () => {
    if (absent) delete navigator.gpu;
    if (bare) delete scope.navigator;
  };
}

const hideGpu = showGpu();
const packages = {
  tf: require('@tensorflow/tfjs') as typeof import('@tensorflow/tfjs'),
  // Registers itself when it's loaded.
  wasm: require('@tensorflow/tfjs-backend-wasm') as typeof import('@tensorflow/tfjs-backend-wasm'),
  webgpu: require('@tensorflow/tfjs-backend-webgpu') as typeof import('@tensorflow/tfjs-backend-webgpu'),
};
hideGpu();

/**
 * TensorFlow.js with its gradients. It is one per process, as its tensors and its backend are, so everything takes it from here.
 * It is a CommonJS bundle whose names Node can't import one by one.
 */
export const { tf } = packages;
export const { WebGPUBackend } = packages.webgpu;

export type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D, TensorContainer } from '@tensorflow/tfjs';
