import { readFileSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PREDICT_FILE, predictProduct, readPredictor } from '../../../networks/predict/index.js';
import { initialWeights } from '../../../networks/predict/model.js';
import { encodeSafetensors, readMetadata } from '../../../networks/training/index.js';
import { refused } from '../../refused.js';
import { folder } from '../folder.js';
import { SMALL } from './fixtures.js';

const test = suite('networks/predict/save');
const weights = initialWeights(SMALL, 2);
const path = folder(PREDICT_FILE);
const options = { features: 'of-the-style-network', architecture: SMALL, about: { cubes: 3 } };

test('what is read is what was written, exactly in single precision and nearly in half', async () => {
  await predictProduct(options).save(path, weights);
  assert.equal(await readPredictor(path), { model: { architecture: SMALL, weights }, features: options.features });
  const document = JSON.parse(String(readMetadata(readFileSync(path)).predictor));
  assert.equal(document.about, { cubes: 3 });
  const half = folder('half', PREDICT_FILE);
  await predictProduct({ ...options, dtype: 'F16' }).save(half, weights);
  const { model } = await readPredictor(half);
  assert.ok(readFileSync(half).length < 0.6 * readFileSync(path).length);
  for (const [i, value] of weights.entries())
    assert.ok(Math.abs(model.weights[i]! - value) <= 2 ** -11 * Math.abs(value) + 2 ** -24, `${value} at ${i}`);
});

test('a file that isn’t there, isn’t a predictor or is cut is refused', async () => {
  assert.is((await refused(() => readPredictor(folder('none.safetensors')))).code, 'missing-input');
  const other = folder('other.safetensors');
  for (const bytes of [
    Buffer.from('no tensors'),
    encodeSafetensors([{ name: 'a', shape: [2], values: Float32Array.of(1, 2) }]),
    encodeSafetensors([{ name: 'a', shape: [1], values: Float32Array.of(1) }], 'F32', { predictor: '{}' }),
    encodeSafetensors([{ name: 'a', shape: [1], values: Float32Array.of(1) }], 'F32', { predictor: 'null' }),
    readFileSync(path).subarray(0, -40),
  ]) {
    writeFileSync(other, bytes);
    const { code, message } = await refused(() => readPredictor(other));
    assert.is(code, 'bad-input');
    assert.match(message, 'other.safetensors');
  }
});

/** Writes the predictor with its document changed, and is refused. */
async function changed(change: (document: Record<string, unknown>) => Record<string, unknown>) {
  const document = change(JSON.parse(String(readMetadata(readFileSync(path)).predictor)));
  const own = folder('changed.safetensors');
  const { model } = await readPredictor(path);
  const tensors = [{ name: 'convolution1.weight', shape: [256], values: model.weights.subarray(0, 256) }];
  writeFileSync(own, encodeSafetensors(tensors, 'F32', { predictor: JSON.stringify(document) }));
  const { code, message } = await refused(() => readPredictor(own));
  assert.is(code, 'bad-input');
  return message;
}

test('another form of rows, another architecture and missing tensors are refused, however large', async () => {
  assert.match(await changed((document) => ({ ...document, format: 'older' })), /of the form \w+, found older/);
  assert.match(await changed((document) => ({ ...document, more: 1 })), /more/);
  const architecture = (change: object) =>
    changed((document) => ({ ...document, architecture: { ...SMALL, ...change } }));
  assert.match(
    await architecture({ convolutions: [5, 6] }),
    /tensor convolution1.weight: expected 320 numbers, found 256/,
  );
  assert.match(await architecture({ hidden: 1e9 }), /tensor/);
  assert.match(await architecture({ hidden: 0 }), /hidden/);
  assert.match(await changed((document) => document), /tensor convolution1.bias/);
});

test('weights that aren’t finite are refused', async () => {
  const spoilt = weights.slice();
  spoilt[70] = Number.NaN;
  const own = folder('spoilt.safetensors');
  await predictProduct(options).save(own, spoilt);
  assert.match((await refused(() => readPredictor(own))).message, /finite/);
});

test.run();
