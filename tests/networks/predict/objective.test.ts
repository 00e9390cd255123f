import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { psiError, rowErrors } from '../../../networks/predict/objective.js';
import { type Scalar, type Tensor2D, type Tensor3D, tf } from '../../../tensors/index.js';
import { assertClose } from '../../reference/assert-close.js';
import { noise, wasm } from './fixtures.js';

const test = suite('networks/predict/objective');
const SHARPNESS = 12;
const ALIVE = 0.05;

/** Of one query, in float64. */
function reference(logits: readonly number[], errors: readonly number[]): number {
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
  const mixture = logits.reduce(
    (sum, logit, k) => sum + (Math.exp(logit) / total) * Math.exp(-SHARPNESS * errors[k]!),
    0,
  );
  return -Math.log(mixture) / SHARPNESS + (ALIVE * errors.reduce((a, b) => a + b, 0)) / errors.length;
}

const errorOf = (logits: number[][], errors: number[][]) =>
  wasm.run(async () => (await wasm.read(psiError({ logits: tf.tensor2d(logits) }, tf.tensor2d(errors))))[0]!);

test('errors of rows are weighted means of squares', async () => {
  // Query 0 has weights 1, 1, 0; query 1 has 3, 0, 1.
  const rows = [
    [
      [1, 2, 9],
      [0, 0, 9],
    ],
    [
      [1, 5, 2],
      [2, 5, 0],
    ],
  ];
  const truth = [
    [0, 0, 0],
    [1, 1, 0],
  ];
  const weights = [
    [1, 1, 0],
    [3, 0, 1],
  ];
  const errors = await wasm.run(() =>
    wasm.read(rowErrors(tf.tensor3d(rows), tf.tensor2d(truth), tf.tensor2d(weights))),
  );
  assertClose(errors, [2.5, 0, 1, 0.75], 1e-6, 'errors');
});

test('the error in Ψ is the formula’s, and of one sure hypothesis its own error and a little', async () => {
  assert.ok(Math.abs((await errorOf([[0]], [[0.4]])) - 0.4 * (1 + ALIVE)) < 1e-6);
  // Two that are alike: log 2 and log ½ cancel.
  assert.ok(Math.abs((await errorOf([[5, 5]], [[0.3, 0.3]])) - 0.3 * (1 + ALIVE)) < 1e-6);
  // By hand: ½(e^0 + e^−12) of errors 0 and 1.
  const expected = -Math.log((1 + Math.exp(-12)) / 2) / 12 + 0.025;
  assert.ok(Math.abs((await errorOf([[0, 0]], [[0, 1]])) - expected) < 1e-6);
  const logits = [
    [0.3, -1, 2],
    [0, 1, 0.5],
  ];
  const errors = [
    [0.9, 0.1, 0.4],
    [0.2, 1.3, 0.25],
  ];
  const mean = (reference(logits[0]!, errors[0]!) + reference(logits[1]!, errors[1]!)) / 2;
  assert.ok(Math.abs((await errorOf(logits, errors)) - mean) < 1e-6);
});

test('errors so large that their exponentials vanish are told apart', async () => {
  const value = await errorOf([[0, 0]], [[40, 50]]);
  assert.ok(Math.abs(value - (40 + Math.log(2) / 12 + ALIVE * 45)) < 1e-4, `${value}`);
});

test('the gradient is that of differences, and the nearest hypothesis gets most of it', async () => {
  const [logits, errors] = [
    [0.5, 0, -0.5],
    [0.5, 0.2, 0.6],
  ];
  const [ofLogits, ofErrors] = await wasm.run(async () => {
    const grads = tf.grads((l, e) => psiError({ logits: l as Tensor2D }, e as Tensor2D) as Scalar);
    const [a, b] = grads([tf.tensor2d([logits!]), tf.tensor2d([errors!])]);
    return [await wasm.read(a!), await wasm.read(b!)] as const;
  });
  const h = 1e-5;
  const nudged = (values: readonly number[], i: number, by: number) => values.map((v, j) => (i === j ? v + by : v));
  for (let k = 0; k < 3; k++) {
    const byLogit = (reference(nudged(logits!, k, h), errors!) - reference(nudged(logits!, k, -h), errors!)) / (2 * h);
    const byError = (reference(logits!, nudged(errors!, k, h)) - reference(logits!, nudged(errors!, k, -h))) / (2 * h);
    assert.ok(Math.abs(ofLogits[k]! - byLogit) < 1e-6, `logit ${k}: ${ofLogits[k]}, by differences ${byLogit}`);
    assert.ok(Math.abs(ofErrors[k]! - byError) < 1e-5, `error ${k}: ${ofErrors[k]}, by differences ${byError}`);
  }
  assert.ok(ofErrors[1]! > 0.9 && ofErrors[0]! < 0.1 && ofErrors[2]! < 0.1, `${ofErrors}`);
  // Those that are never the nearest are drawn near nonetheless, and the nearest's weight rises.
  assert.ok(Math.min(...ofErrors) >= ALIVE / 3 && ofLogits[1]! < 0, `${ofErrors}; ${ofLogits}`);
});

test('the gradient with respect to rows is that of the squares', async () => {
  const [rows, truth] = [noise(2 * 2 * 5, 1), noise(2 * 5, 2)];
  const weights = noise(2 * 5, 3).map(Math.abs);
  const gradient = await wasm.run(async () => {
    const loss = (x: Tensor3D) =>
      tf.sum(rowErrors(x, tf.tensor2d(truth, [2, 5]), tf.tensor2d(weights, [2, 5]))) as Scalar;
    return wasm.read(tf.grad((x) => loss(x as Tensor3D))(tf.tensor3d(rows, [2, 2, 5])));
  });
  const expected = rows.map((value, i) => {
    const [query, number] = [Math.floor(i / 10), i % 5];
    const own = weights.subarray(5 * query, 5 * query + 5);
    return (2 * own[number]! * (value - truth[5 * query + number]!)) / own.reduce((a, b) => a + b, 0);
  });
  assertClose(gradient, expected, 1e-6, 'gradient');
});

test.run();
