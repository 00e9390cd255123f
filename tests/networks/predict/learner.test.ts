import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultPsi } from '../../../engine/psi-default.js';
import { LAYERS, type LayerName, layersOf } from '../../../networks/predict/architecture.js';
import { type PredictLearnerOptions, predictLearner } from '../../../networks/predict/index.js';
import { GLOBAL_COUNT, GLOBALS } from '../../../networks/predict/layout.js';
import { initialWeights } from '../../../networks/predict/model.js';
import { StyleErrors } from '../../../networks/predict/style-error.js';
import { seededRandom } from '../../../random.js';
import { tf } from '../../../tensors/index.js';
import { sharedDevice } from '../../device.js';
import { randomRow, SMALL, smallBatches, styleNetwork, wasm } from './fixtures.js';

const test = suite('networks/predict/learner');
/**
 * Here one hypothesis is by far the nearest, all rows have lights and none has its gradient shortened, so that the loss is smooth and
 * its gradient is what the learner says.
 */
const BATCH = 3;
const weights = initialWeights(SMALL, 1);
for (let k = 0; k < SMALL.hypotheses; k++)
  weights[layersOf(SMALL).globals.bias + k * GLOBAL_COUNT + GLOBALS.shaded.at] = 1;

async function open(change: Partial<PredictLearnerOptions> = {}) {
  const [device, features] = [await sharedDevice(), await styleNetwork()];
  const shared = { device, tensors: wasm, features, architecture: SMALL, validation: [] };
  return predictLearner({ ...shared, batches: smallBatches, ...change });
}

/** A learner's loss and gradient at weights, at a step whose draws are always the same. */
const STEP = 7;
/** Of rows, in differences of style errors. */
const MOVE = 4e-3;
/** Of losses in single precision, and of rectifiers' corners. */
const ABSOLUTE = 2e-4;
const RELATIVE = 0.03;
type Of = (weights: Float32Array) => Promise<{ loss: number; gradient: Float32Array }>;

/**
 * Along the gradient of each layer by itself: (L(w + h·u) − L(w − h·u))/2h is its length, with u the gradient's direction. The
 * gradients of single weights are too small for differences of losses in single precision.
 */
async function checkLayers(of: Of, names: readonly LayerName[], move: number): Promise<void> {
  const { gradient } = await of(weights);
  const layers = layersOf(SMALL);
  const table: string[] = [];
  let failed = 0;
  for (const name of names) {
    const { begin, end } = layers[name];
    const own = gradient.subarray(begin, end);
    const length = Math.hypot(...own);
    assert.ok(length > 0, `${name} has no gradient`);
    const losses: number[] = [];
    for (const side of [-1, 1]) {
      const moved = weights.slice();
      for (const [i, g] of own.entries()) moved[begin + i]! += (side * move * g) / length;
      losses.push((await of(moved)).loss);
    }
    const numeric = (losses[1]! - losses[0]!) / (2 * move);
    const tolerance = ABSOLUTE + RELATIVE * length;
    const ok = Math.abs(numeric - length) <= tolerance;
    if (!ok) failed++;
    table.push(`${ok ? '' : 'WRONG '}${name}: ${length}, by differences ${numeric}, tolerance ${tolerance}`);
  }
  assert.is(failed, 0, `${failed} layers are wrong:\n${table.join('\n')}`);
}

test('on Ψ only, the gradient of every layer is that of differences', async () => {
  const learner = await open({ styleWeight: 0 });
  const batch = await smallBatches(BATCH);
  const { terms, loss } = await learner.lossAndGradient(weights, batch, STEP);
  assert.equal(terms, { Ψ: loss });
  await checkLayers((at) => learner.lossAndGradient(at, batch, STEP), LAYERS, 1e-3);
});

test('through the renderer, the gradient is that of differences', async () => {
  const learner = await open({ styleWeight: 2, jointFrom: STEP, rendered: 4 });
  const batch = await smallBatches(BATCH);
  const { terms, loss } = await learner.lossAndGradient(weights, batch, STEP);
  assert.equal(Object.keys(terms!), ['Ψ', 'code', 'palette']);
  assert.ok(loss > terms!.Ψ! && terms!.code! > 0 && terms!.palette! > 0, JSON.stringify(terms));
  const probed = ['convolution1', 'style1', 'channel1', 'globals', 'channels'] as const;
  await checkLayers((at) => learner.lossAndGradient(at, batch, STEP), probed, 2e-3);
});

