import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { VoxstyleError } from '../../../errors.js';
import { loadNetwork } from '../../../features/index.js';
import { encodeCheckpoint, parseCheckpoint } from '../../../networks/style/checkpoint.js';
import {
  type Checkpoint,
  type DoneEvent,
  keepTraining,
  loadStyle,
  proposal,
  readTraining,
  STYLE_ARCHITECTURE,
  type StyleBatch,
  TRAINING_FILES,
  type TrainEvent,
  type TrainOptions,
  train,
} from '../../../networks/style/index.js';
import { halfBits } from '../../../networks/style/safetensors.js';
import { constant } from '../../../optimizers/index.js';
import { openTensors, tf } from '../../../tensors/index.js';
import { refused } from '../../refused.js';
import { folder } from './folder.js';
import { toyBatch } from './toy.js';

const test = suite('networks/style/train');
const tensors = openTensors({ backend: 'wasm' });

/** As large as the real one in nothing but its depth. */
const architecture = {
  ...STYLE_ARCHITECTURE,
  kernels: STYLE_ARCHITECTURE.kernels.map(({ size }) => ({ size, channels: 8 })),
};
const quick = {
  tensors,
  architecture,
  batches: async (index: number) => toyBatch(index, 4, 2, 1),
  validation: toyBatch(999, 6, 3, 2),
  recall: { candidates: 6, sameCube: 3 },
  steps: 12,
  validateEvery: 4,
  learningRate: constant(1e-3),
} satisfies TrainOptions;

async function collect(events: AsyncIterable<TrainEvent>): Promise<TrainEvent[]> {
  const all: TrainEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}
type Of<T extends TrainEvent['type']> = Extract<TrainEvent, { type: T }>;
const only = <T extends TrainEvent['type']>(events: readonly TrainEvent[], type: T) =>
  events.filter((event): event is Of<T> => event.type === type);
const done = (events: readonly TrainEvent[]): DoneEvent => only(events, 'done')[0]!;
const last = (events: readonly TrainEvent[]): Checkpoint => only(events, 'checkpoint').at(-1)!.checkpoint;

test('a toy problem is learned: recall@1 of 32 candidates rises over 0.9', async () => {
  const begun = performance.now();
  const options: TrainOptions = {
    tensors,
    batches: async (index) => toyBatch(index, 16, 2, 1),
    validation: toyBatch(999, 20, 4, 2),
    steps: 120,
    validateEvery: 60,
  };
  const events = await collect(train(options));
  const recalls = only(events, 'validation').map(({ recalls }) => Object.values(recalls).map(({ recall }) => recall));
  assert.ok(Math.max(...recalls[0]!) < 0.6, `of random weights: ${recalls[0]}`);
  assert.ok(Math.min(...recalls.at(-1)!) > 0.9, `in the end: ${recalls.join(' | ')}`);
  assert.ok(performance.now() - begun < 60_000, `${performance.now() - begun} ms`);
});

test('events come in order, and no tensors are left', async () => {
  const before = tf.memory().numTensors;
  const events = await collect(train(quick));
  assert.is(tf.memory().numTensors, before);
  const types = events.map(({ type }) => type).join(' ');
  const round = 'validation checkpoint';
  const steps = 'step step step step';
  assert.is(types, `start ${round} ${steps} ${round} ${steps} ${round} ${steps} ${round} done`);
  const { recalls, score, best } = only(events, 'validation').at(-1)!;
  assert.is(score, (recalls['same-cube'].recall + recalls['across-cubes'].recall) / 2);
  assert.equal(done(events).best, best);
  assert.is(done(events).reason, 'steps');
});

test('a training that was aborted and resumed ends with the same bytes as one that wasn’t', async () => {
  const whole = await collect(train(quick));
  // Between two validations, and where one was due.
  for (const at of [5, 7]) {
    const control = new AbortController();
    const first: TrainEvent[] = [];
    for await (const event of train({ ...quick, signal: control.signal })) {
      first.push(event);
      if (event.type === 'step' && event.step === at) control.abort();
    }
    assert.is(done(first).reason, 'aborted');
    const resume = parseCheckpoint(encodeCheckpoint(last(first)));
    assert.equal(resume, last(first));
    const second = await collect(train({ ...quick, resume }));
    assert.is(only(second, 'start')[0]!.from, at + 1);
    assert.equal(encodeCheckpoint(last(second)), encodeCheckpoint(last(whole)));
    assert.equal(done(second).model.weights, done(whole).model.weights);
    const validations = [...only(first, 'validation'), ...only(second, 'validation')];
    assert.equal(validations, only(whole, 'validation'));
  }
  const after = await collect(train({ ...quick, resume: last(whole) }));
  assert.is(after.map(({ type }) => type).join(' '), 'start checkpoint done');
});

