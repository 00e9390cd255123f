import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LAYERS, type LayerName, layersOf, parameterCount } from '../../../networks/predict/architecture.js';
import {
  type ChannelDescriptor,
  COARSE,
  COARSE_LENGTH,
  HISTOGRAM_LENGTH,
} from '../../../networks/predict/descriptor.js';
import { PREDICT_ARCHITECTURE, type Style } from '../../../networks/predict/index.js';
import { CHANNEL_COUNT, GLOBAL_COUNT, rowLength } from '../../../networks/predict/layout.js';
import { forward, initialWeights, inputTensors, weightTensors } from '../../../networks/predict/model.js';
import { seededRandom } from '../../../random.js';
import { assertClose } from '../../reference/assert-close.js';
import { partOf, randomStyle, SMALL, wasm } from './fixtures.js';

const test = suite('networks/predict/model');
const model = { architecture: SMALL, weights: initialWeights(SMALL, 3) };
// Biases that are not 0, as after training.
for (let i = 0; i < model.weights.length; i += 7) model.weights[i]! += 0.05 * Math.sin(i);

function descriptor(seed: number): ChannelDescriptor {
  const random = seededRandom(seed);
  const numbers = (length: number) => Float32Array.from({ length }, random.uniform);
  return { histogram: numbers(HISTOGRAM_LENGTH), coarse: numbers(COARSE_LENGTH) };
}

/** Rows and logits of queries, each of a style and its cube's channels. */
function predict(styles: readonly Style[], descriptors: readonly ChannelDescriptor[][]) {
  return wasm.run(async () => {
    const { rows, logits } = forward(SMALL, weightTensors(model), inputTensors(styles, descriptors));
    return { rows: await wasm.read(rows), logits: await wasm.read(logits), shape: rows.shape };
  });
}

/** The same of one query, in float64, from the diagram in architecture.ts. */
function reference({ code, palette }: Style, channels: readonly ChannelDescriptor[]) {
  const { hypotheses, convolutions } = SMALL;
  const layers = layersOf(SMALL);
  const dense = (name: LayerName, x: readonly number[]): number[] => {
    const { inputs, outputs, begin, bias, relu } = layers[name];
    assert.is(x.length, inputs, name);
    return Array.from({ length: outputs }, (_, o) => {
      let sum = model.weights[bias + o]!;
      for (let i = 0; i < inputs; i++) sum += x[i]! * model.weights[begin + i * outputs + o]!;
      return relu ? Math.max(0, sum) : sum;
    });
  };
  type Volume = { side: number; at(x: number, y: number, z: number): readonly number[] };
  const convolution = (name: LayerName, { side, at }: Volume, patch: number): Volume => {
    const cells = side / patch;
    const values = new Map<string, number[]>();
    for (let z = 0; z < cells; z++) {
      for (let y = 0; y < cells; y++) {
        for (let x = 0; x < cells; x++) {
          const inputs: number[] = [];
          for (let k = 0; k < patch; k++) {
            for (let j = 0; j < patch; j++) {
              for (let i = 0; i < patch; i++) inputs.push(...at(patch * x + i, patch * y + j, patch * z + k));
            }
          }
          values.set(`${x},${y},${z}`, dense(name, inputs));
        }
      }
    }
    return { side: cells, at: (x, y, z) => values.get(`${x},${y},${z}`)! };
  };
  const mean = (vectors: readonly (readonly number[])[]) =>
    vectors[0]!.map((_, i) => vectors.reduce((sum, vector) => sum + vector[i]!, 0) / vectors.length);
  const own = channels.map(({ histogram, coarse }) => {
    const volume: Volume = { side: COARSE, at: (x, y, z) => [coarse[x + COARSE * (y + COARSE * z)]!] };
    const map = convolution('convolution2', convolution('convolution1', volume, 4), 2);
    const places: (readonly number[])[] = [];
    for (let i = 0; i < map.side ** 3; i++)
      places.push(map.at(i % map.side, Math.floor(i / map.side) % map.side, Math.floor(i / map.side ** 2)));
    assert.is(places[0]!.length, convolutions[1]);
    return dense('descriptor', [...histogram, ...mean(places)]);
  });
  const all = mean(own);
  const told = [...code, ...palette];
  const style = dense('style2', dense('style1', [...told, ...all]));
  const globals = dense('globals', style);
  const each = own.map((d) =>
    dense('channels', [...style, ...dense('channel2', dense('channel1', [...told, ...d, ...all]))]),
  );
  const rows = Array.from({ length: hypotheses }, (_, k) => [
    // Backgrounds come first, beside the colours at the picture's edges: centred at 0.5, with a spread of 0.35.
    ...globals
      .slice(k * GLOBAL_COUNT, (k + 1) * GLOBAL_COUNT)
      .map((value, i) => value + (i < 6 ? (palette[i]! - 0.5) / 0.35 : 0)),
    ...each.flatMap((numbers) => numbers.slice(k * CHANNEL_COUNT, (k + 1) * CHANNEL_COUNT)),
  ]);
  return { rows: rows.flat(), logits: dense('logits', style) };
}

