import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { freeParameters } from '../../engine/psi-parameters.js';
import type { RefineState } from '../../refine/checkpoint.js';
import { ascend, type Level, MOST_LEVELS, makeLevels } from '../../refine/levels.js';
import { makePlan } from '../../refine/plan.js';
import { accept, firstState, overshoots, reject, stoppingRule } from '../../refine/step.js';
import { richPsi } from '../reference/scenes.js';

const test = suite('refine, levels');

const wanted = { count: 2, iterations: 100, target: { width: 400, height: 200 }, longest: 192, steps: 128 };
const asText = (levels: readonly Level[]) =>
  levels.map(({ width, height, steps, until }) => `${width}×${height}×${steps} <${until}`).join(' ');

const plans: [what: string, options: Partial<typeof wanted>, levels: string][] = [
  ['one level is the full size', { count: 1 }, '192×96×128 <100'],
  ['a level has half the size and half the steps of the next', {}, '96×48×64 <70 192×96×128 <100'],
  ['so has each of three', { count: 3 }, '48×24×32 <35 96×48×64 <70 192×96×128 <100'],
  ['odd numbers are rounded', { longest: 99, steps: 99 }, '50×25×50 <70 99×50×99 <100'],
  ['the longer side is the one that counts', { target: { width: 10, height: 30 } }, '32×96×64 <70 64×192×128 <100'],
  ['no picture is under 48 pixels', { longest: 96 }, '48×24×64 <70 96×48×128 <100'],
  ['nor is the shorter side under 12', { target: { width: 400, height: 30 } }, '192×14×128 <100'],
  ['a level that would be is left out', { longest: 95 }, '95×48×128 <100'],
  ['and the others have its iterations', { count: 8 }, '48×24×32 <35 96×48×64 <70 192×96×128 <100'],
  ['a size that is itself under 48 pixels stays', { longest: 5 }, '5×3×128 <100'],
  ['no ray has under 32 samples', { count: 3, steps: 63 }, '48×24×32 <35 96×48×32 <70 192×96×63 <100'],
  ['unless at the full size, too', { steps: 16 }, '96×48×16 <70 192×96×16 <100'],
  ['no iteration leaves the full size', { iterations: 0 }, '192×96×128 <0'],
  ['so does one', { iterations: 1 }, '192×96×128 <1'],
  ['of two each level has one', { iterations: 2 }, '96×48×64 <1 192×96×128 <2'],
  ['a level without iterations is left out', { count: 3, iterations: 2 }, '96×48×64 <1 192×96×128 <2'],
];
for (const [what, options, levels] of plans) {
  test(`${what}: ${JSON.stringify(options)}`, () => assert.is(asText(makeLevels({ ...wanted, ...options })), levels));
}

test('whatever is asked for, each level is larger and later than the one before, and the last is the full size', () => {
  for (const longest of [1, 47, 96, 191, 192, 193, 8192]) {
    for (const iterations of [0, 1, 2, 3, 7, 150]) {
      for (let count = 1; count <= MOST_LEVELS; count++) {
        const levels = makeLevels({ ...wanted, count, iterations, longest });
        const what = `${count} levels of ${iterations} iterations up to ${longest}: ${asText(levels)}`;
        assert.ok(levels.length >= 1 && levels.length <= count, what);
        assert.equal({ ...levels.at(-1) }, { ...makeLevels({ ...wanted, count: 1, iterations, longest })[0] }, what);
        for (const [l, level] of levels.slice(1).entries()) {
          assert.ok(level.until > levels[l]!.until && levels[l]!.until > 0, what);
          assert.ok(level.width > levels[l]!.width && level.height > levels[l]!.height, what);
        }
      }
    }
  }
  assert.is(makeLevels({ ...wanted, count: MOST_LEVELS, longest: 8192 }).length, MOST_LEVELS);
  assert.is(
    makeLevels({ ...wanted, count: MOST_LEVELS + 1, longest: 8192 }).length,
    MOST_LEVELS,
    'no more are possible',
  );
});

