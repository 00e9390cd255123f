import { usage } from '../errors.js';
import {
  type ConvAttrs,
  depthwiseFilterGradient,
  depthwiseInputGradient,
  filterGradient,
  inputGradient,
} from './kernels-conv.js';
import { einsum } from './kernels-einsum.js';
import { addMissingGradients } from './kernels-gradients.js';
import { type Tensor, type Tensor1D, type Tensor2D, type Tensor4D, tf } from './tf.js';
import { transposed } from './transposed.js';

type Inputs = Record<string, Tensor>;
type Shape = [number, number, number, number];

/** A kernel made of ops. The engine hands it the tensors that the op was given, and records nothing that happens in it. */
function register(kernelName: string, compute: (inputs: Inputs, attrs: Record<string, unknown>) => Tensor): void {
  if (tf.getKernel(kernelName, 'wasm')) tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({
    kernelName,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => tf.tidy(() => compute(inputs as Inputs, (attrs ?? {}) as ConvAttrs)),
  });
}

/**
 * Sums of the rows of x (n×…) that have the same id, one for each of `count` ids; a row of another id goes nowhere.
 * They are collected in one more row, as the kernel that does the work doesn't look where it writes.
 */
function segmentSum(x: Tensor, ids: Tensor1D, count: number): Tensor {
  if (ids.rank !== 1 || ids.shape[0] !== x.shape[0]) {
    throw usage(
      'unsortedSegmentSum on wasm',
      `one id for each of ${x.shape[0]} rows`,
      `[${ids.shape}]`,
      'reshape them',
    );
  }
  const shape = [count, ...x.shape.slice(1)];
  if (x.size === 0 || count === 0) return tf.zeros(shape, x.dtype);
  const rows = tf.reshape(x, [ids.size, -1]) as Tensor2D;
  const spare = tf.scalar(count, 'int32');
  const inside = tf.logicalAnd(tf.greaterEqual(ids, tf.scalar(0, 'int32')), tf.less(ids, spare));
  const places = tf.where(inside, ids, tf.fill([ids.size], count, 'int32'));
  const sums = tf.scatterND(tf.reshape(places, [-1, 1]), rows, [count + 1, rows.shape[1]]);
  return tf.reshape(tf.slice(sums, [0, 0], [count, rows.shape[1]]), shape);
}

/**
 * The backend's matrix product takes ten times as long when it is to transpose an operand itself. And it keeps the right operand,
 * packed for its shape, by its data alone: the same data in another shape, as tf.reshape gives it, would be taken for the first. So
 * each shape but the first is copied.
 */
function correctProducts(): void {
  const own = tf.getKernel('BatchMatMul', 'wasm');
  const swapped = (x: Tensor) =>
    x.rank === 2
      ? transposed(x as Tensor2D)
      : tf.transpose(
          x,
          [...x.shape.keys()].map((axis) => (axis < x.rank - 2 ? axis : 2 * x.rank - 3 - axis)),
        );
  const packed = new WeakMap<object, string>();
  const isPackedOtherwise = ({ dataId, shape }: Tensor) => {
    const here = shape.slice(-2).join('×');
    const first = packed.get(dataId);
    if (first === undefined) packed.set(dataId, here);
    return first !== undefined && first !== here;
  };
  tf.unregisterKernel('BatchMatMul', 'wasm');
  tf.registerKernel({
    ...own,
    kernelFunc: (call) => {
      const { transposeA, transposeB } = call.attrs as { transposeA?: boolean; transposeB?: boolean };
      const { a, b } = call.inputs as Inputs as { a: Tensor; b: Tensor };
      if (transposeA || transposeB) {
        return tf.tidy(() => tf.matMul(transposeA ? swapped(a) : a, transposeB ? swapped(b) : b));
      }
      return isPackedOtherwise(b) ? tf.tidy(() => tf.matMul(a, tf.mul(b, 1))) : own.kernelFunc(call);
    },
  });
}

