import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { joinBatches, recoloured, type StyleBatch } from '../../../networks/style/index.js';
import { refused } from '../../refused.js';
import { toyBatch } from './toy.js';

const test = suite('networks/style/batch');

test('joined batches keep their pictures, and no style or cube is that of another batch', async () => {
  const [a, b] = [toyBatch(1, 3, 2, 2), toyBatch(2, 2, 2, 1)];
  const { size, pictures, style, cube } = joinBatches([a!, b!]);
  assert.is(size, 24);
  assert.equal(pictures, Float32Array.of(...a!.pictures, ...b!.pictures));
  assert.equal([...style], [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 4]);
  assert.equal([...cube], [0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 2, 3, 2, 3]);
  assert.is((await refused(() => joinBatches([a!, { ...b!, size: 12 }]))).code, 'usage');
});

test('recoloured pictures of a style are of one style, and those of others of others', () => {
  const size = 4;
  const plain = [0.2, 0.5, 0.8];
  const pictures = Float32Array.from({ length: 4 * size * size * 3 }, (_, i) => plain[i % 3]!);
  const batch = { size, pictures, style: Int32Array.of(0, 0, 1, 1), cube: Int32Array.of(0, 1, 0, 1) };
  const first = recoloured(batch, 1, 7);
  const colour = (of: StyleBatch, index: number) => [...of.pictures.subarray(index * 48, index * 48 + 3)];
  assert.equal(colour(first, 0), colour(first, 1));
  assert.equal(colour(first, 2), colour(first, 3));
  assert.not.equal(colour(first, 0), colour(first, 2));
  assert.ok(first.pictures.every((value) => value > 0 && value < 1));
  assert.equal(recoloured(batch, 1, 7), first);
  assert.not.equal(recoloured(batch, 1, 8), first);
});

test('some recoloured pictures are mirrored, whole', () => {
  const size = 3;
  // Each column has its own brightness.
  const pictures = Float32Array.from({ length: 16 * 27 }, (_, i) => ((Math.floor(i / 3) % 3) + 1) / 4);
  const labels = { style: new Int32Array(16), cube: new Int32Array(16) };
  const found = recoloured({ size, pictures, ...labels }, 3);
  const rising = Array.from({ length: 16 }, (_, i) => {
    const rows = [0, 1, 2].map((row) => found.pictures.subarray(i * 27 + row * 9, i * 27 + row * 9 + 9));
    assert.equal(rows[0], rows[2]);
    return rows[0]![0]! < rows[0]![6]!;
  });
  assert.is(new Set(rising).size, 2);
});

test.run();
