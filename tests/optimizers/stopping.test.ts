import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { anyOf, plateau, type StateData, type StoppingRule, target } from '../../optimizers/index.js';
import { seededRandom } from '../../random.js';

const test = suite('optimizers, stopping');

/** How many losses a rule saw when it stopped; null if it saw all of them and went on. */
function stopsAfter<S extends StateData>(
  rule: StoppingRule<S>,
  losses: number[],
  between = (state: S) => state,
): number | null {
  let state = rule.init();
  for (const [index, loss] of losses.entries()) {
    const result = rule.update(loss, between(state));
    if (result.stop) return index + 1;
    state = result.state;
  }
  return null;
}

const repeat = (count: number, loss: (i: number) => number) => Array.from({ length: count }, (_, i) => loss(i));
const exact = { smoothing: 0, relativeImprovement: 0.01 };

const rows: [name: string, rule: StoppingRule, losses: number[], expected: number | null][] = [
  [
    'a constant loss stops after the first and the patience',
    plateau({ patience: 5, ...exact }),
    repeat(20, () => 2),
    6,
  ],
  ['smoothing has no start-up of its own', plateau({ patience: 5 }), repeat(20, () => 2), 6],
  ['a loss of 0 can not improve', plateau({ patience: 3 }), repeat(20, () => 0), 4],
  ['a loss that falls goes on', plateau({ patience: 3, ...exact }), repeat(50, (i) => 0.95 ** i), null],
  ['a loss that falls below 0 goes on', plateau({ patience: 3, ...exact }), repeat(50, (i) => -(1.05 ** i)), null],
  ['small improvements add up', plateau({ patience: 5, ...exact }), repeat(50, (i) => 0.997 ** i), null],
  ['too small ones do not within the patience', plateau({ patience: 5, ...exact }), repeat(50, (i) => 0.999 ** i), 6],
  ['an improvement starts the wait anew', plateau({ patience: 3, ...exact }), [1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5], 7],
  ['a loss that rises stops', plateau({ patience: 4 }), repeat(50, (i) => 1 + i), 5],
  ['losses that are not finite are waited for', plateau({ patience: 3 }), [1, NaN, Infinity, NaN], 4],
  ['and are not averaged', plateau({ patience: 4, ...exact }), [1, NaN, 0.5, NaN, 0.2, NaN, 0.1], null],
  ['the target is reached', target({ below: 0.5 }), [1, 0.5, 0.49, 0.1], 3],
  ['the target is not reached', target({ below: 0.5 }), [1, 0.7, NaN], null],
  ['any: the plateau first', anyOf(plateau({ patience: 2 }), target({ below: 0.5 })), [1, 1, 1, 0], 3],
  ['any: the target first', anyOf(plateau({ patience: 9 }), target({ below: 0.5 })), [1, 1, 1, 0], 4],
];
for (const [name, rule, losses, expected] of rows) {
  test(name, () => assert.is(stopsAfter(rule, losses), expected));
  test(`${name}, with its state through JSON`, () => {
    assert.is(
      stopsAfter(rule, losses, (state) => JSON.parse(JSON.stringify(state))),
      expected,
    );
  });
}

test('smoothing sees the fall of a noisy loss and then its plateau', () => {
  const random = seededRandom(5);
  const losses = repeat(2000, (i) => (1 + Math.exp(-i / 100)) * (1 + 0.05 * random.normal()));
  const smooth = stopsAfter(plateau({ patience: 60, smoothing: 0.95 }), losses);
  assert.ok(smooth !== null && smooth > 250 && smooth < 900, `stopped after ${smooth}`);
});

test('update does not write to the state', () => {
  const rule = plateau({ patience: 3 });
  const state = Object.freeze(rule.update(2, Object.freeze(rule.init())).state);
  for (const loss of [1, 3, Number.NaN]) rule.update(loss, state);
  assert.equal(rule.update(2, Object.freeze(rule.init())).state, state);
});

test('wrong settings are refused', () => {
  for (const patience of [0, 1.5, Number.NaN]) assert.throws(() => plateau({ patience }), /patience/);
  assert.throws(() => plateau({ patience: 1, relativeImprovement: -1 }), /relativeImprovement/);
  assert.throws(() => plateau({ patience: 1, smoothing: 1 }), /smoothing/);
});

test.run();