/**
 * The backend looks for the largest element of a pool from 0 on, and finds none in one of negative elements, whose gradient
 * it drops. So they are lifted above 0; their order stays, but for elements that differ by rounding.
 */
function liftBeforePools(kernelName: string): void {
  const own = tf.getKernel(kernelName, 'wasm');
  tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({
    ...own,
    kernelFunc: (call) => {
      const { dy, input } = call.inputs as Inputs as { dy: Tensor; input: Tensor };
      const [least, most] = tf.tidy(() => [tf.min(input).dataSync()[0]!, tf.max(input).dataSync()[0]!]);
      if (least > 0) return own.kernelFunc(call);
      const lifted = tf.tidy(() => tf.add(input, Math.max(most - least, -least, 1) / 1024 - least));
      const result = own.kernelFunc({ ...call, inputs: { ...call.inputs, dy, input: lifted } });
      lifted.dispose();
      return result;
    },
  });
}

/**
 * With a pad that's a number TensorFlow.js takes the result's width by the filter's height and the vertical stride. Where
 * they differ the backend writes beyond the result's end, into other tensors.
 */
function refuseUnevenPads(kernelName: string): void {
  const own = tf.getKernel(kernelName, 'wasm');
  tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({
    ...own,
    kernelFunc: (call) => {
      const { pad, strides, dilations, filterSize } = call.attrs as Record<string, number | string | number[]>;
      const uneven = (pair: unknown) => Array.isArray(pair) && pair[0] !== pair[1];
      if (typeof pad === 'number' && [call.inputs.filter?.shape ?? filterSize, strides, dilations].some(uneven)) {
        const where = `${kernelName} on wasm`;
        throw usage(
          where,
          'pads for each side of an uneven filter',
          `${pad}`,
          'give them as [[0, 0], [1, 1], [1, 1], [0, 0]]',
        );
      }
      return own.kernelFunc(call);
    },
  });
}

let added = false;

/**
 * Registers for the wasm backend the kernels that it lacks and that training needs, made of those that it has, and two of
 * its own that are several times as fast this way: the matrix product of transposed operands, and the gradient of a
 * convolution's input. Those that go wrong are mended, or refused where they would. For every backend, the gradients that
 * TensorFlow.js lacks.
 */
export function addMissingKernels(): void {
  if (added) return;
  added = true;
  correctProducts();
  for (const name of ['Conv2D', 'FusedConv2D', 'DepthwiseConv2dNative', 'FusedDepthwiseConv2D', 'MaxPool', 'AvgPool'])
    refuseUnevenPads(name);
  liftBeforePools('MaxPoolGrad');
  liftBeforePools('MaxPool3DGrad');
  register('Conv2DBackpropFilter', ({ x, dy }, attrs) =>
    filterGradient(x as Tensor4D, dy as Tensor4D, attrs.filterShape as Shape, attrs),
  );
  register('Conv2DBackpropInput', ({ dy, filter }, attrs) =>
    inputGradient(dy as Tensor4D, filter as Tensor4D, attrs.inputShape as Shape, attrs),
  );
  register('DepthwiseConv2dNativeBackpropFilter', ({ x, dy }, attrs) =>
    depthwiseFilterGradient(x as Tensor4D, dy as Tensor4D, attrs.filterShape as Shape, attrs),
  );
  register('DepthwiseConv2dNativeBackpropInput', ({ dy, filter }, attrs) =>
    depthwiseInputGradient(dy as Tensor4D, filter as Tensor4D, attrs.inputShape as Shape, attrs),
  );
  register('Einsum', (inputs, { equation }) => einsum(equation as string, Object.values(inputs)));
  register('UnsortedSegmentSum', ({ x, segmentIds }, { numSegments }) =>
    segmentSum(x!, segmentIds as Tensor1D, numSegments as number),
  );
  addMissingGradients();
}
