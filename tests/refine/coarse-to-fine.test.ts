import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Picture } from '../../engine/picture.js';
import { resample } from '../../engine/picture-resample.js';
import { freeParameters } from '../../engine/psi-parameters.js';
import { type Loss, type LossFactory, l2, ofPictures } from '../../losses/index.js';
import type { Checkpoint } from '../../refine/checkpoint.js';
import type { RefineEvent, RefineOptions } from '../../refine/index.js';
import { makePlan } from '../../refine/plan.js';
import { accept, backtrack, firstState, overshoots } from '../../refine/step.js';
import { refused } from '../refused.js';
import { bits, init, run as runOf, scene, stateOf, throughFile } from './runs.js';

const test = suite('refine, coarse to fine');

const COARSE = { width: 48, height: 12, steps: 32 };
const FULL = { width: 96, height: 24, steps: 40 };
const SIZE = { width: FULL.width, height: FULL.height };
const start = structuredClone(init);
start.sampling.steps = FULL.steps;
/** Four iterations at 48 pixels, of which Adam does three if the loss is the same at each, and three at 96. */
const TWO = { init: start, size: 96, levels: 2, iterations: 7, checkpointEvery: 1 };
const BOTH: [what: string, loss: string][] = [
  ['L-BFGS', 'l2'],
  ['Adam', 'swd:1,l2:0.3'],
];

/** The scene's target, but a strip: enough for two levels, and few pixels. */
async function strip(): Promise<Picture> {
  return resample((await scene()).target, FULL.width, FULL.height);
}

const run = async (options: RefineOptions, see?: (event: RefineEvent) => void) =>
  runOf(options, see, { target: await strip() });

/** The run of TWO, by its loss, that others are compared with. */
const wholes = new Map<string, ReturnType<typeof run>>();
function whole(loss: string) {
  const made = wholes.get(loss) ?? run({ ...TWO, loss });
  wholes.set(loss, made);
  return made;
}

const levelsOf = (events: readonly { level: number }[]) => events.map(({ level }) => level).join('');

/** A loss named 'made' that is `change` made of L2's, for the target of each level. */
function made(change: (inner: Loss, width: number) => Loss['evaluate'], stochastic = false): RefineOptions {
  const factory: LossFactory = (of) => ({ name: 'made', stochastic, evaluate: change(l2(of), of.width) });
  return { ...TWO, loss: 'made', losses: new Map([['made', ofPictures('', factory, { pairs: true })]]) };
}

test('a run begins small and ends at the full size, and says so', async () => {
  const { of, done, states } = await whole('l2');
  const [first] = of('start');
  assert.equal(first!.levels, [
    { ...COARSE, until: 4 },
    { ...FULL, until: 7 },
  ]);
  assert.equal([first!.width, first!.height, first!.steps], [96, 24, 40]);
  const iterations = of('iteration');
  assert.is(levelsOf(iterations), '0000111');
  for (const { level, width, height, steps } of iterations) {
    assert.equal({ width, height, steps }, level === 0 ? COARSE : FULL);
  }
  assert.is(levelsOf(states), '0001111');
  assert.equal([done.picture.width, done.picture.height, done.psi.sampling], [96, 24, start.sampling]);

  const { renderer } = await scene();
  const target = await strip();
  const parameters = freeParameters(start);
  for (const { iteration, loss, width, height, steps } of [iterations[0]!, iterations[4]!]) {
    const reals = iteration === 0 ? parameters.start : Float64Array.from(states[3]!.reals);
    const psi = parameters.toPsi(reals);
    const sampled = { ...psi, sampling: { ...psi.sampling, steps } };
    const { picture } = await renderer.forward(sampled, { width, height }, { held: true });
    const { value } = await l2(resample(target, width, height)).evaluate(picture, { seed: 0, iteration });
    assert.is(loss, value, `iteration ${iteration} compares with the target at its level's size`);
  }
  const { value: before } = await l2(target).evaluate(first!.before, { seed: 0, iteration: 0 });
  assert.is(first!.beforeLoss, before);
  assert.ok(done.loss < before / 2, `from ${before} to ${done.loss}`);
});

test('a Ψ that leaves the number of steps open still does', async () => {
  const open = structuredClone(start);
  open.sampling = { ...open.sampling, steps: null };
  const { of, done } = await run({ ...TWO, init: open, iterations: 2 });
  // The diagonal of the cube's 16³ voxels.
  assert.equal(
    of('iteration').map(({ steps }) => steps),
    [28, 28],
  );
  assert.equal(done.psi.sampling, open.sampling);
});

for (const [what, loss] of BOTH) {
  test(`a run resumed at any iteration, on either side of a change of levels, ends in the same bits: ${what}`, async () => {
    const uncut = await whole(loss);
    const told = ({ of }: typeof uncut) => of('iteration').map(({ seconds: _, ...event }) => event);
    // Before the last iteration of the coarse level, after it, and within the full size.
    for (const checkpoint of uncut.checkpoints.slice(2, 5)) {
      const resumed = await run({ ...TWO, loss, resume: throughFile(checkpoint) });
      const { iteration } = stateOf(checkpoint);
      assert.equal(
        told(resumed),
        told(uncut).filter((event) => event.iteration >= iteration),
      );
      assert.equal(bits(resumed.done), bits(uncut.done), `from ${iteration}`);
    }
  });

  test(`a run aborted at a coarse level ends with the full picture and its loss, and resumes: ${what}`, async () => {
    const uncut = await whole(loss);
    for (const at of [1, 3]) {
      const controller = new AbortController();
      const aborted = await run({ ...TWO, loss, signal: controller.signal }, (event) => {
        if (event.type === 'iteration' && event.iteration === at) controller.abort();
      });
      const { done } = aborted;
      assert.equal([done.reason, done.iterations, done.picture.width], ['aborted', at + 1, 96]);
      assert.ok(done.loss < aborted.of('start')[0]!.beforeLoss, `${done.loss} after ${at + 1}`);
      assert.equal(done.psi.sampling, start.sampling);
      const resumed = await run({ ...TWO, loss, resume: throughFile(aborted.checkpoints.at(-1)!) });
      assert.equal(bits(resumed.done), bits(uncut.done));
    }
  });
}

