import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseLoss } from '../../../losses/index.js';
import {
  type CodeFunction,
  type Codes,
  evaluate,
  gramCode,
  histogramCode,
  jointHistogramCode,
  recallAt1,
  type StyleBatch,
} from '../../../networks/style/index.js';
import { seededRandom } from '../../../random.js';
import { openTensors } from '../../../tensors/index.js';
import { assertClose } from '../../reference/assert-close.js';
import { refused } from '../../refused.js';
import { toyBatch } from './toy.js';

const test = suite('networks/style/evaluate');
const wasm = openTensors({ backend: 'wasm' });

/** 20 styles × 4 cubes × 2 views, of which only the labels count. */
const set: StyleBatch = { ...toyBatch(1, 20, 4, 2), pictures: new Float32Array() };
const count = set.style.length;
const coded = (length: number, of: (index: number) => number[]): Codes => ({
  length,
  values: Float32Array.from([...Array(count).keys()].flatMap(of)),
});
const fixed =
  (codes: Codes): CodeFunction =>
  async () =>
    codes;

test('codes of the style find all, codes of the cube and constant ones nothing', async () => {
  const random = seededRandom(2);
  const jitter = () => 0.1 * random.uniform();
  const style = await evaluate(fixed(coded(1, (i) => [set.style[i]! + jitter()])), set);
  assert.equal(style, {
    'same-cube': { recall: 1, queries: count },
    'across-cubes': { recall: 1, queries: count },
  });
  const cube = await evaluate(fixed(coded(1, (i) => [set.cube[i]! + jitter()])), set);
  assert.ok(cube['same-cube'].recall < 0.15);
  assert.is(cube['across-cubes'].recall, 0);
  const same = await evaluate(fixed(coded(2, () => [1, 0])), set);
  assert.is(same['same-cube'].recall + same['across-cubes'].recall, 0);
  const broken = await evaluate(fixed(coded(1, () => [Number.NaN])), set);
  assert.is(broken['same-cube'].recall, 0);
});

test('random codes find the right one of 32 by chance', () => {
  const random = seededRandom(3);
  const recalls = Array.from({ length: 20 }, (_, seed) => {
    const codes = coded(4, () => [random.normal(), random.normal(), random.normal(), random.normal()]);
    return recallAt1(codes, set, 'across-cubes', { seed }).recall;
  });
  const mean = recalls.reduce((a, b) => a + b) / recalls.length;
  assert.ok(Math.abs(mean - 1 / 32) < 0.012, `${mean}`);
});

test('the same draws for the same seed; as many queries as asked for', () => {
  const random = seededRandom(4);
  const codes = coded(2, (i) => [set.style[i]! + 3 * random.normal(), random.normal()]);
  const of = (seed: number) => recallAt1(codes, set, 'same-cube', { seed, queries: 50 });
  assert.equal(of(1), of(1));
  assert.is(of(1).queries, 50);
  assert.ok([2, 3, 4, 5].some((seed) => of(seed).recall !== of(1).recall));
});

test('too few pictures are refused', async () => {
  const few = toyBatch(1, 10, 4, 2);
  const error = await refused(() => evaluate(histogramCode, few));
  assert.match(error.message, /16 other styles on a cube/);
  const lonely = toyBatch(1, 20, 4, 1);
  assert.match((await refused(() => evaluate(histogramCode, lonely))).message, /same-cube/);
  assert.is(
    (
      await refused(() =>
        recallAt1(
          coded(1, () => [0]),
          set,
          'same-cube',
          { candidates: 8 },
        ),
      )
    ).code,
    'usage',
  );
});

test('what f_style is compared with: squared distances are those of the losses', async () => {
  const batch = toyBatch(5, 2, 1, 1);
  const { size, pictures } = batch;
  const pixels = size * size;
  const [target, picture] = [0, 1].map((index) => {
    const data = new Float32Array(pixels * 4);
    for (let i = 0; i < pixels; i++) data.set(pictures.subarray(3 * (index * pixels + i)).subarray(0, 3), 4 * i);
    return { width: size, height: size, data };
  });
  const loss = async (text: string) => {
    const made = parseLoss(text, { targets: [{ picture: target! }], tensors: wasm });
    const { value } = await made.evaluate(picture!, { seed: 1, iteration: 0 });
    made.dispose?.();
    return value;
  };
  const distance = ({ length, values }: Codes) => {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += (values[i]! - values[length + i]!) ** 2;
    return sum;
  };
  const gram = await loss('gram/layers=scale1+scale2+scale3');
  assertClose([distance(await gramCode(wasm)(batch))], [gram], 1e-4 * gram, 'gram');
  // 64 quantiles stand for all sorted values.
  const colours = await loss('colour-histogram');
  assertClose([distance(await histogramCode(batch))], [colours], 0.05 * colours, 'colour-histogram');
  const joint = await jointHistogramCode(batch);
  assertClose(
    [Math.hypot(...joint.values.subarray(0, joint.length))],
    [1],
    1e-5,
    'the length of a joint histogram’s code',
  );
});

test.run();
