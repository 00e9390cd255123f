import { parseArgs } from 'node:util';
import { openDevice } from '../engine/device.js';
import { shippedPath } from '../features/shipped.js';
import { openCubes, StyleBatches } from '../networks/data/index.js';
import { colourJittered } from '../networks/style/colour-jitter.js';
import {
  type CodeFunction,
  evaluate,
  gramCode,
  histogramCode,
  initialWeights,
  joinBatches,
  jointHistogramCode,
  loadStyle,
  modelCode,
  recoloured,
  STYLE_ARCHITECTURE,
  type StyleBatch,
} from '../networks/style/index.js';
import { openStyleData } from '../networks/style-data.js';
import { openTensors } from '../tensors/index.js';

/**
 * How well f_style tells styles apart on cubes that it never saw, beside codes that weren't trained: the figures of
 * networks/weights/f_style.md, one line for each set of pictures and code. A set is rendered, and then jittered in colour or
 * recoloured altogether, picture by picture.
 *
 *     npx tsx bench/style-recall.ts volumes
 *     npx tsx bench/style-recall.ts volumes --network out/f_style/f_style.json
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { network: { type: 'string', default: shippedPath('f_style') }, seed: { type: 'string', default: '1' } },
});
const [folder] = positionals;
const seed = Number(values.seed);

const device = await openDevice();
const tensors = openTensors({ backend: 'wasm' });
const codes: Record<string, CodeFunction> = {
  f_style: modelCode(tensors, await loadStyle(values.network)),
  untrained: modelCode(tensors, {
    architecture: STYLE_ARCHITECTURE,
    weights: initialWeights(STYLE_ARCHITECTURE, seed),
  }),
  'Gram matrices': gramCode(tensors),
  'colour quantiles': histogramCode,
  'joint histogram': jointHistogramCode,
};

/** As many styles and views as openStyleData takes, of these cubes alone. */
async function heldOut(what: { phantoms: number; folder?: string }, batches: number): Promise<StyleBatch> {
  const { cubes } = await openCubes({ ...what, seed, split: 'validation' });
  const drawn = new StyleBatches(device, cubes, { seed, styles: 18, views: 2, size: 96 });
  const parts: StyleBatch[] = [];
  const names = new Set<string>();
  for (let index = 0; index < batches; index++) {
    const { sources, ...part } = await drawn.batch(index);
    parts.push(part);
    for (const name of sources) names.add(name);
  }
  console.log(`# ${[...names].sort().join(', ')}`);
  return joinBatches(parts);
}

const sets: Record<string, () => Promise<StyleBatch>> = {
  'as the training was judged': async () => (await openStyleData({ device, folder, seed })).validation,
  ...(folder !== undefined && { volumes: () => heldOut({ phantoms: 0, folder }, 8) }),
};
for (const [name, render] of Object.entries(sets)) {
  const set = await render();
  // Each picture recoloured as a style of its own is.
  const { pictures: swapped } = recoloured({ ...set, style: Int32Array.from(set.style.keys()) }, seed);
  const variants: Record<string, StyleBatch> = { 'as rendered': set };
  for (const strength of [0.5, 1, 2]) variants[`jitter ${strength}`] = colourJittered(set, strength, seed);
  variants.recoloured = { ...set, pictures: swapped };
  for (const [variant, pictures] of Object.entries(variants)) {
    for (const [code, of] of Object.entries(codes)) {
      const recalls = Object.values(await evaluate(of, pictures));
      const cells = recalls.map(({ recall, queries }) => `${recall.toFixed(3)} of ${queries}`);
      console.log([name, variant, code, ...cells].join('\t'));
    }
  }
}
device.close();
