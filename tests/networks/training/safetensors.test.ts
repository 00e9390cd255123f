import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { halfBits } from '../../../networks/training/safetensors.js';

const test = suite('networks/training/safetensors');

test('half precision is rounded to the nearest', () => {
  const known: [number, number | undefined][] = [
    [0, 0],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 - 2 ** -12, 0x4000],
    [65504, 0x7bff],
    [65519.996, 0x7bff],
    [65520, undefined],
    [2 ** -14, 0x0400],
    [2 ** -24, 1],
    [2 ** -25, 0],
    [1023.6 * 2 ** -24, 0x0400],
    [Number.NaN, undefined],
  ];
  for (const [value, bits] of known) assert.is(halfBits(value), bits, `${value}`);
});

test.run();
