import { suite } from 'uvu';
import { openTensors, type Tensor, type Tensor2D, tf } from '../../tensors/index.js';
import { evaluated, rowMean, secondMoments } from '../../tensors/ops.js';
import { sharedDevice } from '../device.js';
import { assertNear, normal, toTensor, type Values } from './compare.js';

const test = suite('ops');
type Matrix = number[][];

const rowsOf = ({ data, shape: [rows, columns] }: Values): Matrix =>
  Array.from({ length: rows! }, (_, i) => Array.from(data.subarray(i * columns!, (i + 1) * columns!)));
const transposed = (a: Matrix): Matrix => a[0]!.map((_, j) => a.map((row) => row[j]!));
const times = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => transposed(b).map((column) => row.reduce((sum, value, k) => sum + value * column[k]!, 0)));
const plus = (a: Matrix, b: Matrix): Matrix => a.map((row, i) => row.map((value, j) => value + b[i]![j]!));
const scaled = (a: Matrix, scale: number): Matrix => a.map((row) => row.map((value) => value * scale));

const F = normal([30, 6], 3);
const f = rowsOf(F);

/** Values, and gradients by an upstream gradient U, as formulas of float64 matrices. */
const cases = [
  {
    name: 'secondMoments',
    op: (x: Tensor) => secondMoments(x as Tensor2D),
    xs: [F],
    value: scaled(times(transposed(f), f), 1 / 30),
    slopes: (u: Matrix) => [scaled(times(f, plus(u, transposed(u))), 1 / 30)],
  },
  {
    name: 'rowMean',
    op: (x: Tensor) => rowMean(x as Tensor2D),
    xs: [F],
    value: scaled([transposed(f).map((column) => column.reduce((sum, value) => sum + value, 0))], 1 / 30),
    slopes: (u: Matrix) => [f.map(() => scaled(u, 1 / 30)[0]!)],
  },
];

for (const backend of ['wasm', 'webgpu'] as const) {
  const open = async () => openTensors({ backend, device: backend === 'webgpu' ? await sharedDevice() : undefined });

  for (const { name, op, xs, value, slopes } of cases) {
    test(`${name} on ${backend}: value and gradients are those of float64`, async () => {
      const tensors = await open();
      await tensors.run(async () => {
        const inputs = xs.map(toTensor);
        const result = op(...(inputs as [Tensor]));
        assertNear(name, await tensors.read(result), value.flat(), 1e-5);
        const upstream = normal(result.shape, 9);
        const loss = (...ys: Tensor[]) => tf.sum(tf.mul(op(...(ys as [Tensor])), toTensor(upstream)));
        const gradients = tf.grads(loss)(inputs);
        for (const [i, expected] of slopes(rowsOf(upstream)).entries()) {
          assertNear(`${name}, operand ${i}`, await tensors.read(gradients[i]!), expected.flat(), 1e-5);
        }
      });
    });
  }

  test(`evaluated on ${backend}: the value and gradient that it's given`, async () => {
    const tensors = await open();
    await tensors.run(async () => {
      const slope = normal([3, 2], 4);
      const loss = (x: Tensor) => tf.mul(evaluated(tf.mul(x, 2), 1.5, toTensor(slope)), 3);
      const { value, grad } = tf.valueAndGrad(loss as (x: Tensor) => ReturnType<typeof tf.scalar>)(tf.ones([3, 2]));
      assertNear('value', await tensors.read(value), [4.5], 1e-6);
      assertNear(
        'gradient',
        await tensors.read(grad),
        slope.data.map((x) => 6 * x),
        1e-6,
      );
    });
  });
}

test('means and second moments of a plain picture, which sums in one go get wrong', async () => {
  const [count, channels] = [256 * 256, 9];
  const values = Float32Array.from({ length: channels }, (_, c) => 0.1 + 0.123 * c);
  const data = Float32Array.from({ length: count * channels }, (_, i) => values[i % channels]!);
  const tensors = openTensors();
  await tensors.run(async () => {
    const samples = tf.tensor2d(data, [count, channels]);
    assertNear('means', await tensors.read(rowMean(samples)), [...values], 1e-5);
    const moments = [...values].flatMap((a) => [...values].map((b) => a * b));
    assertNear('second moments', await tensors.read(secondMoments(samples)), moments, 5e-5);
  });
});

test.run();
