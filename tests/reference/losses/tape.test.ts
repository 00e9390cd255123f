import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../../random.js';
import { assertClose, centralDifferences } from '../../losses/reference.js';
import * as maps from './maps.js';
import * as tape from './tape.js';

const test = suite('reference: losses, tape');

type Shape = readonly number[];
const size = (shape: Shape) => shape.reduce((product, length) => product * length, 1);

/** Each primitive, of operands with these shapes and entries in [low, high]. */
const primitives: { name: string; of: (...values: tape.Value[]) => tape.Value; shapes: Shape[]; low?: number }[] = [
  {
    name: 'add',
    of: tape.add,
    shapes: [
      [3, 4],
      [3, 4],
    ],
  },
  { name: 'add, a row', of: tape.add, shapes: [[3, 4], [4]] },
  {
    name: 'subtract',
    of: tape.subtract,
    shapes: [
      [3, 4],
      [3, 4],
    ],
  },
  { name: 'subtract, a scalar', of: tape.subtract, shapes: [[3, 4], []] },
  {
    name: 'multiply',
    of: tape.multiply,
    shapes: [
      [3, 4],
      [3, 4],
    ],
  },
  {
    name: 'multiply, a row',
    of: tape.multiply,
    shapes: [
      [2, 3, 4],
      [3, 4],
    ],
  },
  {
    name: 'divide',
    of: tape.divide,
    shapes: [
      [3, 4],
      [3, 4],
    ],
    low: 0.5,
  },
  { name: 'divide, a row', of: tape.divide, shapes: [[3, 4], [4]], low: 0.5 },
  { name: 'scale', of: (a) => tape.scale(a, -1.7), shapes: [[5]] },
  { name: 'shift', of: (a) => tape.shift(a, 0.3), shapes: [[5]] },
  { name: 'square', of: tape.square, shapes: [[5]] },
  { name: 'sqrt', of: tape.sqrt, shapes: [[5]], low: 0.5 },
  { name: 'exp', of: tape.exp, shapes: [[5]] },
  { name: 'power', of: (a) => tape.power(a, 0.3), shapes: [[5]], low: 0.5 },
  { name: 'maximum', of: (a) => tape.maximum(a, 0.2), shapes: [[20]] },
  { name: 'relu', of: tape.relu, shapes: [[20]] },
  { name: 'sum', of: tape.sum, shapes: [[2, 3]] },
  { name: 'mean', of: tape.mean, shapes: [[2, 3]] },
  { name: 'reshape', of: (a) => tape.reshape(a, [3, 2]), shapes: [[2, 3]] },
  { name: 'gather', of: (a) => tape.gather(a, [4, 0, -1, 4, 2, 4], [2, 3]), shapes: [[5]] },
  { name: 'concatenate', of: (a, b) => tape.concatenate([a, b, a], [14]), shapes: [[5], [2, 2]] },
  {
    name: 'product',
    of: tape.product,
    shapes: [
      [3, 4],
      [4, 2],
    ],
  },
  { name: 'product with itself', of: (a) => tape.product(a, a), shapes: [[3, 3]] },
  { name: 'transpose', of: tape.transpose, shapes: [[3, 4]] },
  { name: 'an operand twice', of: (a) => tape.multiply(tape.add(a, a), a), shapes: [[5]] },
  { name: 'columnMeans', of: maps.columnMeans, shapes: [[4, 3]] },
  {
    name: 'besides',
    of: (a, b) => maps.besides([a, b, a]),
    shapes: [
      [4, 3],
      [4, 1],
    ],
  },
  { name: 'crop', of: (a) => maps.crop(a, 1, 2, 3, 2), shapes: [[5, 4, 2]] },
  { name: 'pad, reflect', of: (a) => maps.pad(a, 2, 'reflect'), shapes: [[3, 4, 2]] },
  { name: 'pad, zero', of: (a) => maps.pad(a, 2, 'zero'), shapes: [[3, 4, 2]] },
  { name: 'patches', of: (a) => maps.patches(a, 3, 2), shapes: [[6, 5, 2]] },
  {
    name: 'correlate',
    of: (a, b) => maps.correlate(a, b, 2),
    shapes: [
      [4, 3, 2],
      [8, 3],
    ],
  },
  { name: 'correlateEach', of: (a) => maps.correlateEach(a, [1, -2, 3, 0.5], 2), shapes: [[4, 3, 2]] },
  { name: 'averagePool', of: (a) => maps.averagePool(a, 2), shapes: [[5, 4, 2]] },
];

