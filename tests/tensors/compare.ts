import * as assert from 'uvu/assert';
import { seededRandom } from '../../random.js';
import { type Tensor, tf } from '../../tensors/index.js';

/** Numbers of a shape, kept apart from any backend. */
export interface Values {
  shape: number[];
  data: Float32Array;
}

/** Standard normal values, the same for the same seed. */
export function normal(shape: number[], seed: number): Values {
  const random = seededRandom(seed);
  return { shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()) };
}

export const toTensor = ({ data, shape }: Values): Tensor => tf.tensor(data, shape);

/** Runs work on the cpu backend of TensorFlow.js, within a run of a Tensors, whose backend it sets back. */
export async function onCpu<T>(work: () => T | Promise<T>): Promise<T> {
  const before = tf.getBackend();
  await tf.setBackend('cpu');
  try {
    silence();
    return await work();
  } finally {
    await tf.setBackend(before);
  }
}

let silent = false;

/** The cpu backend prints a banner at its first tensor, unless it's told that this is no development. */
function silence(): void {
  if (silent) return;
  silent = true;
  tf.env().set('PROD', true);
  tf.tidy(() => tf.tensor([0]).dataSync());
  tf.env().set('PROD', false);
}

/** Fails unless every value is within `relative` times the largest expected one of what's expected. */
export function assertNear(
  name: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  relative: number,
): void {
  assert.is(actual.length, expected.length, `${name}: how many`);
  const largest = Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (let i = 0; i < expected.length; i++) {
    const off = Math.abs(actual[i]! - expected[i]!);
    if (!(off <= relative * largest)) {
      assert.unreachable(`${name}[${i}]: ${actual[i]}, expected ${expected[i]}, of at most ${largest}`);
    }
  }
}

/** The sum of the products, in float64. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** What `f` gives of the values, on whichever backend is set. */
export function evaluate(f: (...xs: Tensor[]) => Tensor, xs: Values[]): { shape: number[]; data: Float32Array } {
  return tf.tidy(() => {
    const y = f(...xs.map(toTensor));
    return { shape: y.shape, data: Float32Array.from(y.dataSync()) };
  });
}

/** ∂⟨u, f(xs)⟩/∂xs with a random u of the given seed. */
export function gradients(f: (...xs: Tensor[]) => Tensor, xs: Values[], seed = 99): Float32Array[] {
  return tf.tidy(() => {
    const loss = (...tensors: Tensor[]) => {
      const y = f(...tensors);
      return tf.sum(tf.mul(y, toTensor(normal(y.shape, seed))));
    };
    return tf
      .grads(loss)(xs.map(toTensor))
      .map((g) => Float32Array.from(g.dataSync()));
  });
}

export type Inputs = Record<string, Values>;

/** A kernel's result on the backend that's set; fails when wasm leaves more behind than that. */
export function runKernel(name: string, inputs: Inputs, attrs: object): { shape: number[]; data: Float32Array } {
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([key, x]) => [key, key === 'segmentIds' ? tf.cast(toTensor(x), 'int32') : toTensor(x)]),
  );
  const given = Array.isArray(inputs) ? Object.values(tensors) : tensors;
  const { numTensors, numDataBuffers } = tf.memory();
  const result = tf.engine().runKernel(name, given as typeof tensors, attrs as never) as Tensor;
  const data = Float32Array.from(result.dataSync());
  if (tf.getBackend() === 'cpu') return { shape: result.shape, data };
  assert.is(tf.memory().numTensors, numTensors + 1, `${name}: tensors`);
  result.dispose();
  assert.is(tf.memory().numTensors, numTensors, `${name}: tensors in the end`);
  assert.is(tf.memory().numDataBuffers, numDataBuffers, `${name}: buffers`);
  tf.dispose(tensors);
  return { shape: result.shape, data };
}
