import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openTensors, type Tensor4D, tf } from '../../tensors/index.js';
import { refused } from '../refused.js';
import { assertNear, evaluate, gradients, type Inputs, normal, onCpu, runKernel } from './compare.js';

const test = suite('kernels that wasm lacks');
const wasm = openTensors({ backend: 'wasm' });

type Shape = [number, number, number, number];
type Pair = [number, number];
type Pad = 'same' | 'valid' | number | [Pair, Pair, Pair, Pair];

/** Compares a kernel on wasm with that of the cpu backend. */
async function compare(name: string, inputs: Inputs, attrs: object, label = ''): Promise<void> {
  const actual = runKernel(name, inputs, attrs);
  const expected = await onCpu(() => runKernel(name, inputs, attrs));
  assert.equal(actual.shape, expected.shape, `${name} ${label}`);
  assertNear(`${name} ${label}`, actual.data, expected.data, 1e-5);
}

interface Conv {
  x: Shape;
  taps: Pair;
  /** Output channels, or the multiplier of channels. */
  out: number;
  strides: Pair;
  pad: Pad;
}

const explicit: Pad = [
  [0, 0],
  [1, 2],
  [0, 1],
  [0, 0],
];
const shapes: Pick<Conv, 'x' | 'taps' | 'out'>[] = [
  { x: [1, 7, 6, 3], taps: [3, 3], out: 4 },
  { x: [2, 8, 9, 2], taps: [2, 5], out: 3 },
  { x: [3, 5, 5, 4], taps: [1, 1], out: 1 },
];
const steps: Pair[] = [
  [1, 1],
  [2, 2],
  [1, 3],
];
const convs: Conv[] = shapes.flatMap((shape) =>
  steps.flatMap((strides) => (['same', 'valid', 1, explicit] as Pad[]).map((pad) => ({ ...shape, strides, pad }))),
);

/** The shapes of a convolution's filter and result. */
function geometry(
  { x, taps, out, strides, pad }: Conv,
  depthwise: boolean,
  dilation: number,
): { filter: Shape; y: Shape } {
  const filter: Shape = [...taps, x[3], out];
  const info = tf.backend_util.computeConv2DInfo(x, filter, strides, dilation, pad, undefined, depthwise);
  return { filter, y: info.outShape as Shape };
}

for (const depthwise of [false, true]) {
  const [toFilter, toInput] = depthwise
    ? ['DepthwiseConv2dNativeBackpropFilter', 'DepthwiseConv2dNativeBackpropInput']
    : ['Conv2DBackpropFilter', 'Conv2DBackpropInput'];

  test(`${toFilter} and ${toInput} are those of cpu`, () =>
    wasm.run(async () => {
      for (const [i, conv] of convs.entries()) {
        const { filter, y } = geometry(conv, depthwise, 1);
        const { strides, pad } = conv;
        const attrs = { strides, pad, dilations: [1, 1], dataFormat: 'NHWC', filterShape: filter, inputShape: conv.x };
        const [x, f, dy] = [normal(conv.x, i), normal(filter, i + 100), normal(y, i + 200)];
        await compare(toFilter, { x, dy }, attrs, JSON.stringify(conv));
        await compare(toInput, { dy, filter: f }, attrs, JSON.stringify(conv));
      }
    }));

  test(`${toFilter} and ${toInput} with dilations are those of a filter with zeros between its taps`, () =>
    wasm.run(async () => {
      for (const [i, conv] of convs.filter(({ strides }) => strides[1] === 1).entries()) {
        const { filter, y } = geometry(conv, depthwise, 2);
        const { strides, pad } = conv;
        const wide: Shape = [filter[0] * 2 - 1, filter[1] * 2 - 1, filter[2], filter[3]];
        const [x, f, dy] = [normal(conv.x, i), normal(filter, i + 100), normal(y, i + 200)];
        const spread = { shape: wide, data: new Float32Array(wide.reduce((a, b) => a * b)) };
        const channels = filter[2] * filter[3];
        const place = (tap: number) => 2 * (Math.floor(tap / filter[1]) * wide[1] + (tap % filter[1])) * channels;
        for (let j = 0; j < f.data.length; j++) {
          spread.data[place(Math.floor(j / channels)) + (j % channels)] = f.data[j]!;
        }
        const attrs = { strides, pad, dataFormat: 'NHWC', filterShape: filter, inputShape: conv.x };
        const dilated = { ...attrs, dilations: [2, 2] };
        const plain = { ...attrs, dilations: [1, 1], filterShape: wide };
        const dx = runKernel(toInput, { dy, filter: f }, dilated);
        const df = runKernel(toFilter, { x, dy }, dilated);
        const [dxPlain, dfPlain] = await onCpu(() => [
          runKernel(toInput, { dy, filter: spread }, plain),
          runKernel(toFilter, { x, dy }, plain),
        ]);
        assertNear(`${toInput} ${JSON.stringify(conv)}`, dx.data, dxPlain!.data, 1e-5);
        const picked = df.data.map((_, j) => dfPlain!.data[place(Math.floor(j / channels)) + (j % channels)]!);
        assertNear(`${toFilter} ${JSON.stringify(conv)}`, df.data, picked, 1e-5);
      }
    }));
}

