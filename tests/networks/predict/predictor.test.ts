import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parsePsi } from '../../../engine/psi.js';
import { defaultPsi } from '../../../engine/psi-default.js';
import { Renderer } from '../../../engine/renderer.js';
import { samplePsi } from '../../../networks/data/index.js';
import { describe } from '../../../networks/predict/descriptor.js';
import { decode, PREDICT_FILE, Predictor, predictProduct, rowLength } from '../../../networks/predict/index.js';
import { forward, initialWeights, inputTensors, weightTensors } from '../../../networks/predict/model.js';
import { codeOf } from '../../../networks/style/code.js';
import { seededRandom } from '../../../random.js';
import { openTensors, tf } from '../../../tensors/index.js';
import { sharedDevice } from '../../device.js';
import { assertClose } from '../../reference/assert-close.js';
import { refused } from '../../refused.js';
import { cells, ct } from '../data/fixtures.js';
import { folder } from '../folder.js';
import { randomStyle, SMALL, styleNetwork, wasm } from './fixtures.js';

const test = suite('networks/predict/predictor');
const path = folder('predictor', PREDICT_FILE);
const model = { architecture: SMALL, weights: initialWeights(SMALL, 6) };
const opened: Predictor[] = [];
const open = async () => {
  const { digest } = await styleNetwork();
  await predictProduct({ features: digest, architecture: SMALL }).save(path, model.weights);
  const predictor = await Predictor.load({ tensors: wasm, path });
  opened.push(predictor);
  return predictor;
};
test.after(() => {
  for (const predictor of opened) predictor.dispose();
});

test('hypotheses are the network’s rows, the likeliest first, and their weights add up to 1', async () => {
  const predictor = await open();
  const style = randomStyle(3);
  for (const cube of [ct, cells]) {
    const found = await predictor.predict(cube, style);
    assert.is(found.length, SMALL.hypotheses);
    const weights = found.map(({ weight }) => weight);
    assert.ok(Math.abs(weights.reduce((a, b) => a + b) - 1) < 1e-6, `${weights}`);
    assert.equal(
      weights,
      [...weights].sort((a, b) => b - a),
    );
    const { rows, logits } = await wasm.run(async () => {
      const outputs = forward(SMALL, weightTensors(model), inputTensors([style], [describe(cube)]));
      return { rows: await wasm.read(outputs.rows), logits: await wasm.read(outputs.logits) };
    });
    const order = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]!);
    const length = rowLength(cube.channels.length);
    const { camera } = defaultPsi(cube);
    for (const [i, { psi }] of found.entries()) {
      assert.equal(parsePsi(psi), psi);
      const k = order[i]!;
      assert.equal(psi, decode(rows.slice(k * length, (k + 1) * length), cube, camera).psi);
    }
    const exponentials = order.map((k) => Math.exp(logits[k]!));
    const total = exponentials.reduce((a, b) => a + b);
    assertClose(
      weights,
      exponentials.map((e) => e / total),
      1e-6,
      'weights',
    );
  }
});

test('the camera is the given one, and no tensors are left', async () => {
  const predictor = await open();
  const { camera } = samplePsi(ct, seededRandom(1));
  const style = randomStyle(3);
  await predictor.predict(ct, style);
  const before = tf.memory().numTensors;
  for (const { psi } of await predictor.predict(ct, style, camera)) assert.equal(psi.camera, camera);
  assert.is(tf.memory().numTensors, before);
});

test('ranked by the distance in style of what they render as', async () => {
  const predictor = await open();
  const device = await sharedDevice();
  const renderer = await Renderer.open(device, ct);
  const psi = samplePsi(ct, seededRandom(4));
  const shape = { width: 48, height: 32 };
  const { picture } = await renderer.forward(psi, shape);
  const target = { ...picture, data: picture.data.slice() };
  const style = await predictor.styleOf([{ picture: target }]);
  const guesses = [...(await predictor.predict(ct, style)), { psi, weight: 0 }];
  const ranked = await predictor.rank(renderer, guesses, style, shape);
  assert.is(ranked.length, guesses.length);
  const code = await codeOf(target, await styleNetwork(), wasm);
  for (const [i, { psi, weight, distance }] of ranked.entries()) {
    assert.ok(i === 0 || ranked[i - 1]!.distance <= distance);
    assert.ok(guesses.some((guess) => guess.psi === psi && guess.weight === weight));
    // At 96 along the longer side, with as many steps.
    const small = { ...psi, sampling: { ...psi.sampling, steps: 96 } };
    const frame = await renderer.forward(small, { width: 96, height: 64 });
    const own = await codeOf(frame.picture, await styleNetwork(), wasm);
    const expected = Math.sqrt(own.reduce((sum, value, j) => sum + (value - code[j]!) ** 2, 0));
    assert.ok(Math.abs(distance - expected) < 1e-4, `${distance}, expected ${expected}`);
  }
  renderer.close();
  assert.is(ranked[0]!.psi, psi, 'the Ψ of the target comes first');
});

test('both backends predict the same', async () => {
  const predictor = await open();
  const webgpu = openTensors({ backend: 'webgpu', device: await sharedDevice() });
  const other = await Predictor.load({ tensors: webgpu, path });
  opened.push(other);
  const style = randomStyle(5);
  const [a, b] = [await predictor.predict(cells, style), await other.predict(cells, style)];
  for (const [i, { weight, psi }] of a.entries()) {
    assert.ok(Math.abs(weight - b[i]!.weight) < 1e-5);
    assert.ok(Math.abs(psi.background.top[0] - b[i]!.psi.background.top[0]) < 1e-4);
  }
});

test('a predictor of another style network, and a network without codes, are refused', async () => {
  const foreign = folder('foreign', PREDICT_FILE);
  await predictProduct({ features: 'another', architecture: SMALL }).save(foreign, model.weights);
  const { code, message } = await refused(() => Predictor.load({ tensors: wasm, path: foreign }));
  assert.is(code, 'bad-input');
  assert.match(message, /the style network another, found f_style/);
  const bank = await refused(() => Predictor.load({ tensors: wasm, path, features: 'filter-bank' }));
  assert.is(bank.code, 'usage');
  const none = await refused(() => Predictor.load({ tensors: wasm, path: folder('nothing') }));
  assert.is(none.code, 'missing-input');
});

test.run();
