import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openTensors, type Tensor, type Tensor4D, tf } from '../../tensors/index.js';
import { sharedDevice } from '../device.js';
import { assertNear, gradients, normal, onCpu, toTensor } from './compare.js';

const test = suite('gradients of a network');
const wasm = openTensors({ backend: 'wasm' });

/** Convolutions of both kinds, strided, between instance norms; a gather of channels; and a product at the end. */
function network(x: Tensor, f1: Tensor, f2: Tensor, f3: Tensor, last: Tensor): Tensor {
  const normalized = (y: Tensor) => {
    const { mean, variance } = tf.moments(y, [1, 2], true);
    return tf.div(tf.sub(y, mean), tf.sqrt(tf.add(variance, 1e-3)));
  };
  const mirrored = tf.mirrorPad(
    x,
    [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ],
    'reflect',
  ) as Tensor4D;
  const first = tf.leakyRelu(normalized(tf.conv2d(mirrored, f1 as Tensor4D, 2, 'valid')), 0.1);
  const second = tf.elu(tf.depthwiseConv2d(first as Tensor4D, f2 as Tensor4D, 1, 'same'));
  const third = tf.conv2d(tf.avgPool(second as Tensor4D, 2, 1, 'same'), f3 as Tensor4D, 1, 1);
  const gathered = tf.gather(third, tf.tensor1d([0, 2, 2, 1], 'int32'), 3);
  const flat = tf.reshape(gathered, [-1, 4]);
  return tf.matMul(flat, last);
}
const weights = [
  normal([2, 9, 8, 3], 1),
  normal([3, 3, 3, 4], 2),
  normal([3, 3, 4, 2], 3),
  normal([1, 1, 8, 3], 4),
  normal([4, 2], 5),
];

test('the gradients of a network are the same on cpu and wasm, and nothing is left behind', () =>
  wasm.run(async () => {
    const { numTensors } = tf.memory();
    const actual = gradients(network as (...xs: Tensor[]) => Tensor, weights);
    assert.is(tf.memory().numTensors, numTensors);
    const expected = await onCpu(() => gradients(network as (...xs: Tensor[]) => Tensor, weights));
    for (const [i, gradient] of actual.entries()) assertNear(`operand ${i}`, gradient, expected[i]!, 1e-5);
  }));

test('the gradients of a network are the same on wasm and webgpu', async () => {
  const webgpu = openTensors({ backend: 'webgpu', device: await sharedDevice() });
  const loss = (...xs: Tensor[]) => tf.sum(tf.square(network(...(xs as Parameters<typeof network>))));
  const compute = (tensors: typeof wasm) =>
    tensors.run(async () => {
      const all = tf.grads(loss)(weights.map(toTensor));
      const values: Float32Array[] = [];
      for (const gradient of all) values.push(await tensors.read(gradient));
      return values as never;
    }) as Promise<unknown> as Promise<Float32Array[]>;
  const expected = await compute(wasm);
  for (const [i, gradient] of (await compute(webgpu)).entries()) {
    assertNear(`operand ${i}`, gradient, expected[i]!, 1e-4);
  }
});

test.run();
