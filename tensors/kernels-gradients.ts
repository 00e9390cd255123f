import { parseEinsum } from './kernels-einsum.js';
import { total } from './ops.js';
import { type Tensor, type Tensor1D, type Tensor2D, tf } from './tf.js';

/*
 * Gradients that TensorFlow.js 4.22 lacks, or has wrong, of ops that all of its backends have.
 */

type Attrs = Record<string, unknown>;
type Shape = [number, number, number, number];

/** Adds up values (any shape) that belong to the given places of a tensor of `shape`, counted row-major. */
function putBack(values: Tensor, places: Tensor, shape: number[]): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const sums = tf.unsortedSegmentSum(
    tf.reshape(values, [-1]),
    tf.cast(tf.reshape(places, [-1]), 'int32') as Tensor1D,
    size,
  );
  return tf.reshape(sums, shape);
}

/** The gradient of a kernel that picks elements of its first input: what it picks of their places says where each goes. */
function registerPicking(kernelName: string, first: string, others: string[] = []): void {
  tf.registerGradient({
    kernelName,
    inputsToSave: [first, ...others],
    gradFunc: (dy, saved, attrs) => ({
      [first]: () => {
        const [x, ...rest] = saved as [Tensor, ...Tensor[]];
        // Kernels for whole numbers are few; these are exact up to 2²⁴.
        const places = tf.reshape(tf.range(0, x.size), x.shape);
        const inputs = Object.fromEntries([[first, places], ...others.map((name, i) => [name, rest[i]!])]);
        return putBack(dy as Tensor, tf.engine().runKernel(kernelName, inputs, attrs) as Tensor, x.shape);
      },
      // Indices have none.
      ...Object.fromEntries(others.map((name, i) => [name, () => tf.zerosLike(saved[i + 1]!)])),
    }),
  });
}

/**
 * The gradient of tf.mirrorPad. TensorFlow.js's own leaves out what the padding reflects: one axis after another, the
 * borders of dy are added, turned around, to the elements that they repeat.
 */
function mirrorPadGradient(dy: Tensor, shape: number[], paddings: [number, number][], skip: 0 | 1): Tensor {
  return paddings.reduce((sum, [before, after], axis) => {
    if (before === 0 && after === 0) return sum;
    const size = shape[axis]!;
    const cut = (begin: number, length: number) => {
      const begins = sum.shape.map((_, i) => (i === axis ? begin : 0));
      const sizes = sum.shape.map((whole, i) => (i === axis ? length : whole));
      return tf.slice(sum, begins, sizes);
    };
    const turned = (begin: number, length: number, place: number) => {
      const around = sum.shape.map((_, i): [number, number] => (i === axis ? [place, size - place - length] : [0, 0]));
      return tf.pad(tf.reverse(cut(begin, length), axis), around);
    };
    const parts = [cut(before, size)];
    if (before > 0) parts.push(turned(0, before, skip));
    if (after > 0) parts.push(turned(before + size, after, size - after - skip));
    return total(parts);
  }, dy);
}

/** What each of `to` samples takes of each of `from`, a to×from matrix, by linear interpolation between pixels' centres. */
function interpolation(from: number, to: number): Tensor2D {
  const matrix = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const at = ((i + 0.5) * from) / to - 0.5;
    const below = Math.floor(at);
    matrix[i * from + Math.max(below, 0)]! += 1 - (at - below);
    matrix[i * from + Math.min(below + 1, from - 1)]! += at - below;
  }
  return tf.tensor2d(matrix, [to, from]);
}

/** The gradient of tf.image.resizeBilinear between centres, dy (B×H′×W′×C) to `shape`: a product for each axis. */
function resizeGradient(dy: Tensor, [batch, height, width, channels]: Shape): Tensor {
  const [rows, columns] = dy.shape.slice(1, 3) as [number, number];
  const along = (y: Tensor, from: number, to: number) =>
    tf.matMul(tf.transpose(interpolation(from, to)), tf.reshape(y, [to, -1]) as Tensor2D);
  const tall = along(tf.transpose(dy, [1, 2, 0, 3]), height, rows);
  const turned = tf.transpose(tf.reshape(tall, [height, columns, batch * channels]), [1, 0, 2]);
  const both = tf.reshape(along(turned, width, columns), [width, height, batch, channels]);
  return tf.transpose(both, [2, 1, 0, 3]);
}

/** The inverse of tf.depthToSpace: a block's pixels become channels, which count fastest in either format. */
function spaceToDepth(y: Tensor, block: number, format: 'NHWC' | 'NCHW'): Tensor {
  if (format === 'NHWC') {
    const [batch, height, width, channels] = y.shape as Shape;
    const [rows, columns] = [height / block, width / block];
    const blocks = tf.reshape(y, [batch, rows, block, columns, block, channels]);
    return tf.reshape(tf.transpose(blocks, [0, 1, 3, 2, 4, 5]), [batch, rows, columns, block * block * channels]);
  }
  const [batch, channels, height, width] = y.shape as Shape;
  const [rows, columns] = [height / block, width / block];
  const blocks = tf.reshape(y, [batch, channels, rows, block, columns, block]);
  return tf.reshape(tf.transpose(blocks, [0, 3, 5, 1, 2, 4]), [batch, block * block * channels, rows, columns]);
}

