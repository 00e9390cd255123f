import { statSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { shippedPath } from '../../features/shipped.js';
import { openCubes } from '../../networks/data/index.js';
import {
  PREDICT_ARCHITECTURE,
  type PredictBatch,
  Predictor,
  parameterCount,
  predictBatches,
  predictLearner,
} from '../../networks/predict/index.js';
import { initialWeights } from '../../networks/predict/model.js';
import { openTensors } from '../../tensors/index.js';
import { sharedDevice } from '../device.js';
import { assertClose } from '../reference/assert-close.js';

const test = suite('networks: the f_predict that is shipped');
const tensors = openTensors({ backend: 'wasm' });

/** Queries about held-out phantoms, of each kind: what training calls validation, but smaller. */
async function openSet(predictor: Predictor): Promise<PredictBatch[]> {
  const device = await sharedDevice();
  const { cubes } = await openCubes({ phantoms: 2, seed: 1, side: 32, split: 'validation' });
  const { features } = predictor;
  const of = (kind: string) => cubes.filter(({ name }) => name.startsWith(`phantom:${kind}?`));
  const set: PredictBatch[] = [];
  for (const kind of ['ct', 'fluorescence'])
    set.push(await predictBatches({ device, tensors, features, cubes: of(kind), seed: 1, styles: 4, size: 48 })(0));
  return set;
}

/** Style and palette distance as shares of the default Ψ's, medians of the best of five hypotheses over 24 queries, as they were when the weights were shipped. */
const RECORDED = [0.1358, 0.03] as const;
/** Two software drivers agree to 1e-6; a median of so few may become its neighbour. */
const TOLERANCE = 0.005;

test('guesses as well as recorded, and better by far than random weights', async () => {
  const predictor = await Predictor.load({ tensors });
  const { features, model } = predictor;
  const device = await sharedDevice();
  const validation = await openSet(predictor);
  const learner = predictLearner({ device, tensors, features, validation, batches: async () => validation[0]! });
  const figures = async (weights: Float32Array) => Object.values((await learner.validate(weights)).figures).slice(0, 2);
  const shipped = await figures(model.weights);
  assertClose(shipped, [...RECORDED], TOLERANCE, 'shares of the default Ψ’s distances in style and palette');
  const untrained = await figures(initialWeights(PREDICT_ARCHITECTURE, 1));
  for (const [i, figure] of untrained.entries())
    assert.ok(figure > 4 * shipped[i]!, `random weights: ${figure}, shipped: ${shipped[i]}`);
  predictor.dispose();
});

test('has few weights in a small file', async () => {
  const predictor = await Predictor.load({ tensors });
  predictor.dispose();
  assert.is(predictor.model.weights.length, parameterCount(PREDICT_ARCHITECTURE));
  const bytes = statSync(shippedPath('f_predict')).size;
  assert.ok(bytes < 900_000, `${bytes} bytes`);
});

test.run();
