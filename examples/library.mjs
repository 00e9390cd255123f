// The library in one file: a phantom takes on the look of a picture, and the Ψ found renders it larger.
//     node examples/library.mjs
import { writeFile } from 'node:fs/promises';
import {
  encodePng,
  loadCube,
  openDevice,
  openTensors,
  Predictor,
  Renderer,
  readPicture,
  refine,
  renderImage,
} from 'voxstyle';

const device = await openDevice({ onNotice: console.log });
const cube = await loadCube('phantom:fluorescence?size=48');
const target = await readPicture(new URL('aurora.png', import.meta.url).pathname);

// Five guesses of Ψ, of which the one that the loss finds nearest is refined.
const predictor = await Predictor.load({ tensors: openTensors({ device }) });
const guesses = await predictor.predict(cube, await predictor.styleOf([{ picture: target }]));
const init = guesses.map(({ psi }) => psi);

const renderer = await Renderer.open(device, cube);
let found;
for await (const event of refine(renderer, target, { init, size: 96, iterations: 50 })) {
  if (event.type === 'iteration' && event.iteration % 10 === 0) console.log(event.iteration, event.loss);
  if (event.type === 'done') found = event.psi;
}
renderer.close();

await writeFile('library.png', encodePng(await renderImage(device, cube, found, { width: 320, height: 320 })));
device.close();
