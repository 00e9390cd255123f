import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { resample } from '../../engine/picture-resample.js';
import type { Psi } from '../../engine/psi.js';
import { type LossFactory, l2, ofPictures } from '../../losses/index.js';
import type { RefineOptions } from '../../refine/index.js';
import { refused } from '../refused.js';
import { bits, init, run, runAny, scene, throughFile } from './runs.js';
import { COARSE, candidates, ITERATIONS, NEAR, strip, TWO, told } from './starts.js';

const test = suite('refine, candidates');

const go = async (options: RefineOptions) => runAny({ ...TWO, ...options }, undefined, { target: await strip() });
const alone = async (options: RefineOptions) => run({ ...TWO, ...options }, undefined, { target: await strip() });

test('the candidate of the lowest loss at the coarsest level is refined, as if it had been the only one', async () => {
  const several = await go({ init: candidates });
  const [start] = several.of('start');
  const { renderer } = await scene();
  const target = l2(resample(await strip(), COARSE.width, COARSE.height));
  const losses: number[] = [];
  for (const psi of candidates) {
    const { picture } = await renderer.forward({ ...psi, sampling: { ...psi.sampling, steps: COARSE.steps } }, COARSE);
    losses.push((await target.evaluate(picture, { seed: 0, iteration: ITERATIONS })).value);
  }
  assert.equal(
    start!.candidates,
    losses.map((loss) => ({ loss })),
  );
  assert.is(losses.indexOf(Math.min(...losses)), NEAR);
  assert.equal([start!.starts, start!.start, start!.from], [[NEAR], NEAR, 0]);
  assert.is(several.of('chosen').length, 0);

  const single = await alone({ init: candidates[NEAR]! });
  assert.equal([single.of('start')[0]!.candidates, single.of('start')[0]!.starts], [[{ loss: null }], [0]]);
  assert.equal(told(several, NEAR), told(single, 0));
  for (const { start } of several.of('iteration')) assert.is(start, NEAR);
  assert.equal(bits(several.done), bits(single.done));
  assert.equal([several.done.start, several.done.before.data], [NEAR, single.done.before.data]);
});

test('the chosen candidate goes on as if alone after a resume, too, and none is rendered for another choice', async () => {
  const whole = await go({ init: candidates });
  for (const checkpoint of whole.checkpoints) {
    const resumed = await go({ init: candidates, resume: throughFile(checkpoint) });
    assert.equal(resumed.of('start')[0]!.candidates, whole.of('start')[0]!.candidates);
    assert.equal(bits(resumed.done), bits(whole.done));
  }
});

test('a list of one Ψ is that Ψ, and its checkpoint too', async () => {
  const listed = await alone({ init: [init], iterations: 2 });
  const single = await alone({ init, iterations: 2 });
  assert.equal(bits(listed.done), bits(single.done));
  assert.equal(listed.checkpoints, single.checkpoints);
});

test('of equal candidates the first is chosen', async () => {
  const { of, done } = await go({
    init: [init, structuredClone(init), structuredClone(init)],
    starts: 2,
    iterations: 2,
  });
  assert.equal([of('start')[0]!.starts, of('chosen')[0]!.start, done.start], [[0, 1], 0, 0]);
});

test('a resume with another candidate, or in another order, is refused as another init', async () => {
  const { checkpoints } = await go({ init: candidates, iterations: 2 });
  const resume = throughFile(checkpoints[0]!);
  for (const [name, changed] of [
    ['init', { init: candidates.toReversed() }],
    ['init', { init: candidates[0]! }],
    ['starts', { init: candidates, starts: 2 }],
    ['free parameters', { init: candidates, freeze: ['density'] }],
  ] as const) {
    const error = await refused(() => go({ iterations: 2, resume, ...changed }));
    assert.equal([error.code, error.parts.where], ['usage', 'resume']);
    assert.ok(error.parts.expected.startsWith(`the checkpoint's ${name}, `), error.message);
  }
});

/** L2, but NaN where the first pixel is white. */
function afraidOfWhite(): RefineOptions {
  const factory: LossFactory = (of) => {
    const inner = l2(of);
    return {
      name: 'afraid',
      stochastic: false,
      async evaluate(picture, context) {
        const { value, gradient } = await inner.evaluate(picture, context);
        return { value: picture.data[0]! > 0.9 ? Number.NaN : value, gradient };
      },
    };
  };
  return { loss: 'afraid', losses: new Map([['afraid', ofPictures('', factory, { pairs: true })]]) };
}

test('a candidate whose loss is not finite comes last, and is refused by its number where it is begun from', async () => {
  const white: Psi = structuredClone(init);
  white.background.top = [1, 1, 1];
  white.background.bottom = [1, 1, 1];
  const { of, done, checkpoints } = await go({ ...afraidOfWhite(), init: [white, init], iterations: 2 });
  const [start] = of('start');
  assert.is(start!.candidates[0]!.loss, null);
  assert.equal([start!.starts, done.start], [[1], 1]);
  assert.is(throughFile(checkpoints[0]!).search.candidates[0], null);
  const error = await refused(() => go({ ...afraidOfWhite(), init: [white, init], starts: 2, iterations: 2 }));
  assert.equal([error.code, error.parts.where], ['bad-input', 'candidate 1 of 2']);
});

test.run();
