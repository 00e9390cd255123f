import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadFeatures, loadNetwork } from '../../features/index.js';
import { openTensors, type Tensor, type Tensor3D, tf } from '../../tensors/index.js';
import { type NetworkStep, networkLayers } from '../reference/losses/network.js';
import { refused } from '../refused.js';
import { assertSame, compareFeatures, noise, onBoth } from './compare.js';
import { convolutionTensors, flat, outputsLast, type Stored, safetensors, scratch, type Written } from './networks.js';

const test = suite('features/network');
const wasm = openTensors({ backend: 'wasm' });
const put = scratch();

const weights = [
  ...convolutionTensors('conv0', 3, 3, 1, 1),
  ...convolutionTensors('conv1_1', 4, 3, 3, 2),
  ...convolutionTensors('conv1_2', 5, 4, 3, 3),
  ...convolutionTensors('conv2_1', 6, 5, 3, 4),
];
const { bytes, tensors } = flat(weights);
put('weights.bin', bytes);
put('short.safetensors', safetensors(weights));

const short = {
  arch: 'a small network',
  input: 'prose',
  padding: 'reflect 1',
  maxpool: '2x2 stride 2 ceil_mode, after conv1_2',
  taps: 'relu1_1, relu1_2 and relu2_1',
  dtype: 'float32le',
  tensors,
};
const reflect = { mode: 'reflect', width: 1 };
const long = {
  name: 'a small network',
  layers: [
    { type: 'conv', name: 'conv0', relu: false },
    { type: 'conv', name: 'relu1_1', tensor: 'conv1_1', padding: reflect, relu: true },
    { type: 'conv', name: 'relu1_2', tensor: 'conv1_2', padding: reflect, relu: true },
    { type: 'maxpool', size: 2, ceil: true },
    { type: 'conv', name: 'relu2_1', tensor: 'conv2_1', padding: reflect, relu: true },
  ],
  taps: ['relu1_1', 'relu1_2', 'relu2_1'],
  weights: 'short.safetensors',
};
const shortPath = put('short.json', JSON.stringify(short));
const longPath = put('long.json', JSON.stringify(long));

function conv(from: readonly Written[], name: string, padding: 'zero' | 'reflect' | 'valid', stride = 1): NetworkStep {
  const weight = from.find((tensor) => tensor.name === `${name}.weight`)!;
  const [outputs, inputs, size] = weight.shape as [number, number, number];
  const bias = from.find((tensor) => tensor.name === `${name}.bias`)?.values ?? new Float64Array(outputs);
  return { kind: 'conv', kernel: outputsLast(weight), size, inputs, outputs, bias, padding, stride };
}

const relu: NetworkStep = { kind: 'relu' };
const steps: NetworkStep[] = [
  conv(weights, 'conv0', 'valid'),
  conv(weights, 'conv1_1', 'reflect'),
  relu,
  conv(weights, 'conv1_2', 'reflect'),
  relu,
  { kind: 'max-pool', rounding: 'ceil' },
  conv(weights, 'conv2_1', 'reflect'),
  relu,
];

test('the short form', async () => {
  const network = await loadNetwork(shortPath);
  assert.is(network.name, 'a small network');
  assert.equal(network.layers, [
    { name: 'relu1_1', channels: 4, leastSide: 2 },
    { name: 'relu1_2', channels: 5, leastSide: 2 },
    { name: 'relu2_1', channels: 6, leastSide: 3 },
  ]);
  assert.equal(network.defaultLayers, ['relu1_1', 'relu1_2', 'relu2_1']);
  assert.is(network.code, undefined);
  await compareFeatures(network, network.defaultLayers, [13, 11], networkLayers(steps, [2, 4, 7]));
  await compareFeatures(network, network.defaultLayers, [3, 3], networkLayers(steps, [2, 4, 7]));
  await compareFeatures(network, ['relu1_2'], [6, 5], networkLayers(steps, [4]));
  network.dispose();
});

test('the long form in another file is the same network, with the same digest', async () => {
  const network = await loadFeatures(longPath);
  await compareFeatures(network, network.defaultLayers, [12, 11], networkLayers(steps, [2, 4, 7]));
  const { layers, digest, name } = await loadNetwork(shortPath);
  assert.equal(network.layers, layers);
  assert.is(network.digest, digest);
  assert.is(network.name, name);
  assert.match(digest, /^[0-9a-f]{16}$/);
  network.dispose();
});

test('other weights or another architecture have another digest', async () => {
  const { digest } = await loadNetwork(longPath);
  const changed = weights.map((t) => ({ ...t, values: t.values.map((v, i) => (i === 0 ? v + 1e-3 : v)) }));
  put('changed.safetensors', safetensors(changed));
  const other = put('changed.json', JSON.stringify({ ...long, weights: 'changed.safetensors' }));
  const layers = long.layers.map((layer) => (layer.type === 'maxpool' ? { ...layer, type: 'avgpool' } : layer));
  const average = put('average.json', JSON.stringify({ ...long, layers }));
  const digests = [digest, (await loadNetwork(other)).digest, (await loadNetwork(average)).digest];
  assert.is(new Set(digests).size, 3);
});

