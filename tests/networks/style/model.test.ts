import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadNetwork } from '../../../features/index.js';
import { type ConvolutionForm, convolve } from '../../../networks/style/convolution.js';
import {
  codeLength,
  featureCode,
  forward,
  initialWeights,
  loadStyle,
  modelCode,
  parameterCount,
  STYLE_ARCHITECTURE,
  STYLE_PARAMETERS,
  type StyleArchitecture,
  saveStyle,
} from '../../../networks/style/index.js';
import { weightTensors } from '../../../networks/style/model.js';
import { type Scalar, type Tensor, type Tensor1D, type Tensor4D, tf } from '../../../tensors/index.js';
import { noise, onBoth } from '../../features/compare.js';
import { assertClose } from '../../reference/assert-close.js';
import { refused } from '../../refused.js';
import { folder } from '../folder.js';

const test = suite('networks/style/model');
const architecture = STYLE_ARCHITECTURE;
const model = { architecture, weights: initialWeights(architecture, 3) };
// Biases that are not 0, as after training.
for (let i = 0; i < model.weights.length; i += 7) model.weights[i]! += 0.01 * Math.sin(i);

const pictures = (count: number, size: number) => noise([count * size, size, 3], size, 0, 1);

test('as many weights as its documentation says', () => {
  assert.is(STYLE_PARAMETERS, 291_840);
  assert.is(parameterCount(architecture), initialWeights(architecture, 1).length);
  assert.is(codeLength(architecture), 128);
  assert.equal(initialWeights(architecture, 3), initialWeights(architecture, 3));
  assert.not.equal(initialWeights(architecture, 3), initialWeights(architecture, 4));
});

test('codes are those of the saved network, for pictures of any size', async () => {
  const path = folder('saved.json');
  await saveStyle(path, model);
  const network = await loadNetwork(path);
  assert.is(network.name, 'f_style');
  assert.is(Math.max(...network.layers.map(({ leastSide }) => leastSide)), 15);
  const { code } = network;
  for (const tensors of await onBoth()) {
    for (const size of [15, 33, 64]) {
      const batch = { size, pictures: pictures(2, size) };
      const codes = await modelCode(tensors, model)(batch);
      assert.is(codes.length, 128);
      const expected = await featureCode(tensors, { ...network, code: code! })(batch);
      assertClose(codes.values, expected.values, 1e-5, `codes of ${size}×${size} on ${tensors.backend}`);
      assert.ok(Math.abs(Math.hypot(...codes.values.subarray(0, 128)) - 1) < 1e-5);
    }
  }
  network.dispose();
});

test('a picture’s code doesn’t depend on what else is in the batch', async () => {
  const [tensors] = await onBoth();
  const all = await modelCode(tensors!, model)({ size: 20, pictures: pictures(35, 20) });
  const last = await modelCode(tensors!, model)({ size: 20, pictures: pictures(35, 20).subarray(-3 * 20 * 20) });
  assertClose(last.values, all.values.subarray(-128), 1e-6, 'the code of the 35th');
});

test('a picture may be moved by the pooled layers’ stride, on a plain ground, without its code changing', async () => {
  const [tensors] = await onBoth();
  const size = 96;
  const patch = noise([24, 24, 3], 4, 0, 1);
  const placed = (at: number) => {
    const picture = new Float32Array(size * size * 3).fill(0.2);
    for (let y = 0; y < 24; y++) picture.set(patch.subarray(y * 72, y * 72 + 72), ((at + y) * size + at) * 3);
    return picture;
  };
  const both = Float32Array.of(...placed(32), ...placed(40));
  const { values } = await modelCode(tensors!, model)({ size, pictures: both });
  assertClose(values.subarray(128), values.subarray(0, 128), 1e-5, 'the code of the moved picture');
});

