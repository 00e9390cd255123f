import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { filterBank } from '../../features/index.js';
import { openTensors, type Tensor3D, tf } from '../../tensors/index.js';
import { filterBank as referenceBank } from '../reference/losses/filter-bank.js';
import type { Value } from '../reference/losses/tape.js';
import { refused } from '../refused.js';
import { compareFeatures, noise, onBoth } from './compare.js';

const test = suite('features/filter-bank');
const wasm = openTensors({ backend: 'wasm' });
const LAYERS = ['scale1', 'scale2', 'scale3', 'scale4'];

test('its layers', () => {
  assert.equal(
    filterBank.layers.map(({ name }) => name),
    LAYERS,
  );
  assert.equal(filterBank.defaultLayers, LAYERS);
  assert.equal(
    filterBank.layers.map(({ leastSide }) => leastSide),
    [4, 8, 16, 32],
  );
  assert.ok(filterBank.layers.every(({ channels }) => channels === 23));
});

test('maps and pullback', async () => {
  await compareFeatures(filterBank, LAYERS, [33, 39], referenceBank);
  await compareFeatures(filterBank, LAYERS, [36, 32], referenceBank, [wasm]);
});

test('of some layers', async () => {
  const some = (colours: Value) => referenceBank(colours).filter((_, scale) => scale === 0 || scale === 2);
  await compareFeatures(filterBank, ['scale1', 'scale3'], [33, 36], some, [wasm]);
});

test('only what is wanted is there; without upstream gradients there is none', async () => {
  await wasm.run(async () => {
    const colours = tf.tensor3d(noise([9, 8, 3], 1, 0, 1), [9, 8, 3]);
    const { maps, pullback } = filterBank.extract(colours, new Set(['scale2']));
    assert.equal([...maps.keys()], ['scale2']);
    assert.equal(maps.get('scale2')!.shape, [4, 4, 23]);
    const none = pullback(new Map<string, Tensor3D>());
    assert.equal(none.shape, [9, 8, 3]);
    assert.ok((await wasm.read(none)).every((value) => value === 0));
  });
});

test('what is unknown or too small is refused', async () => {
  const extract = (side: number, layer: string) =>
    wasm.run(() => void filterBank.extract(tf.zeros([40, side, 3]), new Set([layer])));
  const small = await refused(() => extract(31, 'scale4'));
  assert.is(small.code, 'usage');
  assert.match(small.message, /scale4.*at least 32 pixels.*31 × 40/);
  assert.match((await refused(() => extract(40, 'scale5'))).message, /scale1, scale2, scale3, scale4.*scale5/);
  await extract(32, 'scale4');
});

test('its tensors do not grow in number, and are given back', async () => {
  for (const tensors of await onBoth()) {
    filterBank.dispose();
    const bare = tf.memory().numTensors;
    const counts: number[] = [];
    for (let i = 0; i < (tensors.backend === 'wasm' ? 20 : 3); i++) {
      await tensors.run(async () => {
        const { maps, pullback } = filterBank.extract(tf.fill([9, 8, 3], i / 20), new Set(['scale1', 'scale2']));
        await tensors.read(pullback(maps));
      });
      counts.push(tf.memory().numTensors);
    }
    assert.ok(counts[0]! > bare);
    assert.is(new Set(counts).size, 1, `${tensors.backend}: ${counts}`);
    filterBank.dispose();
    assert.is(tf.memory().numTensors, bare);
  }
});

test('it serves one backend after the other', async () => {
  const values: Float32Array[] = [];
  const both = await onBoth();
  for (const tensors of [...both, ...both]) {
    await tensors.run(async () => {
      const { maps } = filterBank.extract(tf.tensor3d(noise([8, 8, 3], 2), [8, 8, 3]), new Set(['scale1']));
      values.push(await tensors.read(maps.get('scale1')!));
    });
  }
  assert.equal(values[2], values[0]);
  assert.equal(values[3], values[1]);
});

test.run();
