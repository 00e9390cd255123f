import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isHeldOut } from '../../networks/data/index.js';
import { openPredictData } from '../../networks/predict-data.js';
import { sharedDevice } from '../device.js';
import { styleNetwork, wasm } from './predict/fixtures.js';

const test = suite('networks/predict-data');

test('trained on some phantoms and judged by others, always the same', async () => {
  const options = {
    device: await sharedDevice(),
    tensors: wasm,
    features: await styleNetwork(),
    phantoms: 1,
    size: 16,
  };
  const data = await openPredictData({ ...options, seed: 2 });
  const { cubes, queries, pictures } = await data.batches(3);
  for (const { source } of cubes) assert.not(isHeldOut(source), source);
  assert.is(pictures.length, 24);
  assert.is(queries.length, 48);
  assert.is(data.validation.length, 8);
  for (const { cubes, pictures } of data.validation) {
    assert.is(pictures.length, 12);
    for (const { source } of cubes) assert.ok(isHeldOut(source), source);
  }
  assert.match(data.notes[0]!, '2 cubes to train on, 2 to judge by');
  assert.equal(Object.keys(data.inputs), ['cubes', 'batches', 'device']);
});

test.run();
