import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openTensors, type Tensor, tf } from '../../tensors/index.js';
import { refused } from '../refused.js';
import { assertNear, type Inputs, normal, runKernel, type Values } from './compare.js';

const test = suite('einsum on wasm');
const wasm = openTensors({ backend: 'wasm' });

const sizes: Record<string, number> = { a: 2, b: 3, c: 4, d: 5, e: 2, n: 1, k: 40, l: 41 };
const sized = (labels: string) => [...labels].map((label) => sizes[label]!);
const terms = (equation: string) => equation.split('->')[0]!.split(',');
const operands = (equation: string) => terms(equation).map((labels, i) => normal(sized(labels), i + equation.length));
const equations = [
  ...['ab->ba', 'ab->a', 'ab->b', 'ab->', 'a->a', '->', 'abc->cb', 'abcde->eca', 'ab,bc,cb->a', 'abc,ad,b->dc'],
  ...['ab,bc->ac', 'ab,bc->ca', 'ba,bc->ac', 'a,b->ab', 'a,a->', 'ab,ab->a', 'ab,ab->ab', 'abc,abd->acd'],
  ...['abc,acd->abd', 'ab,cd->ac', 'ab,->ab', 'abc,dbc->da', 'abcd,eb->aecd', 'nab,nbc->nac', 'abc,abc->b'],
  ...['akl,alk->ak', 'bkl,bld->bkd'],
];

/** Einsum by its definition, in float64: the sum over all values of all letters. The cpu backend has no outer products. */
function summed(equation: string, xs: Values[]): number[] {
  const [left, right] = equation.split('->') as [string, string];
  const letters = [...new Set([...right, ...left.replaceAll(',', '')])];
  const at: Record<string, number> = {};
  const place = (labels: string) => [...labels].reduce((index, label) => index * sizes[label]! + at[label]!, 0);
  const sums = new Array<number>(sized(right).reduce((a, b) => a * b, 1)).fill(0);
  const walk = (depth: number): void => {
    const letter = letters[depth];
    if (letter === undefined) {
      sums[place(right)]! += terms(equation).reduce((value, labels, i) => value * xs[i]!.data[place(labels)]!, 1);
    } else {
      for (at[letter] = 0; at[letter] < sizes[letter]!; at[letter]++) walk(depth + 1);
    }
  };
  walk(0);
  return sums;
}

test('Einsum of one, two and three operands is that of its definition', () =>
  wasm.run(() => {
    for (const equation of equations) {
      const inputs = operands(equation);
      const { shape, data } = runKernel('Einsum', inputs as unknown as Inputs, { equation });
      assert.equal(shape, sized(equation.split('->')[1]!), equation);
      assertNear(equation, data, summed(equation, inputs), 1e-5);
    }
    const whole = tf.einsum(' ij, j -> i', tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32'), tf.tensor1d([5, 6], 'int32'));
    assert.is(whole.dtype, 'int32');
    assert.equal([...whole.dataSync()], [17, 39]);
  }));

test('Einsum refuses what it cannot read', () =>
  wasm.run(async () => {
    const x = tf.ones([2, 3]);
    for (const [equation, ...xs] of [
      ['ab', x],
      ['aa->a', x],
      ['ab->c', x],
      ['...->a', x],
      ['abc->a', x],
      ['a->a', x],
      ['ab,ab->a', x],
      ['ab->a', x, x],
      ['ab,bc->ac', x, x],
    ] as [string, ...Tensor[]][]) {
      await refused(() => tf.einsum(equation, ...xs));
    }
  }));

test.run();