test('every weight belongs to one layer', () => {
  for (const architecture of [SMALL, PREDICT_ARCHITECTURE]) {
    const layers = layersOf(architecture);
    let at = 0;
    for (const name of LAYERS) {
      const { begin, bias, end, inputs, outputs } = layers[name];
      assert.is(begin, at, `${name} begins`);
      assert.is(bias, begin + inputs * outputs, `${name}: bias`);
      assert.is(end, bias + outputs, `${name} ends`);
      at = end;
    }
    assert.is(parameterCount(architecture), at);
    assert.is(initialWeights(architecture, 1).length, at);
  }
});

test('the same seed gives the same first weights, whose biases are 0 and whose deviations are as said', () => {
  assert.equal(initialWeights(SMALL, 3), initialWeights(SMALL, 3));
  assert.not.equal(initialWeights(SMALL, 3), initialWeights(SMALL, 4));
  const weights = initialWeights(PREDICT_ARCHITECTURE, 1);
  for (const { name, begin, bias, end, inputs, relu } of Object.values(layersOf(PREDICT_ARCHITECTURE))) {
    assert.ok(
      weights.subarray(bias, end).every((value) => value === 0),
      name,
    );
    const deviation = Math.sqrt(weights.subarray(begin, bias).reduce((sum, v) => sum + v * v, 0) / (bias - begin));
    const expected = (relu ? Math.SQRT2 : 0.3) / Math.sqrt(inputs);
    assert.ok(Math.abs(deviation / expected - 1) < 0.1, `${name}: ${deviation}, expected ${expected}`);
  }
});

test('rows and logits are those of independent loops, of one channel and of several', async () => {
  for (const channels of [1, 3]) {
    const queries = [0, 1].map((q) => Array.from({ length: channels }, (_, c) => descriptor(10 * q + c)));
    const styles = [randomStyle(1), randomStyle(2)];
    const { rows, logits, shape } = await predict(styles, queries);
    assert.equal(shape, [2, SMALL.hypotheses, rowLength(channels)]);
    const expected = queries.map((query, q) => reference(styles[q]!, query));
    assertClose(
      rows,
      expected.flatMap((each) => each.rows),
      2e-6,
      `rows of ${channels} channels`,
    );
    assertClose(
      logits,
      expected.flatMap((each) => each.logits),
      2e-6,
      'logits',
    );
  }
});

test('another order of the channels is another order of their numbers and nothing else', async () => {
  const channels = [1, 2, 3, 4].map(descriptor);
  const order = [2, 0, 3, 1];
  const plain = await predict([randomStyle(1)], [channels]);
  const moved = await predict([randomStyle(1)], [order.map((c) => channels[c]!)]);
  assertClose(moved.logits, plain.logits, 1e-6, 'logits');
  const length = rowLength(4);
  for (let k = 0; k < SMALL.hypotheses; k++) {
    const [a, b] = [plain, moved].map(({ rows }) => rows.subarray(k * length, (k + 1) * length));
    assertClose(b!.subarray(0, GLOBAL_COUNT), a!.subarray(0, GLOBAL_COUNT), 1e-6, `globals of hypothesis ${k}`);
    for (const [to, from] of order.entries()) {
      assertClose(partOf(b!, to), partOf(a!, from), 1e-6, `channel ${from} of hypothesis ${k}`);
    }
  }
});

test('any number of channels; a channel that is there twice has the same numbers twice', async () => {
  for (const count of [1, 2, 5, 8]) {
    const { rows, logits } = await predict([randomStyle(1)], [Array.from({ length: count }, () => descriptor(1))]);
    assert.is(rows.length, SMALL.hypotheses * rowLength(count));
    assert.is(logits.length, SMALL.hypotheses);
    assert.ok([...rows, ...logits].every(Number.isFinite));
    assertClose(partOf(rows, count - 1), partOf(rows, 0), 1e-6, 'the last channel');
  }
});

test.run();
