import { usage } from '../errors.js';
import { type Tensor, type Tensor2D, type Tensor4D, tf } from './tf.js';

/*
 * The gradients of convolutions, from the definition. Of one axis, for a kernel of K taps, a stride s, a dilation d and p
 * zeros before the input x, the output is y[o] = Σₖ f[k]·x[o·s + k·d − p]. So
 *
 *     ∂/∂f[k] = Σₒ dy[o]·x[o·s + k·d − p]
 *     ∂/∂x[h] = Σₖ f[k]·D[h + p − k·d], where D[o·s] = dy[o], and is 0 elsewhere
 */

type Shape = [number, number, number, number];
export type ConvAttrs = Record<string, unknown>;

/** What is the same for both axes, in the order height, width. */
interface Axis {
  size: number;
  out: number;
  taps: number;
  stride: number;
  dilation: number;
  /** Zeros before the input. */
  before: number;
}

function axesOf(kernel: string, depthwise: boolean, x: Shape, filter: Shape, attrs: ConvAttrs): [Axis, Axis] {
  const { strides, pad, dilations = 1, dimRoundingMode, dataFormat = 'NHWC' } = attrs;
  if (dataFormat !== 'NHWC')
    throw usage(`${kernel} on wasm`, 'the format NHWC', `${dataFormat}`, 'transpose the input');
  type Info = Parameters<typeof tf.backend_util.computeConv2DInfo>;
  const info = tf.backend_util.computeConv2DInfo(
    x,
    filter,
    strides as Info[2],
    (dilations ?? 1) as Info[3],
    pad as Info[4],
    dimRoundingMode as Info[5],
    depthwise,
  );
  const axis = (size: number, out: number, taps: number, stride: number, dilation: number, before: number) => {
    return { size, out, taps, stride, dilation, before };
  };
  return [
    axis(info.inHeight, info.outHeight, filter[0], info.strideHeight, info.dilationHeight, info.padInfo.top),
    axis(info.inWidth, info.outWidth, filter[1], info.strideWidth, info.dilationWidth, info.padInfo.left),
  ];
}

/** Zeros before and after a B×H×W×C tensor's rows and columns; where a number is negative, so many are taken away. */
function padded(x: Tensor4D, [top, bottom]: [number, number], [left, right]: [number, number]): Tensor4D {
  const zeros = (count: number) => Math.max(count, 0);
  const cut = (count: number) => Math.max(-count, 0);
  const rows = [zeros(top), zeros(bottom)] as [number, number];
  const columns = [zeros(left), zeros(right)] as [number, number];
  const grown = [...rows, ...columns].some((count) => count > 0) ? tf.pad(x, [[0, 0], rows, columns, [0, 0]]) : x;
  if (Math.min(top, bottom, left, right) >= 0) return grown;
  const [b, height, width, c] = grown.shape;
  const size = [b, height - cut(top) - cut(bottom), width - cut(left) - cut(right), c];
  return tf.slice(grown, [0, cut(top), cut(left), 0], size);
}

/**
 * The gradient of the filter, tap by tap. The input is taken apart into stride×stride phases (a tap reads a single one
 * of them), and dy is brought to the width of a phase with zeros, so that what a tap reads is one run of a phase's pixels:
 * pixel i of dy belongs to pixel i + offset.
 *
 * @param prepare from the pixels of dy (n×Cout), what `eachTap` is given of them.
 * @param eachTap from the pixels of x that a tap reads (Cin×n) and what `prepare` made, the tap's gradient.
 */
function byTap(
  x: Tensor4D,
  dy: Tensor4D,
  axes: [Axis, Axis],
  prepare: (dy: Tensor2D) => Tensor2D,
  eachTap: (read: Tensor2D, dy: Tensor2D) => Tensor,
): Tensor[] {
  const [rows, columns] = axes.map((axis) => Math.floor(((axis.taps - 1) * axis.dilation) / axis.stride) + axis.out);
  const [h, w] = axes;
  const after = (axis: Axis, size: number) => size * axis.stride - axis.before - axis.size;
  const input = padded(x, [h.before, after(h, rows!)], [w.before, after(w, columns!)]);
  const [batch, , , inChannels] = x.shape;
  const split = tf.reshape(input, [batch * rows!, h.stride, columns!, w.stride * inChannels]);
  const count = (batch - 1) * rows! * columns! + (h.out - 1) * columns! + w.out;
  const wide = padded(dy, [0, rows! - h.out], [0, columns! - w.out]);
  const upstream = prepare(tf.slice(tf.reshape(wide, [-1, dy.shape[3]]), [0, 0], [count, dy.shape[3]]) as Tensor2D);

  const phases = new Map<number, Tensor2D>();
  const phase = (row: number, column: number) => {
    const key = row * w.stride + column;
    let found = phases.get(key);
    if (!found) {
      const pixels = tf.slice(split, [0, row, 0, column * inChannels], [batch * rows!, 1, columns!, inChannels]);
      found = tf.transpose(tf.reshape(pixels, [-1, inChannels]), [1, 0]);
      phases.set(key, found);
    }
    return found;
  };
  const taps: Tensor[] = [];
  for (let i = 0; i < h.taps; i++) {
    for (let j = 0; j < w.taps; j++) {
      const [row, column] = [i * h.dilation, j * w.dilation];
      const offset = Math.floor(row / h.stride) * columns! + Math.floor(column / w.stride);
      const pixels = phase(row % h.stride, column % w.stride);
      taps.push(tf.tidy(() => eachTap(tf.slice(pixels, [0, offset], [inChannels, count]), upstream)));
    }
  }
  return taps;
}

