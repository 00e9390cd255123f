import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { VoxstyleError } from '../../../errors.js';
import {
  encodeCheckpoint,
  type Learner,
  parseCheckpoint,
  type TrainOptions,
  train,
} from '../../../networks/training/index.js';
import { constant } from '../../../optimizers/index.js';
import { refused } from '../../refused.js';
import { collect, done, last, only, types, until } from './events.js';
import { lineLearner, type Points } from './line.js';

const test = suite('networks/training/train');

const line = lineLearner();
const quick = { steps: 12, validateEvery: 4, learningRate: constant(1e-3) } satisfies TrainOptions;
const trained = (change: Partial<Learner<Points>>, options: TrainOptions = {}) =>
  collect(train(lineLearner(change), { ...quick, ...options }));

test('a line is found, and its best weights are handed over', async () => {
  const events = await collect(train(line, { steps: 400, validateEvery: 100, learningRate: constant(0.01) }));
  const [slope, height] = done(events).weights;
  assert.ok(Math.abs(slope! - 0.7) < 0.02 && Math.abs(height! + 0.4) < 0.02, `${slope}, ${height}`);
  const { best, figures, score } = only(events, 'validation').at(-1)!;
  assert.equal(done(events).best, best);
  assert.is(figures['mean square'], -score);
});

test('events come in order', async () => {
  const events = await collect(train(line, quick));
  const round = 'validation checkpoint';
  const steps = 'step step step step';
  assert.is(types(events), `start ${round} ${steps} ${round} ${steps} ${round} ${steps} ${round} done`);
  const start = { backend: 'none', objective: 'squares', parameters: 2, steps: 12, seed: 1, from: 0 };
  assert.equal(events[0], { type: 'start', ...start });
  assert.equal(done(events).best, only(events, 'validation').at(-1)!.best);
  assert.is(done(events).reason, 'steps');
});

test('a training that was aborted and resumed ends with the same bytes as one that wasn’t', async () => {
  for (const prefetch of [true, false]) {
    const options = { ...quick, prefetch };
    const whole = await collect(train(line, options));
    // Between two validations, and where one was due.
    for (const at of [5, 7]) {
      const first = await until(at, (signal) => train(line, { ...options, signal }));
      assert.is(done(first).reason, 'aborted');
      const resume = parseCheckpoint(encodeCheckpoint(last(first)));
      assert.equal(resume, last(first));
      const second = await collect(train(line, { ...options, resume }));
      assert.is(only(second, 'start')[0]!.from, at + 1);
      assert.equal(encodeCheckpoint(last(second)), encodeCheckpoint(last(whole)));
      assert.equal(done(second).weights, done(whole).weights);
      const validations = [...only(first, 'validation'), ...only(second, 'validation')];
      assert.equal(validations, only(whole, 'validation'));
    }
    const after = await collect(train(line, { ...options, resume: last(whole) }));
    assert.is(types(after), 'start checkpoint done');
  }
});

test('aborted before anything was validated, the weights are those of the last step', async () => {
  const events = await collect(train(line, { ...quick, signal: AbortSignal.abort() }));
  assert.is(types(events), 'start checkpoint done');
  assert.is(last(events).state.best, null);
  assert.equal(parseCheckpoint(encodeCheckpoint(last(events))), last(events));
  assert.equal(done(events).weights, line.initial(1));
});

test('resuming with other inputs is refused', async () => {
  const resume = last(await trained({ inputs: { data: 'a' } }, { steps: 1 }));
  const attempt = (inputs: Record<string, string>, seed?: number) =>
    refused(() => trained({ inputs }, { resume, seed }));
  assert.match((await attempt({ data: 'a' }, 5)).message, /the checkpoint's seed, 1, found 5/);
  assert.match((await attempt({ data: 'b' })).message, /data, a, found b/);
  assert.match((await attempt({})).message, /data, a, found none/);
  assert.match((await attempt({ data: 'a', objective: 'b' })).message, /objective, none, found b/);
});

test('what isn’t finite is passed over, and the steps after it are shorter', async () => {
  const spoilt: [Partial<{ loss: number; gradient: Float32Array }>, string][] = [
    [{ loss: Number.NaN }, 'the loss is NaN'],
    [{ gradient: Float32Array.of(0, Number.POSITIVE_INFINITY) }, 'the gradient isn’t finite'],
  ];
  for (const [fault, reason] of spoilt) {
    const lossAndGradient: typeof line.lossAndGradient = async (weights, batch, step) => ({
      ...(await line.lossAndGradient(weights, batch, step)),
      ...(step === 2 && fault),
    });
    const events = await trained({ lossAndGradient });
    assert.equal(only(events, 'rejected'), [{ type: 'rejected', step: 2, reason, stepScale: 0.5 }]);
    const rates = only(events, 'step').map(({ learningRate }) => learningRate);
    assert.equal(rates.slice(0, 4), [1e-3, 1e-3, 0.5e-3, 0.5e-3 * 1.02]);
    assert.ok(done(events).weights.every(Number.isFinite));
  }
  const lossAndGradient = async () => ({ loss: Number.NaN, gradient: new Float32Array(2) });
  assert.is((await refused(() => trained({ lossAndGradient }))).code, 'internal');
  const validate = async () => ({ score: 1, figures: { slope: Number.NaN } });
  const error = await refused(() => trained({ validate }));
  assert.match(error.message, /validation after 0 steps: expected finite figures, found slope of NaN/);
});

test('training stops when the score has stopped rising', async () => {
  const validate = async () => ({ score: 1, figures: {} });
  const events = await trained({ validate }, { steps: 100, validateEvery: 1, patience: 3 });
  assert.is(done(events).reason, 'plateau');
  assert.equal(done(events).best, { step: 0, score: 1 });
  assert.is(done(events).steps, 3);
  assert.equal(done(events).weights, line.initial(1));
});

test('the next batch is asked for while a step is made, or only after it', async () => {
  const order = async (prefetch?: boolean) => {
    const seen: string[] = [];
    await trained(
      {
        batch: (index) => {
          seen.push(`batch ${index}`);
          return line.batch(index);
        },
        lossAndGradient: (weights, batch, step) => {
          seen.push(`step ${step}`);
          return line.lossAndGradient(weights, batch, step);
        },
      },
      { steps: 3, prefetch },
    );
    return seen.join(', ');
  };
  assert.is(await order(), 'batch 0, batch 1, step 0, batch 2, step 1, step 2');
  assert.is(await order(false), 'batch 0, step 0, batch 1, step 1, batch 2, step 2');
});

test('parts of the loss are told with the step', async () => {
  const lossAndGradient: typeof line.lossAndGradient = async (weights, batch, step) => ({
    ...(await line.lossAndGradient(weights, batch, step)),
    terms: { squares: step },
  });
  const told = only(await trained({ lossAndGradient }, { steps: 2 }), 'step').map(({ terms }) => terms);
  assert.equal(told, [{ squares: 0 }, { squares: 1 }]);
  assert.not.ok('terms' in only(await trained({}), 'step')[0]!);
});

test('faults of the batches reach the caller, and wrong options are refused', async () => {
  const batch = async (index: number) => {
    if (index === 1) throw new VoxstyleError('device-lost', { where: 'x', expected: 'a', found: 'b', fix: 'c' });
    return line.batch(index);
  };
  for (const prefetch of [true, false])
    assert.is((await refused(() => trained({ batch }, { prefetch }))).code, 'device-lost');
  for (const option of [{ steps: 0 }, { validateEvery: 1.5 }, { patience: -1 }])
    assert.is((await refused(() => trained({}, option))).code, 'usage');
});

test.run();
