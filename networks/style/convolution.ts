import type { ConvolutionLayer } from '../../features/architecture.js';
import { type Tensor, type Tensor1D, type Tensor2D, type Tensor4D, tf } from '../../tensors/index.js';

/** What of a layer of a manifest matters here. */
export type ConvolutionForm = Pick<ConvolutionLayer, 'padding' | 'stride' | 'relu'>;

/**
 * A layer of a network that is trained: borders, convolution, bias and perhaps rectifier as one op, on a batch. With p
 * the pixels of the padding, σ the rectifier or nothing,
 *
 *     y = σ(filter ∗ pad(x) + bias),   N×h×w×Cin to N×h′×w′×Cout, h′ = ⌊(h + 2p − k)/stride⌋ + 1
 *
 * TensorFlow.js differentiates the same ops one by one, in twice the time on the wasm backend.
 *
 * @param filter k×k×Cin×Cout. @param bias Cout.
 * @param constant whether x isn't differentiated, as the first layer's isn't.
 */
export function convolve(
  { padding, stride, relu }: ConvolutionForm,
  x: Tensor4D,
  filter: Tensor4D,
  bias: Tensor1D,
  constant = false,
): Tensor4D {
  const forward = (x: Tensor4D, filter: Tensor4D, bias: Tensor1D, save: (saved: Tensor[]) => void) => {
    const input = padded(x, padding);
    const activation = relu ? 'relu' : 'linear';
    const attrs = { strides: stride, pad: 'valid', dataFormat: 'NHWC', dilations: [1, 1], activation };
    // The op of that name doesn't fuse while it is differentiated.
    const value = tf.engine().runKernel('FusedConv2D', { x: input, filter, bias }, attrs) as Tensor4D;
    save([input, filter, value]);
    const gradFunc = (upstream: Tensor4D, [input, filter, value]: [Tensor4D, Tensor4D, Tensor4D]) => {
      const dy: Tensor4D = relu ? tf.mul(upstream, tf.step(value)) : upstream;
      const own = [filterGradient(input, dy, filter, stride), channelSums(dy)];
      return constant ? own : [inputGradient(dy, input, filter, x.shape, { padding, stride }), ...own];
    };
    return { value, gradFunc };
  };
  type CustomOp = (...inputs: Tensor[]) => Tensor4D;
  const traced = tf.customGrad as unknown as (f: (...args: never[]) => unknown) => CustomOp;
  if (!constant) return traced(forward)(x, filter, bias);
  return traced((w: Tensor4D, b: Tensor1D, save: (saved: Tensor[]) => void) => forward(x, w, b, save))(filter, bias);
}

function padded(x: Tensor4D, { mode, width }: ConvolutionForm['padding']): Tensor4D {
  // A tensor of its own, which is saved.
  if (width === 0) return tf.reshape(x, x.shape);
  const both: [number, number] = [width, width];
  const all: [number, number][] = [[0, 0], both, both, [0, 0]];
  return (mode === 'reflect' ? tf.mirrorPad(x, all, 'reflect') : tf.pad(x, all)) as Tensor4D;
}

/** Sums of dy (N×h×w×C) over all but the channels; a product with ones is many times as fast as a sum over them. */
function channelSums(dy: Tensor4D): Tensor1D {
  const channels = dy.shape[3];
  const rows = tf.reshape(dy, [-1, channels]) as Tensor2D;
  return tf.reshape(tf.matMul(tf.ones([1, rows.shape[0]]), rows), [channels]);
}

/**
 * ∂/∂filter[i, j, a, b] = Σ over n, u, v of input[n, u·stride + i, v·stride + j, a] dy[n, u, v, b]: a convolution too,
 * whose pictures are the input's channels, whose channels are the pictures, and whose filter is dy, taps `stride`
 * apart. On wasm that is twice as fast as the backend's kernel, which goes tap by tap.
 */
function filterGradient(input: Tensor4D, dy: Tensor4D, filter: Tensor4D, stride: number): Tensor {
  const [tall, wide] = filter.shape;
  const attrs = { strides: stride, pad: 'valid', dataFormat: 'NHWC', filterShape: filter.shape };
  if (tf.getBackend() !== 'wasm')
    return tf.engine().runKernel('Conv2DBackpropFilter', { x: input, dy }, attrs) as Tensor;
  return tf.tidy(() => {
    const [, height, width] = dy.shape;
    const [count, , , channels] = input.shape;
    const turned = tf.transpose(input, [3, 1, 2, 0]);
    const read = [channels, (height - 1) * stride + tall, (width - 1) * stride + wide, count];
    const whole = read.every((length, axis) => length === turned.shape[axis]);
    const pictures = whole ? turned : tf.slice(turned, [0, 0, 0, 0], read);
    const taps = tf.conv2d(pictures, tf.transpose(dy, [1, 2, 0, 3]), 1, 'valid', 'NHWC', stride);
    return tf.transpose(taps, [1, 2, 0, 3]);
  });
}

function inputGradient(
  dy: Tensor4D,
  input: Tensor4D,
  filter: Tensor4D,
  [count, height, width, channels]: Tensor4D['shape'],
  { padding, stride }: Pick<ConvolutionForm, 'padding' | 'stride'>,
): Tensor {
  const attrs = { strides: stride, pad: 'valid', dataFormat: 'NHWC', inputShape: input.shape };
  return tf.tidy(() => {
    const whole = tf.engine().runKernel('Conv2DBackpropInput', { dy, filter }, attrs) as Tensor;
    const { mode, width: border } = padding;
    const reflected = mode === 'reflect';
    const rows = folded(whole, height, border, (width + 2 * border) * channels, reflected);
    return tf.reshape(folded(rows, width, border, channels, reflected), [count, height, width, channels]);
  });
}

/**
 * Takes an axis's borders away, and adds what they reflected to the elements that they repeat. Slices of matrices are
 * made by the run; of maps they are made pixel by pixel, which takes longer than the convolutions.
 *
 * @param length of the axis without its borders. @param inner numbers of each of its elements.
 */
function folded(x: Tensor, length: number, border: number, inner: number, reflected: boolean): Tensor {
  if (border === 0) return x;
  const matrix = tf.reshape(x, [-1, (length + 2 * border) * inner]) as Tensor2D;
  const rows = matrix.shape[0];
  const cut = (begin: number, count: number) => tf.slice(matrix, [0, begin * inner], [rows, count * inner]);
  const parts = [cut(border, length)];
  const add = (from: number, to: number) => {
    const around: [number, number] = [to * inner, (length - 1 - to) * inner];
    parts.push(tf.pad(cut(from, 1), [[0, 0], around]));
  };
  for (let i = 1; reflected && i <= border; i++) {
    add(border - i, i);
    add(border + length - 1 + i, length - 1 - i);
  }
  return parts.length === 1 ? parts[0]! : tf.addN(parts);
}