/** ∂/∂filter (kh×kw×Cin×Cout) of a convolution. */
export function filterGradient(x: Tensor4D, dy: Tensor4D, shape: Shape, attrs: ConvAttrs): Tensor {
  const axes = axesOf('Conv2DBackpropFilter', false, x.shape, shape, attrs);
  // The backend packs the right factor for its product; here it is dy for every tap, so that it does so once.
  const taps = byTap(
    x,
    dy,
    axes,
    (upstream) => upstream,
    (read, upstream) => tf.matMul(read, upstream),
  );
  return tf.reshape(tf.concat(taps, 0), shape);
}

/** ∂/∂filter (kh×kw×Cin×M) of a convolution of each channel by itself; output channel c·M + m is of channel c. */
export function depthwiseFilterGradient(x: Tensor4D, dy: Tensor4D, shape: Shape, attrs: ConvAttrs): Tensor {
  const axes = axesOf('DepthwiseConv2dNativeBackpropFilter', true, x.shape, shape, attrs);
  const [, , inChannels, multiplier] = shape;
  const [batch, height, width] = x.shape;
  const repeated =
    multiplier === 1
      ? x
      : tf.reshape(tf.tile(tf.reshape(x, [-1, 1]), [1, multiplier]), [batch, height, width, inChannels * multiplier]);
  // Sums along the last axis are several times as fast as those along the first.
  const taps = byTap(
    repeated as Tensor4D,
    dy,
    axes,
    (upstream) => tf.transpose(upstream, [1, 0]),
    (read, upstream) => tf.sum(tf.mul(read, upstream), 1),
  );
  return tf.reshape(tf.concat(taps, 0), shape);
}

/** dy with stride − 1 zeros after each row and column, so padded that a convolution with the flipped filter gives ∂/∂x. */
function spread(dy: Tensor4D, [h, w]: [Axis, Axis]): Tensor4D {
  const [batch, , , channels] = dy.shape;
  const zerosAfter = (x: Tensor, width: number, zeros: number) =>
    zeros === 0
      ? x
      : tf.pad(tf.reshape(x, [-1, width]), [
          [0, 0],
          [0, zeros],
        ]);
  const columns = zerosAfter(dy, channels, (w.stride - 1) * channels);
  const rowWidth = w.out * w.stride * channels;
  const both = zerosAfter(columns, rowWidth, (h.stride - 1) * rowWidth);
  const edges = ({ size, out, taps, stride, dilation, before }: Axis): [number, number] => {
    const reach = (taps - 1) * dilation;
    return [reach - before, size + before - out * stride];
  };
  const wide = tf.reshape(both, [batch, h.out * h.stride, w.out * w.stride, channels]) as Tensor4D;
  return padded(wide, edges(h), edges(w));
}

/** ∂/∂x (B×H×W×Cin) of a convolution. */
export function inputGradient(dy: Tensor4D, filter: Tensor4D, shape: Shape, attrs: ConvAttrs): Tensor {
  const axes = axesOf('Conv2DBackpropInput', false, shape, filter.shape, attrs);
  const flipped = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
  return tf.conv2d(spread(dy, axes), flipped, 1, 'valid', 'NHWC', [axes[0].dilation, axes[1].dilation]);
}

/** ∂/∂x (B×H×W×Cin) of a convolution of each channel by itself. */
export function depthwiseInputGradient(dy: Tensor4D, filter: Tensor4D, shape: Shape, attrs: ConvAttrs): Tensor {
  const axes = axesOf('DepthwiseConv2dNativeBackpropInput', true, shape, filter.shape, attrs);
  const [rows, columns, , multiplier] = filter.shape;
  const flipped = tf.reshape(tf.reverse(filter, [0, 1]), [rows, columns, dy.shape[3], 1]) as Tensor4D;
  const dilations: [number, number] = [axes[0].dilation, axes[1].dilation];
  const each = tf.depthwiseConv2d(spread(dy, axes), flipped, 1, 'valid', 'NHWC', dilations);
  return multiplier === 1 ? each : tf.sum(tf.reshape(each, [...shape, multiplier]), -1);
}