for (const { name, of, shapes, low = -1 } of primitives) {
  test(`the gradient of ${name} is that of central differences`, () => {
    const random = seededRandom(7, name.length);
    const operands = shapes.map((shape) => Array.from({ length: size(shape) }, () => random.between(low, 1.5)));
    const count = of(...operands.map((entries, i) => tape.constant(entries, shapes[i]!))).data.length;
    const weights = tape.constant(Array.from({ length: count }, () => random.between(-1, 1)));
    const weigh = (result: tape.Value) => tape.sum(tape.multiply(tape.reshape(result, [count]), weights));

    const variables = operands.map((entries, i) => tape.variable(entries, shapes[i]!));
    const found = tape.gradients(weigh(of(...variables)), variables);
    operands.forEach((at, moving) => {
      const value = (moved: number[]) => {
        const values = operands.map((entries, i) => tape.constant(i === moving ? moved : entries, shapes[i]!));
        return weigh(of(...values)).data[0]!;
      };
      const numeric = centralDifferences(value, at, 1e-5);
      assertClose(`${name}, operand ${moving}`, found[moving]!, numeric, { absolute: 1e-8, relative: 1e-8 });
    });
  });
}

test('the values of primitives are those of their names', () => {
  const a = tape.constant([1, 2, 3, 4, 5, 6], [2, 3]);
  const data = (value: tape.Value) => [...value.data];
  assert.equal(data(tape.add(a, tape.constant([10, 20, 30]))), [11, 22, 33, 14, 25, 36]);
  assert.equal(data(tape.divide(a, tape.constant([2], []))), [0.5, 1, 1.5, 2, 2.5, 3]);
  assert.equal(data(tape.product(a, tape.transpose(a))), [14, 32, 32, 77]);
  assert.equal(data(tape.gather(a, [5, -1, 0])), [6, 0, 1]);
  assert.equal(data(maps.columnMeans(a)), [2.5, 3.5, 4.5]);
  assert.equal(data(maps.besides([a, tape.constant([7, 8], [2, 1])])), [1, 2, 3, 7, 4, 5, 6, 8]);
  const map = tape.constant([1, 2, 3, 4, 5, 6], [2, 3, 1]);
  assert.equal(data(maps.pad(map, 1, 'reflect')), [5, 4, 5, 6, 5, 2, 1, 2, 3, 2, 5, 4, 5, 6, 5, 2, 1, 2, 3, 2]);
  assert.equal(data(maps.pad(map, 1, 'zero')).slice(4, 12), [0, 0, 1, 2, 3, 0, 0, 4]);
  assert.equal(data(maps.crop(map, 0, 1, 2, 2)), [2, 3, 5, 6]);
  assert.equal(data(maps.patches(map, 2)), [1, 2, 4, 5, 2, 3, 5, 6]);
  assert.equal(data(maps.correlateEach(map, [1, 10, 100, 1000], 2)), [5421, 6532]);
  assert.equal(data(maps.averagePool(map, 2)), [3]);
});

test('on the kink of maximum the gradient is 0', () => {
  const x = tape.variable([-1, 0, 1]);
  assert.equal([...tape.gradients(tape.sum(tape.relu(x)), [x])[0]!], [0, 0, 1]);
});

test('what the output does not depend on has gradient 0, and shapes that do not fit are refused', () => {
  const [x, y] = [tape.variable([1, 2]), tape.variable([3])];
  assert.equal([...tape.gradients(tape.sum(x), [x, y])[1]!], [0]);
  assert.throws(() => tape.gradients(x, [x]), /expected a scalar/);
  assert.throws(() => tape.add(y, x), /not the last part/);
  assert.throws(() => tape.gather(x, [2]), /no entry 2 among 2/);
  assert.throws(() => tape.product(x, y), /expected a matrix/);
});

test.run();