test('a resume with other levels is refused by their name', async () => {
  const { checkpoints } = await run({ ...TWO, iterations: 2 });
  const resume = throughFile(checkpoints[0]!);
  const error = await refused(() => run({ ...TWO, iterations: 2, levels: 1, resume }));
  assert.equal([error.code, error.parts.where], ['usage', 'resume']);
  assert.match(error.parts.expected, /levels, 48×12×32 until 1, 96×24×40 until 2/);
});

for (const stochastic of [true, false]) {
  test(`a plateau at a coarse level leads to the next, ${stochastic ? "Adam's" : "L-BFGS's"}`, async () => {
    const flat = made(
      (inner, width) => (picture, context) =>
        width === 48 ? { value: 1, gradient: new Float32Array(picture.data.length) } : inner.evaluate(picture, context),
      stochastic,
    );
    const upTo = (last: number, resume?: Checkpoint) => {
      const controller = new AbortController();
      return run({ ...flat, iterations: 20, resume, signal: controller.signal }, (event) => {
        if (event.type === 'iteration' && event.iteration === last) controller.abort();
      });
    };
    // L-BFGS begins at iteration 6, and the full size at 14. Two losses before a plateau:
    const resume = throughFile((await upTo(6)).checkpoints.at(-1)!);
    stateOf(resume).stopping.waited = 58;
    const { of } = await upTo(10, resume);
    assert.equal(
      of('iteration').map(({ iteration, level }) => [iteration, level]),
      [
        [7, 0],
        [8, 0],
        [9, 1],
        [10, 1],
      ],
    );
  });
}

for (const [what, offset] of [
  ['higher', 100],
  ['lower', -100],
] as const) {
  test(`losses that are ${what} at the full size are not compared with those of a coarse level`, async () => {
    const shifted = made((inner, width) => async (picture, context) => {
      const { value, gradient } = await inner.evaluate(picture, context);
      return { value: value + 200 + (width === 96 ? offset : 0), gradient };
    });
    const { of, done, states } = await run(shifted);
    const plain = await whole('l2');
    const near = (loss: number) => loss > 200 + offset && loss < 201 + offset;
    for (const event of of('iteration').slice(4)) assert.ok(near(event.best), `${event.best}`);
    assert.ok(of('iteration')[4]!.accepted, 'the first step at a level need not descend');
    assert.ok(near(states[4]!.accepted!.loss) && near(done.loss));
    // Sums with 200 round away what Armijo's condition sees, so no more than the order of the descent is the same.
    assert.ok(done.loss - 200 - offset < 2 * plain.done.loss, `${done.loss}, plain ${plain.done.loss}`);
  });
}

test('a run aborted as a level begins ends with the last point that was evaluated, if that is the better one', async () => {
  // At the full size: the start's picture, the last point's, and that of the step from there.
  const values = [2, 0, 1];
  const told = made(
    (inner, width) => async (picture, context) => {
      const { value, gradient } = await inner.evaluate(picture, context);
      return { value: width === 96 ? values.shift()! : value, gradient };
    },
    true,
  );
  const controller = new AbortController();
  const { done, states } = await run({ ...told, signal: controller.signal }, (event) => {
    if (event.type === 'iteration' && event.iteration === 3) controller.abort();
  });
  const { level, accepted, reals } = states.at(-1)!;
  assert.is(level, 1);
  assert.is.not(reals, accepted!.reals);
  assert.equal([done.loss, values], [0, []]);
  assert.equal(done.psi, freeParameters(start).toPsi(Float64Array.from(accepted!.reals)));
});

test('a picture that goes wrong at the first full-size iteration is a step to cut, not a wrong input', async () => {
  let left = 2;
  const faulty = made((inner, width) => async (picture, context) => {
    const { value, gradient } = await inner.evaluate(picture, context);
    const wrong = width === 96 && context.iteration === 4 && left-- > 0;
    return { value: wrong ? Number.NaN : value, gradient };
  });
  const { of, done } = await run(faulty);
  assert.equal(
    of('rejected').map(({ iteration, stepScale }) => [iteration, stepScale]),
    [
      [4, 0.5],
      [4, 0.25],
    ],
  );
  assert.equal([done.reason, done.iterations], ['iterations', 7]);
});

test('one level is the loop without levels, to the bit', async () => {
  const { states, of } = await run({ ...TWO, levels: 1, loss: 'l2' });
  assert.is(levelsOf(of('iteration')), '0000000');
  const { renderer } = await scene();
  const loss = l2(await strip());
  const parameters = freeParameters(start);
  const plan = makePlan(7, 0.1, false);
  let state = firstState(parameters, plan);
  for (const saved of states) {
    const point = Float64Array.from(state.reals);
    const frame = await renderer.forward(parameters.toPsi(point), SIZE, { held: true });
    const { value, gradient: upstream } = await loss.evaluate(frame.picture, { seed: 0, iteration: state.iteration });
    const natural = await renderer.adjoint(frame, upstream, parameters.paths);
    const evaluation = { loss: value, gradient: parameters.pullback(point, natural) };
    const tooFar = overshoots(state, evaluation);
    state = tooFar ? backtrack(state, parameters, plan) : accept(state, evaluation, parameters, plan);
    assert.equal(saved, state);
  }
});

test.run();
