import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../../random.js';
import { assertClose, centralDifferences, randomPicture } from '../../losses/reference.js';
import { valueAndGradient } from './losses.js';
import { type NetworkStep, networkLayers, runNetwork } from './network.js';
import { constant, gradients, multiply, sum, variable } from './tape.js';

const test = suite('reference: losses, network');
const random = seededRandom(11);
const numbers = (length: number) => Array.from({ length }, () => random.between(-1, 1));

type Padding = 'zero' | 'reflect' | 'valid';
const conv = (inputs: number, outputs: number, padding: Padding, stride = 1): NetworkStep & { kind: 'conv' } => ({
  kind: 'conv',
  kernel: numbers(9 * inputs * outputs),
  bias: numbers(outputs),
  size: 3,
  inputs,
  outputs,
  padding,
  stride,
});

/** A convolution by its definition, one output at a time. */
function naiveConv(step: NetworkStep & { kind: 'conv' }, data: number[], height: number, width: number): number[] {
  const { kernel, bias, inputs, outputs, padding, stride = 1 } = step;
  const border = padding === 'valid' ? 0 : 1;
  const mirrored = (i: number, length: number) => (i < 0 ? -i : i >= length ? 2 * length - 2 - i : i);
  const at = (y: number, x: number, c: number) => {
    if (padding === 'reflect') return data[(mirrored(y, height) * width + mirrored(x, width)) * inputs + c]!;
    return y < 0 || x < 0 || y >= height || x >= width ? 0 : data[(y * width + x) * inputs + c]!;
  };
  const result: number[] = [];
  for (let y = -border; y + 3 <= height + border; y += stride) {
    for (let x = -border; x + 3 <= width + border; x += stride) {
      for (let o = 0; o < outputs; o++) {
        let total = bias[o]!;
        for (let tap = 0; tap < 9; tap++) {
          for (let c = 0; c < inputs; c++) {
            total += kernel[(tap * inputs + c) * outputs + o]! * at(y + Math.floor(tap / 3), x + (tap % 3), c);
          }
        }
        result.push(total);
      }
    }
  }
  return result;
}

for (const padding of ['zero', 'reflect', 'valid'] as const) {
  for (const stride of [1, 2]) {
    test(`a convolution, padding ${padding}, stride ${stride}`, () => {
      const step = conv(2, 3, padding, stride);
      const data = numbers(5 * 6 * 2);
      const [map] = runNetwork([step], constant(data, [5, 6, 2]));
      assertClose('conv', map!.data, naiveConv(step, data, 5, 6), { absolute: 1e-13 });
      const side = (length: number) => Math.floor((length - (padding === 'valid' ? 3 : 1)) / stride) + 1;
      assert.equal(map!.shape, [side(5), side(6), 3]);
    });
  }
}

test('pools, and what they make of an odd side', () => {
  const input = constant([1, 2, 3, 4, 5, 6, 7, 8, 0], [3, 3, 1]);
  const of = (kind: 'max-pool' | 'average-pool', rounding: 'floor' | 'ceil') => [
    ...runNetwork([{ kind, rounding }], input)[0]!.data,
  ];
  assert.equal(of('max-pool', 'floor'), [5]);
  assert.equal(of('max-pool', 'ceil'), [5, 6, 8, 0]);
  assert.equal(of('average-pool', 'floor'), [3]);
  assert.equal(of('average-pool', 'ceil'), [3, 4.5, 7.5, 0]);
});

test('affine', () => {
  const step: NetworkStep = { kind: 'affine', factor: [2, 3], offset: [10, 20] };
  assert.equal([...runNetwork([step], constant([1, 2, 3, 4], [1, 2, 2]))[0]!.data], [12, 26, 16, 32]);
});

test('the gradient through a network is that of central differences', () => {
  const pools = (['max-pool', 'average-pool'] as const).map((kind): NetworkStep => ({ kind, rounding: 'ceil' }));
  const affine: NetworkStep = { kind: 'affine', factor: numbers(3), offset: numbers(3) };
  const relu: NetworkStep = { kind: 'relu' };
  const steps = [affine, conv(3, 4, 'reflect'), relu, pools[0]!, conv(4, 4, 'zero'), relu, pools[1]!];
  const at = numbers(7 * 9 * 3);
  const [height, width] = [2, 3];
  const weights = constant(numbers(height * width * 4), [height, width, 4]);
  const out = (make: typeof constant, data: number[]) => {
    const input = make(data, [7, 9, 3]);
    return { input, total: sum(multiply(runNetwork(steps, input).at(-1)!, weights)) };
  };
  const { input, total } = out(variable, at);
  const numeric = centralDifferences((moved) => out(constant, moved).total.data[0]!, at, 1e-6);
  assertClose('network', gradients(total, [input])[0]!, numeric, { absolute: 1e-7 });
});

test('a loss of the layers of a network', () => {
  const steps = [conv(3, 4, 'zero'), { kind: 'relu' } as const, conv(4, 5, 'zero')];
  const layers = networkLayers(steps, [1, 2]);
  const of = (seed: number) => valueAndGradient('gram', randomPicture(8, 6, 1), randomPicture(8, 6, seed), { layers });
  assert.ok(of(2).value > 0 && of(2).gradient.some((g) => g !== 0), 'nothing is compared');
  assert.is(of(1).value, 0);
  assert.throws(() => networkLayers(steps, [3])(constant(numbers(75), [5, 5, 3])), /no step 3 among 3/);
});

test.run();