test('inputs, strides, zero padding, average pools and convolutions without bias', async () => {
  const own = [...convolutionTensors('a', 4, 3, 3, 11), ...convolutionTensors('b', 3, 4, 3, 12).slice(0, 1)];
  put('other.safetensors', safetensors(own));
  const zero = { mode: 'zero', width: 1 };
  const path = put(
    'other.json',
    JSON.stringify({
      weights: 'other.safetensors',
      input: { order: 'BGR', scale: 255, mean: [104, 117, 124], std: [50, 60, 70] },
      layers: [
        { type: 'conv', name: 'a', padding: zero, stride: 2, relu: false },
        { type: 'avgpool', name: 'pool', size: 2 },
        { type: 'conv', name: 'b', padding: zero, bias: false, relu: true },
      ],
      taps: ['a', 'b'],
      license: 'none',
    }),
  );
  const network = await loadNetwork(path);
  const swap: NetworkStep = {
    kind: 'conv',
    kernel: [0, 0, 1, 0, 1, 0, 1, 0, 0],
    size: 1,
    inputs: 3,
    outputs: 3,
    bias: [0, 0, 0],
    padding: 'valid',
  };
  const reference: NetworkStep[] = [
    swap,
    { kind: 'affine', factor: [255 / 50, 255 / 60, 255 / 70], offset: [-104 / 50, -117 / 60, -124 / 70] },
    conv(own, 'a', 'zero', 2),
    { kind: 'average-pool', rounding: 'floor' },
    conv(own, 'b', 'zero'),
    relu,
  ];
  assert.is(network.name, 'other.json');
  assert.equal(
    network.layers.map(({ leastSide }) => leastSide),
    [1, 3],
  );
  await compareFeatures(network, ['a', 'b'], [12, 15], networkLayers(reference, [2, 5]));
  await compareFeatures(network, ['a', 'b'], [3, 4], networkLayers(reference, [2, 5]));
  network.dispose();
});

test('half and brain precision', async () => {
  for (const dtype of ['F16', 'BF16'] satisfies Stored[]) {
    // Values that both have exactly, subnormal ones of half precision among them.
    const exact = weights.map((tensor) => ({
      ...tensor,
      values: tensor.values.map((v, i) => (i === 1 ? -(2 ** -20) : Math.round(v * 64) / 64)),
    }));
    put(`${dtype}.safetensors`, safetensors(exact, dtype));
    put('exact.safetensors', safetensors(exact));
    const digests = [];
    for (const file of [dtype, 'exact']) {
      const path = put(`${file}.json`, JSON.stringify({ ...long, weights: `${file}.safetensors` }));
      digests.push((await loadNetwork(path)).digest);
    }
    assert.is(digests[0], digests[1]);
  }
});

test('the style code', async () => {
  const code = { layers: ['relu1_1', 'relu2_1'] };
  const network = await loadNetwork(put('code.json', JSON.stringify({ ...long, taps: ['relu1_2'], code })));
  assert.equal(
    network.layers.map(({ name }) => name),
    ['relu1_1', 'relu1_2', 'relu2_1'],
  );
  assert.equal(network.defaultLayers, ['relu1_2']);
  assert.equal(network.code!.layers, code.layers);
  for (const tensors of await onBoth()) {
    await tensors.run(async () => {
      const shapes = { relu1_1: [5, 4, 4], relu2_1: [3, 2, 6] } as const;
      const data = Object.values(shapes).map((shape, i) => noise([...shape], 20 + i));
      const maps = new Map(Object.entries(shapes).map(([name, s], i) => [name, tf.tensor3d(data[i]!, [...s])]));
      const means = data.flatMap((values, i) => {
        const channels = [4, 6][i]!;
        const mean = (c: number) => values.filter((_, at) => at % channels === c).reduce((a, b) => a + b) * channels;
        return Array.from({ length: channels }, (_, c) => mean(c) / values.length);
      });
      const length = Math.hypot(...means);
      assertSame(
        await tensors.read(network.code!.of(maps)),
        means.map((m) => m / length),
        'code',
      );
      // Of the code's first entry, m₀/‖m‖, with respect to the entries of the second map.
      const first = (map: Tensor) =>
        tf.sum(tf.slice(network.code!.of(new Map(maps).set('relu2_1', map as Tensor3D)), [0], [1]));
      const gradient = await tensors.read(tf.grad(first)(maps.get('relu2_1')!));
      const expected = Array.from(gradient, (_, i) => (-means[0]! * means[4 + (i % 6)]!) / length ** 3 / 6);
      assertSame(gradient, expected, 'its gradient');
    });
  }
});

test('its tensors do not grow in number, and are given back', async () => {
  const network = await loadNetwork(longPath);
  const bare = tf.memory().numTensors;
  const counts: number[] = [];
  for (let i = 0; i < 20; i++) {
    await wasm.run(async () => {
      const { maps, pullback } = network.extract(tf.fill([9, 8, 3], i / 20), new Set(network.defaultLayers));
      await wasm.read(pullback(maps));
    });
    counts.push(tf.memory().numTensors);
  }
  assert.ok(counts[0]! > bare);
  assert.is(new Set(counts).size, 1, `${counts}`);
  network.dispose();
  assert.is(tf.memory().numTensors, bare);
});

test('pictures that are too small are refused', async () => {
  const network = await loadNetwork(longPath);
  const extract = () => wasm.run(() => void network.extract(tf.zeros([2, 9, 3]), new Set(['relu2_1'])));
  assert.match((await refused(extract)).message, /relu2_1 of a small network.*at least 3 pixels.*9 × 2/);
});

test('features by name: the filter bank, which is also what no name gives, and what is shipped', async () => {
  for (const name of [undefined, 'filter-bank']) assert.is((await loadFeatures(name)).name, 'filter bank');
  assert.is((await loadFeatures('f_style')).name, 'f_style');
  assert.match((await refused(() => loadFeatures('./f_style'))).message, /\.\/f_style: .*found no such file/);
});

test.run();