/** The gradient of einsum with respect to operand i: an einsum of dy and the others, the same along axes that only i has. */
function einsumGradient(dy: Tensor, saved: Tensor[], equation: string, i: number): Tensor {
  const { operands, result } = parseEinsum(equation);
  const own = operands[i]!;
  const others = operands.filter((_, j) => j !== i);
  const known = own.filter((label) => result.includes(label) || others.some((labels) => labels.includes(label)));
  const terms = [result, ...others].map((labels) => labels.join(''));
  const sum = tf.einsum(`${terms.join(',')}->${known.join('')}`, dy, ...saved.filter((_, j) => j !== i));
  const shape = saved[i]!.shape;
  const thin = shape.map((size, axis) => (known.includes(own[axis]!) ? size : 1));
  return tf.broadcastTo(tf.reshape(sum, thin), shape);
}

/** Adds up where an operand was repeated to have the other's shape, which TensorFlow.js forgets in some ops. */
function sumRepeats(kernelName: string): void {
  const own = tf.getGradient(kernelName);
  tf.registerGradient({
    ...own,
    gradFunc: (dy, saved, attrs) => {
      const slopes = own.gradFunc(dy, saved, attrs);
      const summed =
        (name: string, { shape }: Tensor) =>
        () => {
          const slope = slopes[name]!();
          const axes = tf.backend_util.getReductionAxes(shape, slope.shape);
          return tf.reshape(axes.length > 0 ? tf.sum(slope, axes) : slope, shape);
        };
      return { a: summed('a', saved[0]!), b: summed('b', saved[1]!) };
    },
  });
}

/** Registers them, for every backend. */
export function addMissingGradients(): void {
  for (const kernelName of ['Maximum', 'Minimum', 'SquaredDifference']) sumRepeats(kernelName);
  for (const kernelName of ['Greater', 'Less', 'LessEqual', 'Equal', 'NotEqual']) {
    const zeros = (x: Tensor) => () => tf.zeros(x.shape);
    const gradFunc = (_dy: unknown, [a, b]: Tensor[]) => ({ a: zeros(a!), b: zeros(b!) });
    tf.registerGradient({ kernelName, inputsToSave: ['a', 'b'], gradFunc });
  }
  tf.registerGradient({
    kernelName: 'Cumsum',
    gradFunc: (dy, _saved, attrs) => {
      // TensorFlow.js's own transposes it as well, when the axis isn't the last.
      const { axis, exclusive, reverse } = attrs as Attrs as { axis: number; exclusive: boolean; reverse: boolean };
      return { x: () => tf.cumsum(dy as Tensor, axis, exclusive, !reverse) };
    },
  });
  registerPicking('StridedSlice', 'x');
  registerPicking('GatherNd', 'params', ['indices']);
  tf.registerGradient({
    kernelName: 'TopK',
    inputsToSave: ['x'],
    outputsToSave: [false, true],
    gradFunc: (dys, saved) => ({
      x: () => {
        const [x, indices] = saved as [Tensor, Tensor];
        const [length, k] = [x.shape.at(-1)!, indices.shape.at(-1)!];
        const rows = tf.range(0, x.size, length, 'int32');
        const places = tf.add(tf.reshape(indices, [-1, k]), tf.expandDims(rows, 1));
        return putBack((dys as Tensor[])[0]!, places, x.shape);
      },
    }),
  });
  tf.registerGradient({
    kernelName: 'MirrorPad',
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attrs) => {
      const { paddings, mode } = attrs as Attrs as { paddings: [number, number][]; mode: 'reflect' | 'symmetric' };
      return { x: () => mirrorPadGradient(dy as Tensor, x!.shape, paddings, mode === 'reflect' ? 1 : 0) };
    },
  });
  const resize = tf.getGradient('ResizeBilinear');
  tf.registerGradient({
    ...resize,
    gradFunc: (dy, saved, attrs) =>
      // TensorFlow.js's own takes no notice of it.
      (attrs as Attrs).halfPixelCenters
        ? { images: () => resizeGradient(dy as Tensor, saved[0]!.shape as Shape) }
        : resize.gradFunc(dy, saved, attrs),
  });
  tf.registerGradient({
    kernelName: 'DepthToSpace',
    gradFunc: (dy, _saved, attrs) => {
      const { blockSize, dataFormat } = attrs as Attrs as { blockSize: number; dataFormat: 'NHWC' | 'NCHW' };
      return { x: () => spaceToDepth(dy as Tensor, blockSize, dataFormat) };
    },
  });
  tf.registerGradient({
    kernelName: 'Einsum',
    saveAllInputs: true,
    gradFunc: (dy, saved, attrs) => {
      const { equation } = attrs as Attrs as { equation: string };
      return Object.fromEntries(saved.map((_, i) => [i, () => einsumGradient(dy as Tensor, saved, equation, i)]));
    },
  });
}
