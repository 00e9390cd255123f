import { parseArgs } from 'node:util';
import { loadCube } from '../cubes/index.js';
import { openDevice } from '../engine/device.js';
import type { Psi } from '../engine/psi.js';
import { defaultPsi } from '../engine/psi-default.js';
import { EXTINCTION_PROFILES, randomPsi } from '../engine/psi-random.js';
import { Renderer } from '../engine/renderer.js';
import { psnr } from '../losses/index.js';
import { seededRandom } from '../random.js';
import { refine } from '../refine/refine.js';

/**
 * Recovery: a target is rendered from each cube with a random Ψ, and refined towards from the default Ψ with the pixel loss and
 * the same camera. Prints one line a run: does the optimizer find its way back, and how fast?
 *
 *     npx tsx bench/recovery.ts --seeds 10 tooth.nrrd engine.raw.gz:256x256x128:uint8
 */
/** What the default Ψ leaves clear is air and noise, and a Ψ that a person made would keep it so; --haze leaves it to chance. */
function keepClear(psi: Psi, template: Psi): Psi {
  for (const [c, { knots }] of template.channels.entries()) {
    for (const [k, { extinction }] of knots.entries()) if (extinction === 0) psi.channels[c]!.knots[k]!.extinction = 0;
  }
  return psi;
}

/** Also what the default Ψ keeps clear: here the truth is known, and every way to it is open. */
const EVERYTHING = ['channels', 'density', 'background', 'tone'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '10' },
    size: { type: 'string', default: '96' },
    iterations: { type: 'string', default: '200' },
    steps: { type: 'string', default: '96' },
    loss: { type: 'string', default: 'l2' },
    rate: { type: 'string' },
    haze: { type: 'boolean', default: false },
  },
});
const device = await openDevice({ onNotice: (line) => console.error(line) });
const size = Number(values.size);
console.log('volume\tseed\tprofile\tstart dB\tPSNR dB\titerations\tseconds');
for (const name of positionals) {
  const [path, dims, dtype] = name.split(':') as [string, string?, string?];
  const raw = dims && dtype ? { dims: dims.split('x').map(Number), dtype } : undefined;
  const cube = await loadCube(path, raw as Parameters<typeof loadCube>[1]);
  const renderer = await Renderer.open(device, cube);
  const init = defaultPsi(cube);
  init.sampling.steps = Number(values.steps);
  let reached = 0;
  for (let seed = 0; seed < Number(values.seeds); seed++) {
    const random = seededRandom(seed);
    const profile = EXTINCTION_PROFILES[seed % EXTINCTION_PROFILES.length]!;
    const drawn = randomPsi(init, random, profile);
    const truth = values.haze ? drawn : keepClear(drawn, init);
    const { picture: target } = await renderer.forward(truth, { width: size, height: size });
    const begun = performance.now();
    let before = Number.NaN;
    const options = { init, free: EVERYTHING, loss: values.loss, size, seed, iterations: Number(values.iterations) };
    const rate = values.rate === undefined ? {} : { learningRate: Number(values.rate) };
    for await (const event of refine(renderer, target, { ...options, ...rate })) {
      if (event.type === 'start') before = psnr(event.before, target);
      if (event.type !== 'done') continue;
      const after = psnr(event.picture, target);
      if (after >= 35) reached++;
      const seconds = (performance.now() - begun) / 1000;
      const cells = [path.split('/').at(-1), seed, profile, before.toFixed(1), after.toFixed(1), event.iterations];
      console.log([...cells, seconds.toFixed(1)].join('\t'));
    }
  }
  console.log(`${path.split('/').at(-1)}: ${reached} of ${values.seeds} reach 35 dB`);
  renderer.close();
}
device.close();
