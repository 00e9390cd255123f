import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { curveData, drawCurve } from '../../../networks/training/chart.js';
import type { TrainEvent } from '../../../networks/training/index.js';

const test = suite('networks/training/chart');

const validation = (step: number, figures: Record<string, number>): TrainEvent => ({
  type: 'validation',
  step,
  figures,
  score: 0,
  best: { step: 0, score: 0 },
  waited: 0,
});
const step = (step: number, loss: number): TrainEvent => ({
  type: 'step',
  step,
  loss,
  learningRate: 1,
  gradientNorm: 1,
  seconds: 1,
  waited: 0,
});
/** Texts of an SVG, in their order. */
const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);

test('losses are averaged from one validation to the next', () => {
  const events = [validation(0, { a: 1 }), step(0, 4), step(1, 2), validation(2, { a: 2 }), step(2, 1)];
  const { figures, loss } = curveData(events);
  assert.equal(loss, [
    { step: 0.5, value: 3 },
    { step: 2, value: 1 },
  ]);
  assert.equal(figures, [
    { step: 0, name: 'a', value: 1 },
    { step: 2, name: 'a', value: 2 },
  ]);
});

test('each figure has a line and its name; the axis of shares ends at 1, that of others with them', async () => {
  const shares = await drawCurve([
    validation(0, { 'a, x': 0.2, b: 0.3, c: 0.4 }),
    step(0, 3),
    validation(1, { b: 0.5 }),
  ]);
  assert.match(shares, /^<svg[\s\S]*<\/svg>\n$/);
  for (const text of ['validation', 'loss, training', 'a, x', 'b', 'c', '1.0'])
    assert.ok(texts(shares).includes(text), text);
  assert.is(shares.match(/class="mark-line/g)?.length, 3 + 1);
  const large = texts(await drawCurve([validation(0, { far: 40 }), validation(1, { far: 80 })]));
  assert.ok(large.includes('40') && large.includes('80'), large.join());
  assert.not.ok(large.includes('NaN'), large.join());
});

test('a training without validations has a chart', async () => {
  assert.match(await drawCurve([step(0, 1)]), /<\/svg>\n$/);
});

test.run();
