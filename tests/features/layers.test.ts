import { suite } from 'uvu';
import { type Block, convolution, kernel, relu, sequence } from '../../features/layers.js';
import { reflectionPadding, zeroPadding } from '../../features/padding.js';
import * as pooling from '../../features/pooling.js';
import { tf } from '../../tensors/index.js';
import { correlate, pad } from '../reference/losses/maps.js';
import * as tape from '../reference/losses/tape.js';
import { compareBlock, noise, type Size } from './compare.js';
import * as pools from './pools.js';

const test = suite('features/layers');

for (const { size, stride, shape } of [
  { size: 3, stride: 1, shape: [7, 6, 3] as Size },
  { size: 3, stride: 2, shape: [8, 9, 2] as Size },
  { size: 2, stride: 3, shape: [9, 7, 3] as Size },
  { size: 1, stride: 2, shape: [5, 6, 4] as Size },
]) {
  test(`convolution of ${size}×${size} at stride ${stride}`, async () => {
    const inputs = shape[2];
    const outputs = 5;
    const weights = noise([size * size, inputs, outputs], 1);
    const bias = noise([1, 1, outputs], 2);
    const make = (): Block =>
      convolution(kernel(tf.tensor4d(weights, [size, size, inputs, outputs]), tf.tensor1d(bias)), stride);
    const matrix = tape.constant(weights, [size * size * inputs, outputs]);
    await compareBlock('convolution', noise(shape, 3), shape, make, (map) =>
      tape.add(correlate(map, matrix, size, stride), tape.constant(bias)),
    );
  });
}

// Up to one pixel less than the shorter side, where both borders fold onto the same pixels.
for (const width of [0, 1, 3, 4]) {
  test(`borders of ${width}`, async () => {
    const shape: Size = [5, 7, 2];
    const map = noise(shape, 4);
    await compareBlock(
      'reflection',
      map,
      shape,
      () => reflectionPadding(width),
      (m) => pad(m, width, 'reflect'),
    );
    await compareBlock(
      'zeros',
      map,
      shape,
      () => zeroPadding(width),
      (m) => pad(m, width, 'zero'),
    );
  });
}

for (const windows of [
  { size: 2, stride: 2, ceil: false },
  { size: 2, stride: 2, ceil: true },
  { size: 2, stride: 1, ceil: false },
  { size: 3, stride: 2, ceil: false },
  { size: 3, stride: 2, ceil: true },
]) {
  const { size, stride, ceil } = windows;
  test(`pools of ${size}×${size} at stride ${stride}${ceil ? ', ceil' : ''}`, async () => {
    for (const shape of [
      [7, 5, 3],
      [6, 8, 2],
      [3, 4, 1],
    ] as Size[]) {
      const map = noise(shape, 5);
      // Many equal values, of which the first has the gradient.
      const flat = map.map((value) => Math.round(Math.max(0, value) * 2));
      for (const data of [map, flat]) {
        await compareBlock(
          'maximum',
          data,
          shape,
          () => pooling.maxPool(windows),
          (m) => pools.maxPool(m, windows),
        );
      }
      await compareBlock(
        'mean',
        map,
        shape,
        () => pooling.averagePool(windows),
        (m) => pools.averagePool(m, windows),
      );
    }
  });
}

test('one block after another', async () => {
  const shape: Size = [6, 5, 3];
  const weights = noise([9, 3, 4], 6);
  const make = () => sequence([reflectionPadding(1), convolution(kernel(tf.tensor4d(weights, [3, 3, 3, 4]))), relu]);
  const matrix = tape.constant(weights, [27, 4]);
  await compareBlock('sequence', noise(shape, 8), shape, make, (map) =>
    tape.relu(correlate(pad(map, 1, 'reflect'), matrix, 3)),
  );
});

test.run();