test('channels first are refused', () =>
  wasm.run(async () => {
    const { numTensors } = tf.memory();
    const x = tf.ones([1, 3, 5, 5]);
    const dy = tf.ones([1, 2, 3, 3]);
    const attrs = { strides: 1, pad: 'valid', dataFormat: 'NCHW', filterShape: [3, 3, 3, 2] };
    const error = await refused(() => tf.engine().runKernel('Conv2DBackpropFilter', { x, dy }, attrs));
    assert.match(error.message, /NHWC.*NCHW/);
    tf.dispose([x, dy]);
    assert.is(tf.memory().numTensors, numTensors);
  }));

test('a pad of one number with an uneven filter or stride is refused, which would write out of bounds', () =>
  wasm.run(async () => {
    const x = tf.ones([1, 6, 7, 3]) as Tensor4D;
    const filter = (rows: number, columns: number) => tf.ones([rows, columns, 3, 1]) as Tensor4D;
    for (const error of [
      await refused(() => tf.conv2d(x, filter(3, 2), 1, 1)),
      await refused(() => tf.conv2d(x, filter(3, 3), [1, 2], 1)),
      await refused(() => tf.depthwiseConv2d(x, filter(3, 2), 1, 1)),
      await refused(() => tf.conv2d(x, filter(3, 2), 1, 0)),
      await refused(() => tf.maxPool(x, [3, 2], 1, 0)),
      await refused(() => tf.avgPool(x, [3, 2], 1, 1)),
    ]) {
      assert.match(error.message, /pads for each side/);
    }
    assert.equal(tf.conv2d(x, filter(3, 3), 1, 1).shape, [1, 6, 7, 1]);
    assert.equal(tf.conv2d(x, filter(3, 2), 1, 'valid').shape, [1, 4, 6, 1]);
  }));

test('UnsortedSegmentSum of any rank; rows of other ids go nowhere', () =>
  wasm.run(async () => {
    const ids = { shape: [6], data: Float32Array.of(3, 0, -1, 3, 9, 1) };
    for (const [i, shape] of [[6], [6, 1], [6, 4], [6, 2, 3], [6, 2, 1, 3, 2]].entries()) {
      const inputs = { x: normal(shape, i), segmentIds: ids };
      for (const numSegments of [1, 5]) await compare('UnsortedSegmentSum', inputs, { numSegments }, `[${shape}]`);
    }
    const empty = { x: normal([0, 3], 1), segmentIds: { shape: [0], data: new Float32Array(0) } };
    assert.equal(runKernel('UnsortedSegmentSum', empty, { numSegments: 2 }).data, new Float32Array(6));
    const whole = tf.unsortedSegmentSum(tf.tensor1d([1, 2, 3], 'int32'), tf.tensor1d([1, 1, 0], 'int32'), 2);
    assert.is(whole.dtype, 'int32');
    assert.equal([...whole.dataSync()], [3, 3]);
  }));

test('MaxPoolGrad of negative elements, and of zeros, is that of cpu', () =>
  wasm.run(async () => {
    for (const [scale, lift] of [
      [1, -100],
      [1, 0],
      [1, 100],
      [0, -5],
      [0, -1e9],
    ] as const) {
      for (const [size, strides, pad] of [
        [2, 2, 'valid'],
        [3, 2, 'same'],
        [3, 1, 'same'],
      ] as const) {
        const x = normal([2, 6, 7, 3], lift);
        const lifted = { shape: x.shape, data: x.data.map((value) => scale * value + lift) };
        const slopes = () => gradients((x) => tf.maxPool(x as Tensor4D, size, strides, pad), [lifted]);
        const [actual] = slopes();
        const [expected] = await onCpu(slopes);
        const name = `maxPool ${size} ${strides} ${pad} of ${scale}·x + ${lift}`;
        const sum = (values: Float32Array) => [values.reduce((total, value) => total + value, 0)];
        // Which of equal elements it gives the gradient to is the backend's to choose.
        if (scale === 0) assertNear(name, sum(actual!), sum(expected!), 1e-4);
        else assertNear(name, actual!, expected!, 1e-6);
      }
    }
  }));

test('products with transposed factors are those of cpu', () =>
  wasm.run(async () => {
    for (const batch of [[], [2], [2, 3]]) {
      for (const [transposeA, transposeB] of [
        [true, false],
        [false, true],
        [true, true],
        [false, false],
      ] as const) {
        const a = normal([...batch, ...(transposeA ? [5, 4] : [4, 5])], 1);
        const b = normal([...batch, ...(transposeB ? [3, 5] : [5, 3])], 2);
        const product = () => evaluate((x, y) => tf.matMul(x!, y!, transposeA, transposeB), [a, b]);
        const actual = product();
        assertNear(`[${batch}] ${transposeA} ${transposeB}`, actual.data, (await onCpu(product)).data, 1e-6);
      }
    }
  }));

test('the right operand of a product is taken in the shape that it has, also when it had another before', async () => {
  const tensors = openTensors({ backend: 'wasm' });
  await tensors.run(async () => {
    const data = normal([64, 4], 12).data;
    const matrix = tf.tensor2d(Float32Array.from(data), [64, 4]);
    for (const rows of [64, 8, 64, 16]) {
      const columns = 256 / rows;
      const sums = Array.from({ length: columns }, (_, c) => {
        let sum = 0;
        for (let i = 0; i < rows; i++) sum += data[i * columns + c]!;
        return sum;
      });
      const found = tf.matMul(tf.ones([1, rows]), tf.reshape(matrix, [rows, columns]));
      assertNear(`${rows}×${columns}`, await tensors.read(found), sums, 1e-5);
    }
  });
});

test.run();