test('resuming with other inputs is refused', async () => {
  const resume = last(await collect(train({ ...quick, steps: 1, inputs: { data: 'a' } })));
  const attempt = (options: Partial<TrainOptions>) =>
    refused(() => collect(train({ ...quick, inputs: { data: 'a' }, ...options, resume })));
  assert.match((await attempt({ seed: 5 })).message, /the checkpoint's seed, 1, found 5/);
  assert.match((await attempt({ inputs: { data: 'b' } })).message, /data, a, found b/);
  assert.match((await attempt({ inputs: {} })).message, /data, a, found none/);
  assert.match((await attempt({ objective: proposal() })).message, /objective/);
});

test('a batch that isn’t finite is passed over, and the steps after it are shorter', async () => {
  const spoilt = async (index: number): Promise<StyleBatch> => {
    const batch = toyBatch(index, 4, 2, 1);
    if (index === 2) batch.pictures[7] = Number.NaN;
    return batch;
  };
  const events = await collect(train({ ...quick, batches: spoilt }));
  const [rejected, ...others] = only(events, 'rejected');
  assert.equal([rejected!.step, rejected!.stepScale, others.length], [2, 0.5, 0]);
  const rates = only(events, 'step').map(({ learningRate }) => learningRate);
  assert.equal(rates.slice(0, 4), [1e-3, 1e-3, 0.5e-3, 0.5e-3 * 1.02]);
  assert.ok(done(events).model.weights.every(Number.isFinite));
  const never = async (index: number) => {
    const batch = toyBatch(index, 4, 2, 1);
    batch.pictures.fill(Number.POSITIVE_INFINITY);
    return batch;
  };
  const error = await refused(() => collect(train({ ...quick, batches: never })));
  assert.is(error.code, 'internal');
});

test('training stops when the score has stopped rising', async () => {
  const options = { ...quick, learningRate: constant(1e-12), steps: 100, validateEvery: 1, patience: 3 };
  const events = await collect(train(options));
  assert.is(done(events).reason, 'plateau');
  assert.equal(done(events).best.step, 0);
  assert.is(done(events).steps, 3);
});

test('faults of the batches reach the caller, and wrong options are refused', async () => {
  const broken = async (index: number) => {
    if (index === 1) throw new VoxstyleError('device-lost', { where: 'x', expected: 'a', found: 'b', fix: 'c' });
    return toyBatch(index, 4, 2, 1);
  };
  assert.is((await refused(() => collect(train({ ...quick, batches: broken })))).code, 'device-lost');
  for (const option of [{ steps: 0 }, { validateEvery: 1.5 }, { patience: -1 }])
    assert.is((await refused(() => collect(train({ ...quick, ...option })))).code, 'usage');
});

test('a training’s folder', async () => {
  const place = folder('training');
  const control = new AbortController();
  for await (const event of keepTraining(place, train({ ...quick, signal: control.signal })))
    if (event.type === 'step' && event.step === 6) control.abort();
  const { checkpoint, log } = await readTraining(place);
  assert.is(checkpoint.state.step, 7);
  assert.is(log.length, 7 + 2);
  await collect(keepTraining(place, train({ ...quick, resume: checkpoint }), { log, about: { cubes: 2 } }));
  assert.equal(readdirSync(place).sort(), [...Object.values(TRAINING_FILES), 'f_style.safetensors'].sort());
  const lines = readFileSync(folder('training', TRAINING_FILES.log), 'utf8').trim().split('\n');
  const steps = lines.map((line) => JSON.parse(line)).filter(({ type }) => type === 'step');
  assert.equal(
    steps.map(({ step }) => step),
    [...Array(12).keys()],
  );
  const curve = readFileSync(folder('training', TRAINING_FILES.curve), 'utf8');
  assert.match(curve, /^<svg[\s\S]*recall@1, validation[\s\S]*<\/svg>\n$/);
  const manifest = folder('training', TRAINING_FILES.manifest);
  assert.equal((await loadStyle(manifest)).weights, done(await collect(train(quick))).model.weights);
  assert.ok((await loadNetwork(manifest)).code);
});

test('files that aren’t checkpoints are refused', async () => {
  const path = folder('training', 'f_style.safetensors');
  assert.match((await refused(() => parseCheckpoint(readFileSync(path), path))).message, /f_style.safetensors/);
  assert.is((await refused(() => parseCheckpoint(Buffer.from('{}')))).code, 'bad-input');
  assert.is((await refused(() => readTraining(folder('nowhere')))).code, 'missing-input');
});

test('half precision is rounded to the nearest', () => {
  const known: [number, number | undefined][] = [
    [0, 0],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 - 2 ** -12, 0x4000],
    [65504, 0x7bff],
    [65519.996, 0x7bff],
    [65520, undefined],
    [2 ** -14, 0x0400],
    [2 ** -24, 1],
    [2 ** -25, 0],
    [1023.6 * 2 ** -24, 0x0400],
    [Number.NaN, undefined],
  ];
  for (const [value, bits] of known) assert.is(halfBits(value), bits, `${value}`);
});

test.run();
