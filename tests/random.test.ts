import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../random.js';

const test = suite('random');

test('the same seed gives the same sequence, another seed another', () => {
  const draw = (...seed: number[]) => Array.from({ length: 8 }, seededRandom(...seed).uniform);
  assert.equal(draw(1, 2), draw(1, 2));
  assert.not.equal(draw(1, 2), draw(2, 1));
  assert.not.equal(draw(0), draw(1));
});

test('the normal has mean 0 and variance 1', () => {
  const random = seededRandom(3);
  const values = Array.from({ length: 20000 }, random.normal);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
  assert.ok(Math.abs(mean) < 0.03, `mean ${mean}`);
  assert.ok(Math.abs(variance - 1) < 0.05, `variance ${variance}`);
});

test.run();
