import { readdirSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadNetwork } from '../../../features/index.js';
import {
  loadStyle,
  proposal,
  STYLE_ARCHITECTURE,
  type StyleBatch,
  type StyleLearnerOptions,
  styleLearner,
  styleProduct,
} from '../../../networks/style/index.js';
import {
  encodeCheckpoint,
  filesOf,
  keepTraining,
  parseCheckpoint,
  readTraining,
  type TrainOptions,
  train,
} from '../../../networks/training/index.js';
import { constant } from '../../../optimizers/index.js';
import { openTensors, tf } from '../../../tensors/index.js';
import { refused } from '../../refused.js';
import { folder } from '../folder.js';
import { collect, done, last, only, types, until } from '../training/events.js';
import { toyBatch } from './toy.js';

const test = suite('networks/style/train');
const tensors = openTensors({ backend: 'wasm' });

/** As large as the real one in nothing but its depth. */
const architecture = {
  ...STYLE_ARCHITECTURE,
  kernels: STYLE_ARCHITECTURE.kernels.map(({ size }) => ({ size, channels: 8 })),
};
const small = {
  tensors,
  architecture,
  batches: async (index: number) => toyBatch(index, 4, 2, 1),
  validation: toyBatch(999, 6, 3, 2),
  recall: { candidates: 6, sameCube: 3 },
} satisfies StyleLearnerOptions;
const quick = { steps: 12, validateEvery: 4, learningRate: constant(1e-3) } satisfies TrainOptions;
const begin = (options: TrainOptions = {}, change: Partial<StyleLearnerOptions> = {}) =>
  train(styleLearner({ ...small, ...change }), { ...quick, ...options });

test('a toy problem is learned: recall@1 of 32 candidates rises over 0.9', async () => {
  const begun = performance.now();
  const learner = styleLearner({
    tensors,
    batches: async (index) => toyBatch(index, 16, 2, 1),
    validation: toyBatch(999, 20, 4, 2),
  });
  const events = await collect(train(learner, { steps: 120, validateEvery: 60 }));
  const recalls = only(events, 'validation').map(({ figures }) => Object.values(figures));
  assert.ok(Math.max(...recalls[0]!) < 0.6, `of random weights: ${recalls[0]}`);
  assert.ok(Math.min(...recalls.at(-1)!) > 0.9, `in the end: ${recalls.join(' | ')}`);
  assert.ok(performance.now() - begun < 60_000, `${performance.now() - begun} ms`);
});

test('the score is the mean of the recalls, and no tensors are left', async () => {
  const before = tf.memory().numTensors;
  const events = await collect(begin());
  assert.is(tf.memory().numTensors, before);
  const { figures, score } = only(events, 'validation').at(-1)!;
  assert.equal(Object.keys(figures), ['recall, same cube', 'recall, across cubes']);
  assert.is(score, (figures['recall, same cube']! + figures['recall, across cubes']!) / 2);
});

test('a training that was aborted and resumed ends with the same bytes as one that wasn’t', async () => {
  const whole = await collect(begin());
  // Between two validations, and where one was due.
  for (const at of [5, 7]) {
    const first = await until(at, (signal) => begin({ signal }));
    assert.is(done(first).reason, 'aborted');
    const resume = parseCheckpoint(encodeCheckpoint(last(first)));
    assert.equal(resume, last(first));
    const second = await collect(begin({ resume }));
    assert.is(only(second, 'start')[0]!.from, at + 1);
    assert.equal(encodeCheckpoint(last(second)), encodeCheckpoint(last(whole)));
    assert.equal(done(second).weights, done(whole).weights);
    const validations = [...only(first, 'validation'), ...only(second, 'validation')];
    assert.equal(validations, only(whole, 'validation'));
  }
  const after = await collect(begin({ resume: last(whole) }));
  assert.is(types(after), 'start checkpoint done');
});

test('resuming with another objective, architecture or data is refused', async () => {
  const inputs = { data: 'a' };
  const resume = last(await collect(begin({ steps: 1 }, { inputs })));
  const attempt = (change: Partial<StyleLearnerOptions>) =>
    refused(() => collect(begin({ resume }, { inputs, ...change })));
  assert.match((await attempt({ inputs: { data: 'b' } })).message, /data, a, found b/);
  assert.match((await attempt({ objective: proposal() })).message, /objective/);
  assert.match((await attempt({ architecture: STYLE_ARCHITECTURE })).message, /architecture/);
});

test('pictures that aren’t finite are passed over, unless all are', async () => {
  const spoilt = async (index: number): Promise<StyleBatch> => {
    const batch = toyBatch(index, 4, 2, 1);
    if (index === 2) batch.pictures[7] = Number.NaN;
    return batch;
  };
  const events = await collect(begin({}, { batches: spoilt }));
  assert.equal(
    only(events, 'rejected').map(({ step }) => step),
    [2],
  );
  assert.ok(done(events).weights.every(Number.isFinite));
  const never = async (index: number) => {
    const batch = toyBatch(index, 4, 2, 1);
    batch.pictures.fill(Number.POSITIVE_INFINITY);
    return batch;
  };
  assert.is((await refused(() => collect(begin({}, { batches: never })))).code, 'internal');
});

test('a training’s folder, whose network is loaded as features and to train on', async () => {
  const place = folder('training');
  const product = styleProduct({ architecture, about: { cubes: 2 } });
  await until(6, (signal) => keepTraining(place, product, begin({ signal })));
  const { checkpoint, log } = await readTraining(place);
  await collect(keepTraining(place, product, begin({ resume: checkpoint }), log));
  assert.equal(readdirSync(place).sort(), [...filesOf(product.manifest), 'f_style.safetensors'].sort());
  const manifest = folder('training', product.manifest);
  assert.equal((await loadStyle(manifest)).weights, done(await collect(begin())).weights);
  assert.ok((await loadNetwork(manifest)).code);
});

test.run();
