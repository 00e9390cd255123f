import { usage } from '../errors.js';
import { type Tensor, type Tensor2D, type Tensor3D, tf } from './tf.js';

/** A tensor with a letter for each of its axes. */
interface Labelled {
  tensor: Tensor;
  labels: string[];
}

/** `ij,jk->ik` to the letters of the operands and of the result. */
export function parseEinsum(equation: string): { operands: string[][]; result: string[] } {
  const [left, right, ...rest] = equation.replace(/\s/g, '').split('->');
  if (left === undefined || right === undefined || rest.length > 0) {
    throw usage('einsum', 'an equation with one ->', equation, 'write ij,jk->ik, say');
  }
  const operands = left.split(',').map((labels) => [...labels]);
  const result = [...right];
  const known = new Set(operands.flat());
  const once = (labels: string[]) => new Set(labels).size === labels.length;
  if (![...operands, result].every(once) || !result.every((label) => known.has(label)) || known.has('.')) {
    throw usage('einsum', 'letters, each once in a term, those of the result in an operand', equation, 'rewrite it');
  }
  return { operands, result };
}

const product = (counts: number[]) => counts.reduce((a, b) => a * b, 1);

/** Axes in the order of `labels`, which are all the tensor's. */
function ordered({ tensor, labels: from }: Labelled, labels: string[]): Tensor {
  return from.every((label, i) => label === labels[i])
    ? tensor
    : tf.transpose(
        tensor,
        labels.map((label) => from.indexOf(label)),
      );
}

/** Sums over the axes that `keep` doesn't hold. */
function reduced(operand: Labelled, keep: Set<string>): Labelled {
  const labels = operand.labels.filter((label) => keep.has(label));
  if (labels.length === operand.labels.length) return operand;
  const summed = operand.labels.filter((label) => !keep.has(label));
  const tensor = ordered(operand, [...labels, ...summed]);
  const shape = tensor.shape.slice(0, labels.length);
  const rows = tf.reshape(tensor, [product(shape), product(tensor.shape.slice(labels.length))]);
  return { tensor: tf.reshape(tf.sum(rows, 1), shape), labels };
}

/** The sum of the products of two operands, over the axes that both have and `keep` doesn't hold. */
function contracted(left: Labelled, right: Labelled, keep: Set<string>): Labelled {
  const a = reduced(left, new Set([...keep, ...right.labels]));
  const b = reduced(right, new Set([...keep, ...left.labels]));
  const both = a.labels.filter((label) => b.labels.includes(label));
  const batch = both.filter((label) => keep.has(label));
  const summed = both.filter((label) => !keep.has(label));
  const rows = a.labels.filter((label) => !both.includes(label));
  const columns = b.labels.filter((label) => !both.includes(label));
  const sizes = new Map([a, b].flatMap(({ tensor, labels }) => labels.map((label, i) => [label, tensor.shape[i]!])));
  const shape = (labels: string[]) => labels.map((label) => sizes.get(label)!);
  const [batchSize, rowCount, sumCount, columnCount] = [batch, rows, summed, columns].map((l) => product(shape(l)));
  const labels = [...batch, ...rows, ...columns];
  const result = (tensor: Tensor) => ({ tensor: tf.reshape(tensor, shape(labels)), labels });

  if (rowCount === 1 && columnCount === 1) {
    const aligned = [a, b].map((operand) => {
      const own = operand.labels.filter((label) => !both.includes(label));
      return tf.reshape(ordered(operand, [...batch, ...summed, ...own]), [batchSize!, sumCount!]);
    });
    const products = tf.mul(aligned[0]!, aligned[1]!);
    return result(summed.length === 0 ? products : tf.sum(products, 1));
  }
  const x = tf.reshape(ordered(a, [...batch, ...rows, ...summed]), [batchSize!, rowCount!, sumCount!]);
  const y = tf.reshape(ordered(b, [...batch, ...summed, ...columns]), [batchSize!, sumCount!, columnCount!]);
  return result(batched(x as Tensor3D, y as Tensor3D));
}

/** Below it, in multiplications, a matrix product costs less than to ask for it. */
const SMALL = 1 << 14;

/** Products of a batch of matrices. The backend's own product of a batch takes three times as long as one at a time. */
function batched(a: Tensor3D, b: Tensor3D): Tensor {
  const [count, rows, summed] = a.shape;
  if (count > 1 && rows * summed * b.shape[2] < SMALL) return tf.matMul(a, b);
  const each = <T extends Tensor>(x: T) => (count === 1 ? [tf.squeeze(x, [0])] : tf.unstack(x)) as Tensor2D[];
  const right = each(b);
  const products = each(a).map((x, i) => tf.matMul(x, right[i]!));
  return products.length === 1 ? products[0]! : tf.stack(products);
}

/** tf.einsum of any number of operands, from left to right. Whole numbers are exact up to 2²⁴. */
export function einsum(equation: string, tensors: Tensor[]): Tensor {
  const { operands, result } = parseEinsum(equation);
  const sizes = new Map<string, number>();
  for (const [i, labels] of operands.entries()) {
    for (const [axis, label] of labels.entries()) {
      const size = tensors[i]?.shape[axis];
      if (size === undefined || size !== (sizes.get(label) ?? size) || tensors[i]?.rank !== labels.length) {
        throw usage('einsum', `operands whose shapes fit ${equation}`, shapes(tensors), 'change one of them');
      }
      sizes.set(label, size);
    }
  }
  if (tensors.length !== operands.length) {
    throw usage('einsum', `${operands.length} operands for ${equation}`, shapes(tensors), 'change one of them');
  }
  const whole = tensors.every((tensor) => tensor.dtype !== 'float32');
  const terms = tensors.map((tensor, i) => ({ tensor: tf.cast(tensor, 'float32'), labels: operands[i]! }));
  const folded = terms.slice(1).reduce((left: Labelled, right, i) => {
    const later = operands.slice(i + 2).flat();
    return contracted(left, right, new Set([...result, ...later]));
  }, terms[0]!);
  const value = ordered(reduced(folded, new Set(result)), result);
  // A tensor of its own, where nothing was to be done.
  return tf.cast(tf.reshape(value, value.shape), whole ? 'int32' : 'float32');
}

const shapes = (tensors: Tensor[]) => tensors.map((tensor) => `[${tensor.shape}]`).join(', ') || 'none';
