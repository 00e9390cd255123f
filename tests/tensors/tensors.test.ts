import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Device } from '../../engine/device.js';
import { openTensors, type Scalar, tf } from '../../tensors/index.js';
import { sharedDevice } from '../device.js';
import { refused } from '../refused.js';
import { assertNear, normal, toTensor } from './compare.js';

const test = suite('tensors');
const wasm = openTensors({ backend: 'wasm' });
const soon = () => new Promise((resolve) => setTimeout(resolve, 5));

test('the backend follows from the device', () => {
  const device = (software: boolean) => ({ software }) as Device;
  assert.is(openTensors().backend, 'wasm');
  assert.is(openTensors({ device: device(true) }).backend, 'wasm');
  assert.is(openTensors({ device: device(false) }).backend, 'webgpu');
  assert.is(openTensors({ backend: 'auto', device: device(false) }).backend, 'webgpu');
  assert.is(openTensors({ backend: 'wasm', device: device(false) }).backend, 'wasm');
  assert.is(openTensors({ backend: 'webgpu', device: device(true) }).backend, 'webgpu');
});

test('webgpu without a device is refused', async () => {
  const error = await refused(() => openTensors({ backend: 'webgpu' }));
  assert.is(error.code, 'usage');
  assert.match(error.message, /webgpu.*device/);
});

test('runs wait for one another, also after one that failed', async () => {
  const seen: string[] = [];
  const work =
    (name: string, fail = false) =>
    async () => {
      seen.push(`${name} begins`);
      await soon();
      seen.push(`${name} ends`);
      if (fail) throw new Error(name);
      return name;
    };
  const other = openTensors({ backend: 'wasm' });
  const runs = [wasm.run(work('a')), other.run(work('b', true)), wasm.run(work('c'))];
  const outcomes = await Promise.allSettled(runs);
  assert.equal(
    outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason.message)),
    ['a', 'b', 'c'],
  );
  assert.equal(
    seen,
    ['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]),
  );
});

test('a run disposes of its tensors but for those that are kept, also when it fails', async () => {
  const before = await wasm.run(() => tf.memory().numTensors);
  const kept = await wasm.run(async () => {
    const x = tf.add(tf.ones([3]), 1);
    await soon();
    return tf.keep(tf.mul(x, 2));
  });
  assert.is(tf.memory().numTensors, before + 1);
  const values = await wasm.run(() => wasm.read(tf.add(kept, 1)));
  assert.equal([...values], [5, 5, 5]);
  kept.dispose();
  const failing = wasm.run(async () => {
    tf.ones([2]);
    await soon();
    tf.square(tf.ones([2]));
    throw new Error('on purpose');
  });
  await failing.then(assert.unreachable, (error: Error) => assert.is(error.message, 'on purpose'));
  assert.is(tf.memory().numTensors, before);
  assert.is(await wasm.run(() => tf.memory().numTensors), before);
});

test('wasm and webgpu take turns, with the same values and gradients', async () => {
  const webgpu = openTensors({ backend: 'webgpu', device: await sharedDevice() });
  const x = normal([40, 7], 1);
  const before = await wasm.run(() => tf.memory().numTensors);
  const results: Float32Array[] = [];
  for (const tensors of [webgpu, wasm, webgpu, wasm, webgpu]) {
    const both = await tensors.run(async () => {
      assert.is(tf.getBackend(), tensors.backend);
      const at = toTensor(x);
      const { value, grad } = tf.valueAndGrad(
        (y) => tf.mean(tf.exp(tf.matMul(y as never, y as never, true))) as Scalar,
      )(at);
      return [...(await tensors.read(value)), ...(await tensors.read(grad))];
    });
    results.push(Float32Array.from(both));
    assert.is(tf.memory().numTensors, before);
  }
  for (const result of results) assertNear('turns', result, results[1]!, 1e-4);
  const moved = await wasm.run(() => tf.keep(tf.mul(toTensor(x), 2)));
  const back = await webgpu.run(() => webgpu.read(tf.div(moved, 2)));
  moved.dispose();
  assertNear('a tensor of wasm on webgpu', back, x.data, 1e-6);
});

test('the global scope is left as it was: others ask navigator where they run', () => {
  const { navigator } = globalThis as { navigator?: { gpu?: unknown } };
  assert.is(navigator?.gpu, undefined);
  // From Node 21 on there is one, whose getters work on itself alone.
  assert.is(navigator === undefined, Number(process.versions.node.split('.')[0]) < 21);
});

test.run();