const forms: [ConvolutionForm, kernel: number, size: [number, number]][] = [
  [{ padding: { mode: 'reflect', width: 1 }, stride: 1, relu: true }, 3, [6, 5]],
  [{ padding: { mode: 'reflect', width: 1 }, stride: 1, relu: true }, 3, [2, 3]],
  [{ padding: { mode: 'reflect', width: 2 }, stride: 2, relu: true }, 5, [8, 7]],
  [{ padding: { mode: 'zero', width: 1 }, stride: 3, relu: false }, 3, [9, 8]],
  [{ padding: { mode: 'zero', width: 0 }, stride: 1, relu: false }, 1, [4, 4]],
];
for (const [form, kernel, [height, width]] of forms) {
  const { padding, stride, relu } = form;
  test(`convolution ${kernel}×${kernel}, ${padding.mode} ${padding.width}, stride ${stride}`, async () => {
    for (const tensors of await onBoth()) {
      await tensors.run(async () => {
        const x = tf.tensor4d(noise([2 * height, width, 3], 1), [2, height, width, 3]);
        const filter = tf.tensor4d(noise([kernel * kernel, 3, 4], 2), [kernel, kernel, 3, 4]);
        const bias = tf.tensor1d(noise([1, 1, 4], 3));
        const plain = (x: Tensor, filter: Tensor, bias: Tensor): Tensor4D => {
          const both: [number, number] = [padding.width, padding.width];
          const all: [number, number][] = [[0, 0], both, both, [0, 0]];
          const input = (padding.mode === 'reflect' ? tf.mirrorPad(x, all, 'reflect') : tf.pad(x, all)) as Tensor4D;
          const y = tf.add(tf.conv2d(input, filter as Tensor4D, stride, 'valid'), bias) as Tensor4D;
          return relu ? tf.relu(y) : y;
        };
        const own = (x: Tensor, filter: Tensor, bias: Tensor) =>
          convolve(form, x as Tensor4D, filter as Tensor4D, bias as Tensor1D);
        const shape = plain(x, filter, bias).shape;
        const upstream = tf.tensor(noise([shape[0] * shape[1], shape[2], shape[3]], 4), shape);
        const scalar = (f: typeof own) => (x: Tensor, filter: Tensor, bias: Tensor) =>
          tf.sum(tf.mul(f(x, filter, bias), upstream)) as Scalar;
        const inputs = [x, filter, bias];
        const [expected, found] = [plain, own].map((f) => tf.valueAndGrads(scalar(f))(inputs));
        const close = async (a: Tensor, b: Tensor, what: string) =>
          assertClose(await tensors.read(a), await tensors.read(b), 2e-5, `${what} on ${tensors.backend}`);
        await close(found!.value, expected!.value, 'value');
        for (const [i, what] of ['∂x', '∂filter', '∂bias'].entries()) {
          assert.equal(found!.grads[i]!.shape, inputs[i]!.shape);
          await close(found!.grads[i]!, expected!.grads[i]!, what);
        }
        const constant = (filter: Tensor, bias: Tensor) =>
          tf.sum(tf.mul(convolve(form, x, filter as Tensor4D, bias as Tensor1D, true), upstream)) as Scalar;
        const [ofFilter] = tf.grads(constant)([filter, bias]);
        await close(ofFilter!, expected!.grads[1]!, '∂filter of a first layer');
      });
    }
  });
}

test('the gradient with respect to weights is that of differences', async () => {
  const [wasm] = await onBoth();
  const small: StyleArchitecture = {
    ...architecture,
    kernels: architecture.kernels.map(({ size }) => ({ size, channels: 3 })),
  };
  const weights = initialWeights(small, 8);
  const data = noise([2 * 23, 23, 3], 6, 0, 1);
  const target = noise([1, 2, 3], 7);
  await wasm!.run(async () => {
    const x = tf.tensor4d(data, [2, 23, 23, 3]);
    const f = (...parts: Tensor[]) => tf.sum(tf.mul(forward(small, parts, x), tf.tensor2d(target, [2, 3]))) as Scalar;
    const grads = tf.grads(f)(weightTensors({ architecture: small, weights }));
    const gradient = Float32Array.from((await Promise.all(grads.map((g) => wasm!.read(g)))).flatMap((g) => [...g]));
    // Along it, since single precision is too coarse for one weight at a time.
    const length = Math.hypot(...gradient);
    const along = async (by: number) => {
      const moved = weights.map((w, i) => w + (by * gradient[i]!) / length);
      return (await wasm!.read(f(...weightTensors({ architecture: small, weights: moved }))))[0]!;
    };
    const step = 2e-3;
    assertClose([((await along(step)) - (await along(-step))) / (2 * step)], [length], 2e-3 * length, 'slope');
  });
});

test('a saved network is loaded as it was, and in half precision to 11 bits', async () => {
  const path = folder('again.json');
  await saveStyle(path, model, { about: 'nothing' });
  const loaded = await loadStyle(path);
  assert.equal(loaded.weights, model.weights);
  assert.equal(loaded.architecture.kernels, architecture.kernels);
  assert.equal(loaded.architecture.layers, architecture.layers);
  await saveStyle(path, model, { dtype: 'F16' });
  const halves = (await loadStyle(path)).weights;
  for (const [i, value] of model.weights.entries()) {
    assert.ok(Math.abs(halves[i]! - value) <= Math.max(Math.abs(value) * 2 ** -11, 2 ** -25), `${value}`);
  }
});

test('what can’t be trained is refused', async () => {
  const with_ = (change: Partial<StyleArchitecture>) => refused(() => parameterCount({ ...architecture, ...change }));
  assert.is((await with_({ kernels: [] })).code, 'usage');
  assert.match((await with_({ code: { layers: ['relu1'] } })).message, /code of the last layer/);
  const max = { type: 'maxpool', size: 2, stride: 2, ceil: false } as const;
  assert.match((await with_({ layers: [max, ...architecture.layers] })).message, /avgpool/);
});

test.run();
