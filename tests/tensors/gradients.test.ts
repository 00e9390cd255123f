import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openTensors, type Tensor, tf } from '../../tensors/index.js';
import { sharedDevice } from '../device.js';
import { assertNear, dot, evaluate, gradients, normal, onCpu, type Values } from './compare.js';
import { beyondCpu, type Case, layers, linear } from './ops-cases.js';

const test = suite('gradients of ops');
const wasm = openTensors({ backend: 'wasm' });

const valuesOf = (shapes: number[][]): Values[] => shapes.map((shape, i) => normal(shape, i + shape.length));

test('are the same on wasm and cpu', () =>
  wasm.run(async () => {
    const failed: string[] = [];
    for (const { name, op, shapes } of layers) {
      const xs = valuesOf(shapes);
      try {
        const { numTensors } = tf.memory();
        const actual = gradients(op, xs);
        assert.is(tf.memory().numTensors, numTensors, 'tensors');
        const expected = await onCpu(() => gradients(op, xs));
        for (const [i, gradient] of actual.entries()) assertNear(`operand ${i}`, gradient, expected[i]!, 2e-5);
      } catch (error) {
        failed.push(`${name}: ${(error as Error).message}`);
      }
    }
    assert.equal(failed, []);
  }));

/** Checks ⟨u, op(…v…)⟩ = ⟨gradient, v⟩ for each operand on the backend that's set. */
function checkAdjoint({ name, op, shapes }: Case): void {
  const xs = valuesOf(shapes);
  for (const [i, gradient] of gradients(op, xs).entries()) {
    const v = normal(shapes[i]!, 1000 + i);
    const y = evaluate(
      op,
      xs.map((x, j) => (j === i ? v : x)),
    );
    const u = normal(y.shape, 99).data;
    const scale = Math.sqrt(dot(u, u) * dot(y.data, y.data));
    const [left, right] = [dot(u, y.data), dot(gradient, v.data)];
    assert.ok(Math.abs(left - right) <= 1e-5 * scale, `${name}, operand ${i}: ${left}, but ${right}`);
  }
}

test('of ours are the adjoints of what they belong to, on wasm', () =>
  wasm.run(() => {
    for (const each of [...linear, ...beyondCpu]) checkAdjoint(each);
  }));

test('of topk go where the values came from', () =>
  wasm.run(() => {
    const x = tf.tensor2d([1, 5, 3, 8, 2, 9], [2, 3]);
    const slope = tf.grad((x: Tensor) => tf.sum(tf.mul(tf.topk(x, 2).values, tf.tensor2d([1, 2, 3, 4], [2, 2]))))(x);
    assert.equal([...slope.dataSync()], [0, 1, 2, 4, 0, 3]);
  }));

test('of ours are the same on webgpu as on wasm', async () => {
  const webgpu = openTensors({ backend: 'webgpu', device: await sharedDevice() });
  // A strided slice that ends in one axis is a shader that its webgpu backend can't compile.
  const some = linear.filter(({ name }) => !/1D|symmetric|mask/.test(name));
  const compute = (tensors: typeof wasm, { op, shapes }: Case) =>
    tensors.run(async () => {
      const xs = valuesOf(shapes).map(({ data, shape }) => tf.tensor(data, shape));
      const loss = (...operands: Tensor[]) => tf.sum(tf.square(op(...operands)));
      return Promise.all(
        tf
          .grads(loss)(xs)
          .map((gradient) => tensors.read(gradient)),
      );
    });
  for (const each of some) {
    const expected = await compute(wasm, each);
    for (const [i, gradient] of (await compute(webgpu, each)).entries()) {
      assertNear(`${each.name}, operand ${i}`, gradient, expected[i]!, 1e-5);
    }
  }
});

test.run();
