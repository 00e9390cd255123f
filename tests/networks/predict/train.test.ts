import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type PredictLearnerOptions, predictLearner } from '../../../networks/predict/index.js';
import { encodeCheckpoint, parseCheckpoint, type TrainOptions, train } from '../../../networks/training/index.js';
import { constant } from '../../../optimizers/index.js';
import { sharedDevice } from '../../device.js';
import { refused } from '../../refused.js';
import { collect, done, last, only, until } from '../training/events.js';
import { SMALL, smallBatches, styleNetwork, wasm } from './fixtures.js';

const test = suite('networks/predict/train');

async function learnerOf(change: Partial<PredictLearnerOptions> = {}) {
  const [device, features] = [await sharedDevice(), await styleNetwork()];
  const held = await smallBatches(2);
  const validation = [{ ...held, queries: held.queries.slice(0, 1) }];
  const batches = (index: number) => smallBatches(index % 2);
  const rare = { jointFrom: 2, rendered: 1 };
  return predictLearner({
    device,
    tensors: wasm,
    features,
    architecture: SMALL,
    batches,
    validation,
    ...rare,
    ...change,
  });
}
const quick = { steps: 5, validateEvery: 3, learningRate: constant(1e-3) } satisfies TrainOptions;

test('on Ψ only, the loss of one batch falls', async () => {
  const learner = await learnerOf({ styleWeight: 0, batches: () => smallBatches(0) });
  const options = { steps: 60, validateEvery: 60, learningRate: constant(1e-2) };
  const losses = only(await collect(train(learner, options)), 'step').map(({ loss }) => loss);
  assert.ok(losses.at(-1)! < 0.3 * losses[0]!, `${losses[0]} to ${losses.at(-1)}`);
});

test('with styles, those of one batch come nearer', async () => {
  const learner = await learnerOf({ styleWeight: 30, jointFrom: 0, rendered: 4, batches: () => smallBatches(0) });
  const events = only(
    await collect(train(learner, { ...quick, steps: 8, validateEvery: 100, learningRate: constant(4e-3) })),
    'step',
  );
  const styles = events.map(({ terms }) => terms!.code! + 10 * terms!.palette!);
  assert.ok(styles.at(-1)! < 0.9 * styles[0]!, `${styles}`);
});

test('a training that was aborted and resumed ends with the same bytes as one that wasn’t', async () => {
  const begin = async (options: TrainOptions = {}) => train(await learnerOf(), { ...quick, ...options });
  const whole = await collect(await begin());
  const learner = await learnerOf();
  const first = await until(3, (signal) => train(learner, { ...quick, signal }));
  assert.is(done(first).reason, 'aborted');
  const second = await collect(await begin({ resume: parseCheckpoint(encodeCheckpoint(last(first))) }));
  assert.equal(encodeCheckpoint(last(second)), encodeCheckpoint(last(whole)));
  assert.equal(done(second).weights, done(whole).weights);
  const validations = [...only(first, 'validation'), ...only(second, 'validation')];
  assert.equal(validations, only(whole, 'validation'));
  for (const { score, figures } of validations) {
    const [style, palette] = Object.values(figures);
    assert.is(score, -style! - palette!);
  }
  const terms = only(whole, 'step').map(({ terms }) => Object.keys(terms!).length);
  assert.equal(terms, [1, 1, 3, 3, 3]);
});

test('resuming with another objective, architecture or start is refused', async () => {
  const learner = await learnerOf({ inputs: { cubes: 'a' } });
  const { inputs } = learner;
  const state = last(await until(0, (signal) => train(learner, { ...quick, signal }))).state;
  const resume = { inputs: { ...inputs, seed: '1' }, steps: 5, state };
  const attempt = async (change: Partial<PredictLearnerOptions>) => {
    const other = await learnerOf({ inputs: { cubes: 'a' }, ...change });
    return (await refused(() => collect(train(other, { ...quick, resume })))).message;
  };
  assert.match(await attempt({ styleWeight: 4 }), /objective/);
  assert.match(await attempt({ rendered: 2 }), /objective/);
  assert.match(await attempt({ architecture: { ...SMALL, hidden: 8 } }), /architecture/);
  assert.match(await attempt({ first: learner.initial(2) }), /first/);
  assert.match(await attempt({ inputs: { cubes: 'b' } }), /cubes, a, found b/);
});

test.run();
