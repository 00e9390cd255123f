import { statSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cube } from '../../cubes/index.js';
import { toPixels } from '../../engine/picture-file.js';
import type { Psi } from '../../engine/psi.js';
import { Renderer } from '../../engine/renderer.js';
import { loadFeatures } from '../../features/index.js';
import { shippedPath } from '../../features/shipped.js';
import { openCubes, StyleBatches } from '../../networks/data/index.js';
import { colourJittered } from '../../networks/style/colour-jitter.js';
import {
  evaluate,
  featureCode,
  gramCode,
  initialWeights,
  joinBatches,
  loadStyle,
  modelCode,
  STYLE_ARCHITECTURE,
  type StyleBatch,
} from '../../networks/style/index.js';
import { openTensors } from '../../tensors/index.js';
import { sharedDevice } from '../device.js';
import { assertClose } from '../reference/assert-close.js';

const test = suite('networks: the f_style that is shipped');
const wasm = openTensors({ backend: 'wasm' });
const path = shippedPath('f_style');

/** Pictures of held-out phantoms, two of each kind: 18 styles, 2 views. */
const SIZE = 48;
let set: StyleBatch;
/** One of the cubes, and four styles on it. */
let some: { cube: Cube; psis: Psi[] };
test.before(async () => {
  const { cubes } = await openCubes({ phantoms: 2, seed: 1, side: 32, split: 'validation' });
  const device = await sharedDevice();
  const parts: StyleBatch[] = [];
  for (const kind of ['ct', 'fluorescence']) {
    const own = cubes.filter(({ name }) => name.startsWith(`phantom:${kind}?`));
    const batches = new StyleBatches(device, own, { seed: 1, styles: 18, views: 2, size: SIZE });
    const batch = await batches.batch(0);
    parts.push(batch);
    some = { cube: batches.cubesOf(0)[0].cube, psis: [0, 4, 8, 12].map((i) => batch.psis[i]!) };
  }
  set = joinBatches(parts);
});

/** Recall of the same cube, and across cubes, as they were when the weights were shipped. */
const RECORDED = { rendered: [0.986, 0.958], jittered: [0.924, 0.903] } as const;
/** Four of 144 queries: pictures differ in the last bit from driver to driver. */
const TOLERANCE = 0.03;

for (const [what, recorded] of Object.entries(RECORDED)) {
  test(`finds styles as often as recorded, and oftener than Gram matrices and random weights: ${what}`, async () => {
    const pictures = what === 'jittered' ? colourJittered(set, 1, 1) : set;
    const recalls = async (code: Parameters<typeof evaluate>[0]) =>
      Object.values(await evaluate(code, pictures)).map(({ recall }) => recall);
    const shipped = await recalls(modelCode(wasm, await loadStyle(path)));
    assertClose(shipped, [...recorded], TOLERANCE, 'recall of the same cube, across cubes');
    const random = { architecture: STYLE_ARCHITECTURE, weights: initialWeights(STYLE_ARCHITECTURE, 1) };
    for (const [name, code] of Object.entries({ Gram: gramCode(wasm), 'random weights': modelCode(wasm, random) })) {
      for (const [i, other] of (await recalls(code)).entries())
        assert.ok(other < shipped[i]! - 0.15, `${name}: ${other}, shipped: ${shipped[i]}`);
    }
  });
}

test('--features f_style gives the codes that the model gives', async () => {
  const { architecture, weights } = await loadStyle(path);
  const pictures = set.pictures.subarray(0, 3 * 3 * SIZE * SIZE);
  const model = await modelCode(wasm, { architecture, weights })({ size: SIZE, pictures });
  const features = await loadFeatures('f_style');
  assert.is(features.name, 'f_style');
  const loaded = await featureCode(wasm, { ...features, code: features.code! })({ size: SIZE, pictures });
  features.dispose();
  assert.is(loaded.length, 128);
  assertClose(loaded.values, model.values, 1e-5, 'codes of three pictures');
});

test('codes of one view in two sizes are nearer by far than those of two styles', async () => {
  const renderer = await Renderer.open(await sharedDevice(), some.cube);
  const code = modelCode(wasm, await loadStyle(path));
  const codes: Float32Array[][] = [];
  for (const size of [96, 128]) {
    const row: Float32Array[] = [];
    for (const psi of some.psis) {
      const { picture } = await renderer.forward(psi, { width: size, height: size });
      const colours = Float32Array.from(toPixels(picture), (value) => value / 255).filter((_, i) => i % 4 < 3);
      row.push((await code({ size, pictures: colours })).values);
    }
    codes.push(row);
  }
  renderer.close();
  const far = (a: Float32Array, b: Float32Array) => Math.hypot(...a.map((value, i) => value - b[i]!));
  const [small, large] = codes as [Float32Array[], Float32Array[]];
  const sizes = small.map((own, i) => far(own, large[i]!));
  const styles = small.flatMap((own, i) => large.filter((_, j) => j !== i).map((other) => far(own, other)));
  assert.ok(Math.max(...sizes) < Math.min(...styles) / 2, `between sizes ${sizes}, between styles ${styles}`);
});

test('has few weights in a small file', async () => {
  const { weights } = await loadStyle(path);
  assert.is(weights.length, 291840);
  const bytes = statSync(path.replace(/json$/, 'safetensors')).size;
  assert.ok(bytes < 600_000, `${bytes} bytes`);
});

test.run();
