import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Labels } from '../../../networks/style/index.js';
import { infoNce, OBJECTIVES, type Objective, proposal, triplet } from '../../../networks/style/index.js';
import { unitLength } from '../../../networks/style/model.js';
import { seededRandom } from '../../../random.js';
import { openTensors, type Tensor, type Tensor2D, tf } from '../../../tensors/index.js';
import { assertClose } from '../../reference/assert-close.js';
import { refused } from '../../refused.js';

const test = suite('networks/style/objectives');
const wasm = openTensors({ backend: 'wasm' });

/**
 * Uneven on purpose: style 3 has one picture, style 2 one cube, and style 1 no picture of its cube in another style.
 */
const labels: Labels = {
  style: Int32Array.of(0, 0, 0, 1, 1, 2, 2, 3),
  cube: Int32Array.of(0, 0, 1, 2, 2, 1, 1, 0),
};
const [N, D] = [8, 5];
const random = seededRandom(5);
const free = Float32Array.from({ length: N * D }, () => random.normal());

type Formula = (dot: (i: number, j: number) => number) => number;
const range = [...Array(N).keys()];
const { style, cube } = labels;
const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const positives = (i: number) => range.filter((j) => j !== i && style[j] === style[i]);
const negatives = (i: number, own: boolean) =>
  range.filter((j) => style[j] !== style[i] && (cube[j] === cube[i]) === own);

/** The mean over anchors for which `of` is defined. */
const overAnchors = (of: (i: number) => number | undefined) =>
  mean(range.map(of).filter((value): value is number => value !== undefined));

const proposed: Formula = (dot) => {
  const distance = (i: number, j: number) => 2 - 2 * dot(i, j);
  return overAnchors((i) => {
    const near = positives(i).filter((j) => cube[j] !== cube[i]);
    const far = negatives(i, true);
    if (near.length === 0 || far.length === 0) return undefined;
    return mean(near.flatMap((j) => far.map((k) => distance(i, j) - distance(i, k))));
  });
};

const MARGIN = 0.7;
const margined: Formula = (dot) =>
  overAnchors((i) => {
    const kinds = [negatives(i, true), negatives(i, false)].filter((kind) => kind.length > 0);
    const over = (j: number, k: number) => Math.max(0, 2 * dot(i, k) - 2 * dot(i, j) + MARGIN);
    const near = positives(i);
    return near.length === 0
      ? undefined
      : mean(kinds.map((kind) => mean(near.flatMap((j) => kind.map((k) => over(j, k))))));
  });

const TEMPERATURE = 0.2;
const contrasted: Formula = (dot) =>
  overAnchors((i) => {
    const near = positives(i);
    const score = (j: number) => Math.exp(dot(i, j) / TEMPERATURE);
    const all = range.filter((k) => k !== i).reduce((sum, k) => sum + score(k), 0);
    return near.length === 0 ? undefined : mean(near.map((j) => -Math.log(score(j) / all)));
  });

function reference(formula: Formula, values: ArrayLike<number>): number {
  const rows = range.map((i) => Array.from({ length: D }, (_, d) => values[i * D + d]!));
  const units = rows.map((row) => row.map((value) => value / Math.hypot(...row)));
  return formula((i, j) => units[i]!.reduce((sum, value, d) => sum + value * units[j]![d]!, 0));
}

const cases: [Objective, Formula][] = [
  [proposal(), proposed],
  [triplet({ margin: MARGIN }), margined],
  [infoNce({ temperature: TEMPERATURE }), contrasted],
];
for (const [objective, formula] of cases) {
  test(`${objective.name}: value and gradient as in float64`, async () => {
    const [value, gradient] = await wasm.run(async () => {
      const f = (rows: Tensor) => objective.of(unitLength(rows as Tensor2D), labels);
      const { value, grad } = tf.valueAndGrad(f)(tf.tensor2d(free, [N, D]));
      return [await wasm.read(value), await wasm.read(grad)];
    });
    assertClose(value, [reference(formula, free)], 1e-5, 'value');
    const step = 1e-5;
    const expected = Array.from(free, (_, at) => {
      const moved = (by: number) =>
        reference(
          formula,
          Float64Array.from(free, (v, i) => (i === at ? v + by : v)),
        );
      return (moved(step) - moved(-step)) / (2 * step);
    });
    assertClose(gradient, expected, 1e-5, 'gradient');
  });
}

test('at a style’s own code, InfoNCE is finite with the lowest temperature', async () => {
  const value = await wasm.run(() => {
    const codes = tf.tensor2d(
      range.flatMap((i) => [style[i] === 0 ? 1 : -1, 0]),
      [N, 2],
    );
    return wasm.read(infoNce({ temperature: 0.03 }).of(codes, labels));
  });
  assert.ok(Number.isFinite(value[0]));
});

test('batches without what an objective is about are refused', async () => {
  const of = (style: number[], cube: number[], objective: Objective) =>
    refused(() =>
      wasm.run(() => {
        objective.of(tf.ones([style.length, 2]), { style: Int32Array.from(style), cube: Int32Array.from(cube) });
      }),
    );
  for (const make of Object.values(OBJECTIVES)) {
    assert.is((await of([0, 1, 2], [0, 0, 0], make())).code, 'bad-input');
    const easy = await of([0, 0, 1, 1], [0, 0, 1, 1], make());
    assert.match(easy.message, /several styles/);
  }
});

test('wrong numbers are refused', async () => {
  assert.is((await refused(() => triplet({ margin: 0 }))).code, 'usage');
  assert.is((await refused(() => infoNce({ temperature: 0.01 }))).code, 'usage');
});

test.run();
