import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { constant, cosineDecay, exponentialDecay, warmupCosine } from '../../optimizers/index.js';

const test = suite('optimizers, schedules');

const cosine = cosineDecay(0.4, 100, 0.25);
const warm = warmupCosine({ init: 0.1, peak: 0.5, warmupSteps: 10, steps: 110, end: 0.02 });
const decay = exponentialDecay(0.8, 10, 0.5);

const rows: [name: string, found: number, expected: number][] = [
  ['constant', constant(0.3)(1e9), 0.3],
  ['cosine, first', cosine(0), 0.4],
  ['cosine, half', cosine(50), 0.25],
  ['cosine, last', cosine(100), 0.1],
  ['cosine, after', cosine(1e6), 0.1],
  ['cosine to 0', cosineDecay(0.4, 100)(100), 0],
  ['warm-up, first', warm(0), 0.1],
  ['warm-up, half', warm(5), 0.3],
  ['warm-up, peak', warm(10), 0.5],
  ['warm-up, half of the decay', warm(60), 0.26],
  ['warm-up, last', warm(110), 0.02],
  ['warm-up, after', warm(1e6), 0.02],
  ['no warm-up', warmupCosine({ peak: 0.5, warmupSteps: 0, steps: 10 })(0), 0.5],
  ['exponential, first', decay(0), 0.8],
  ['exponential, once', decay(10), 0.4],
  ['exponential, between', decay(5), 0.8 * Math.SQRT1_2],
  ['exponential, three times', decay(30), 0.1],
];
for (const [name, found, expected] of rows) {
  test(name, () => assert.ok(Math.abs(found - expected) < 1e-15, `${found}, expected ${expected}`));
}

test('a decay never rises', () => {
  for (const [name, schedule, start] of [
    ['cosine', cosine, 0],
    ['warm-up', warm, 10],
    ['exponential', decay, 0],
  ] as const) {
    for (let step = start; step < 130; step++) {
      assert.ok(schedule(step + 1) <= schedule(step), `${name} rises after step ${step}`);
    }
  }
});

test('wrong lengths and rates are refused', () => {
  assert.throws(() => cosineDecay(1, 0), /steps/);
  assert.throws(() => warmupCosine({ peak: 1, warmupSteps: 10, steps: 10 }), /more than the 10 steps/);
  assert.throws(() => warmupCosine({ peak: 1, warmupSteps: -1, steps: 10 }), /warmupSteps/);
  assert.throws(() => exponentialDecay(1, -1, 0.5), /steps/);
  assert.throws(() => exponentialDecay(1, 10, 0), /rate/);
});

test.run();