test('before the step from which styles count, it is on Ψ only', async () => {
  const batch = await smallBatches(BATCH);
  const [joint, psi] = [await open({ jointFrom: STEP + 1 }), await open({ styleWeight: 0 })];
  const [a, b] = [await joint.lossAndGradient(weights, batch, STEP), await psi.lossAndGradient(weights, batch, STEP)];
  assert.equal(a, b);
});

test('the style error’s gradient is that of differences, at most 1 long', async () => {
  const [device, features] = [await sharedDevice(), await styleNetwork()];
  const batch = await smallBatches(BATCH);
  const errors = new StyleErrors(batch, device, wasm, features);
  let shortened = 0;
  for (let i = 0; i < 4; i++) {
    const row = randomRow(1, seededRandom(i, 5), { lit: i % 2 === 0, toned: true });
    const query = batch.queries[i]!;
    const { gradient, value, code, palette } = await errors.of(query, row, 0);
    const parts = await errors.partsOf(query, row);
    assert.equal({ code, palette }, { code: parts.code, palette: parts.palette });
    assert.ok(value > code + palette);
    const along = async (direction: Float32Array) => {
      const at = async (step: number) =>
        (
          await errors.of(
            query,
            Float32Array.from(row, (v, j) => v + step * direction[j]!),
            0,
          )
        ).value;
      return ((await at(MOVE)) - (await at(-MOVE))) / (2 * MOVE);
    };
    const length = Math.hypot(...gradient);
    const unit = gradient.map((g) => g / length);
    const numeric = await along(unit);
    if (length > 0.999) shortened++;
    assert.ok(length < 1.001, `${length} long`);
    const expected = length > 0.999 ? Math.max(1, numeric) : numeric;
    assert.ok(
      Math.abs(length - Math.min(1, expected)) < 0.02 * length,
      `row ${i}: ${length} long, by differences ${numeric}`,
    );
    // Whatever its length, it points where the error rises fastest: half of its numbers, then the other half.
    const half = unit.map((g, j) => (j % 2 === 0 ? g : 0));
    const share = half.reduce((sum, g) => sum + g * g, 0);
    const partly = await along(half);
    assert.ok(Math.abs(partly - share * numeric) < 0.03 * numeric, `row ${i}: ${partly}, not ${share * numeric}`);
  }
  errors.close();
  assert.ok(shortened > 0, `${shortened} of 4 were shortened`);
});

test('the true row is nearer in style and colours than the default Ψ, whatever cube the picture shows', async () => {
  const [device, features] = [await sharedDevice(), await styleNetwork()];
  const batch = await smallBatches(BATCH);
  const errors = new StyleErrors(batch, device, wasm, features);
  for (const query of batch.queries) {
    const truth = await errors.partsOf(query, query.truth.values);
    const other = await errors.partsOf(query, { ...defaultPsi(batch.cubes[query.cube]!), camera: query.camera });
    const report = JSON.stringify({ picture: query.picture, cube: query.cube, truth, other });
    // It shows the picture that was rendered, but for what a row leaves out.
    assert.ok(truth.palette < 5e-3 && truth.palette < 0.2 * other.palette, report);
    assert.ok(truth.code < 0.5 * other.code, report);
  }
  errors.close();
});

test('rows that aren’t finite give a loss that isn’t, and nothing is rendered', async () => {
  const learner = await open({ styleWeight: 2, jointFrom: 0 });
  const spoilt = weights.slice();
  spoilt[layersOf(SMALL).globals.begin] = Number.NaN;
  const { loss } = await learner.lossAndGradient(spoilt, await smallBatches(BATCH), 0);
  assert.not(Number.isFinite(loss));
});

test('no tensors are left', async () => {
  const learner = await open({ jointFrom: 0, rendered: 1 });
  const batch = await smallBatches(BATCH);
  await learner.lossAndGradient(weights, batch, 0);
  const before = tf.memory().numTensors;
  await learner.lossAndGradient(weights, batch, 1);
  assert.is(tf.memory().numTensors, before);
});

test.run();
