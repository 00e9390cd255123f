import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { colourJittered } from '../../../networks/style/colour-jitter.js';
import { assertClose } from '../../reference/assert-close.js';
import { toyBatch } from './toy.js';

const test = suite('networks/style/colour-jitter');
const batch = toyBatch(3, 4, 1, 2);
const numbers = 3 * batch.size ** 2;
const picture = (pictures: Float32Array, index: number) => pictures.subarray(index * numbers, (index + 1) * numbers);

test('of strength 0 it changes nothing; the same seed draws the same', () => {
  const clamped = batch.pictures.map((value) => Math.min(1, value));
  assertClose(colourJittered(batch, 0, 1).pictures, clamped, 1e-6, 'pictures');
  assert.equal(colourJittered(batch, 1, 1), colourJittered(batch, 1, 1));
  assert.not.equal(colourJittered(batch, 1, 1).pictures, colourJittered(batch, 1, 2).pictures);
});

test('every picture goes its own way; greys stay grey, and no further than was said', () => {
  const grey = { ...batch, pictures: new Float32Array(batch.pictures.length).fill(0.5) };
  const { pictures, style } = colourJittered(grey, 1, 1);
  const levels = new Set<number>();
  for (const index of style.keys()) {
    const [r, g, b] = picture(pictures, index);
    assertClose([g!, b!], [r!, r!], 1e-6, 'a grey');
    // 0.5 to the power of 2^±0.2, times 2^±0.2.
    assert.ok(r! > 0.5 ** (2 ** 0.2) / 2 ** 0.2 && r! < 0.5 ** (2 ** -0.2) * 2 ** 0.2, `${r}`);
    levels.add(r!);
  }
  assert.is(levels.size, style.length);
});

test.run();