const parameters = freeParameters(richPsi(), ['tone']);
const gradient = Float64Array.of(1, -2, 3, -4, 5);
const levels: Level[] = [
  { width: 2, height: 2, steps: 2, until: 4 },
  { width: 4, height: 4, steps: 4, until: 6 },
  { width: 8, height: 8, steps: 8, until: 9 },
];
const adamOnly = makePlan(9, 0.1, true);
/** Adam does the first three iterations. */
const polished = makePlan(9, 0.1, false);

/** The state after so many iterations of level 0, each of which lowered the loss a little. */
function after(iterations: number, plan: typeof polished): RefineState {
  let state = firstState(parameters, plan);
  for (let i = 0; i < iterations; i++) {
    state = accept(state, { loss: 2 - i / 10, gradient: gradient.map((g) => g * 0.8 ** i) }, parameters, plan);
  }
  return state;
}

test('a level goes on until its iterations are over', () => {
  for (const plan of [adamOnly, polished]) {
    const before = after(3, plan);
    assert.is(ascend(before, levels, plan), before);
    assert.is(ascend(after(4, plan), levels, plan).level, 1);
    const within = { ...after(5, plan), level: 1 };
    assert.is(ascend(within, levels, plan), within);
    assert.is(ascend({ ...after(6, plan), level: 1 }, levels, plan).level, 2);
  }
});

test('a plateau ends a level early, and at the last level the run', () => {
  for (const plan of [adamOnly, polished]) {
    const flat: RefineState = { ...after(2, plan), stopped: 'plateau' };
    const next = ascend(flat, levels, plan);
    assert.equal([next.level, next.stopped, next.iteration], [1, null, 2]);
    assert.is(ascend(next, levels, plan), next, 'the next level has the iterations that are left of both');
    const last = { ...flat, level: 2 };
    assert.is(ascend(last, levels, plan), last);
  }
});

test('at a new level everything that compares losses begins anew, and Adam goes on', () => {
  const before = after(4, adamOnly);
  const next = ascend(before, levels, adamOnly);
  assert.equal([next.best, next.stopping], [null, stoppingRule.init()]);
  assert.equal([next.reals, next.optimizer.adam], [before.reals, before.optimizer.adam]);
  assert.equal([next.iteration, next.stepScale], [before.iteration, before.stepScale]);
  const higher = accept(next, { loss: 50, gradient }, parameters, adamOnly);
  assert.equal(higher.best, { loss: 50, reals: before.reals });
  assert.is(higher.stopping.best, 50);
});

test('L-BFGS forgets, and goes on from the last point that was accepted', () => {
  const before = after(4, polished);
  assert.ok(before.accepted!.slope! < 0 && before.optimizer.lbfgs.previous !== null);
  assert.ok(overshoots(before, { loss: 50, gradient }));
  const next = ascend(before, levels, polished);
  assert.equal(next.reals, before.accepted!.reals);
  assert.is.not(next.reals, before.reals);
  assert.equal(next.optimizer.lbfgs, { previous: null, pairs: [] });
  assert.is(overshoots(next, { loss: 50, gradient }), false, 'a loss of another level is no bound');
  const { accepted } = accept(next, { loss: 50, gradient }, parameters, polished);
  assert.equal([accepted!.loss, accepted!.reals], [50, before.accepted!.reals]);
  assert.ok(accepted!.slope! < 0);

  // The last of Adam's steps need not descend, and is followed.
  const switching = { ...after(3, polished), iteration: 4 };
  assert.equal(ascend(switching, levels, polished).reals, switching.reals);
});

test('a new level whose first picture is not finite takes back half of the step that led there', () => {
  for (const plan of [adamOnly, polished]) {
    const before = after(4, plan);
    const { reals, updates } = before.accepted!;
    const next = reject(ascend(before, levels, plan), 'the loss is NaN', parameters);
    assert.equal(next.reals, [...parameters.project(Float64Array.from(reals, (real, i) => real + updates[i]! / 2))]);
    assert.equal([next.level, next.stepScale, next.accepted!.slope], [1, 0.5, null]);
  }
});

test.run();
