import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDevice } from '../../engine/device.js';
import type { Psi } from '../../engine/psi.js';
import { Renderer } from '../../engine/renderer.js';
import { writeFileWhole } from '../../files.js';
import { psnr } from '../../losses/index.js';
import { refine } from '../../refine/refine.js';
import { composeSheet } from '../../refine/sheet.js';
import { runCommand } from './command.js';
import { difference } from './difference.js';
import { sizeOf, startingPsi } from './equivalent.js';
import { loadViews, type View } from './volumes.js';
import { renderVtk, requireVtk } from './vtk.js';

/**
 * Fits the default Ψ, with the scene's camera and box, to VTK's unshaded pictures. Prints a line a volume, and leaves the Ψ it
 * began with, the one it found, and a sheet.
 *
 *     npx tsx bench/vtk/fit.ts --out out/vtk-fit tooth.nrrd engine.raw.gz:256x256x128:uint8
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: 'out/vtk-fit' },
    size: { type: 'string', default: '192' },
    iterations: { type: 'string', default: '300' },
    steps: { type: 'string', default: '256' },
    free: { type: 'string', default: 'channels.*.window,channels.*.gamma,channels.*.knots,density,background,tone' },
    python: { type: 'string', default: '/usr/bin/python3' },
  },
});
const iterations = Number(values.iterations);
const longest = Number(values.size);

async function fit(renderer: Renderer, { scene, cube }: View): Promise<void> {
  const init = startingPsi(scene, cube, Number(values.steps));
  const size = sizeOf(scene, longest);
  const name = join(values.out, scene.volume);
  const save = (part: string, psi: Psi) => writeFileWhole(`${name}-${part}.json`, `${JSON.stringify(psi, null, 2)}\n`);
  await save('start', init);
  const { cast } = (await renderVtk(values.python, values.out, { scene, cube, camera: init.camera, size })).unshaded;
  const { picture: before } = await renderer.forward(init, size);
  const begun = performance.now();
  const options = { init, free: values.free.split(','), loss: 'l2', size: longest, iterations };
  for await (const event of refine(renderer, cast, options)) {
    if (event.type !== 'done') continue;
    const { picture: after, psi } = event;
    const [start, reached] = [psnr(before, cast).toFixed(1), psnr(after, cast).toFixed(1)];
    const seconds = ((performance.now() - begun) / 1000).toFixed(0);
    console.log([scene.volume, start, reached, event.iterations, seconds].join('\t'));
    const sheet = await composeSheet([
      { picture: before, caption: `default, ${start} dB` },
      { picture: after, caption: `fitted, ${reached} dB` },
      { picture: cast, caption: 'VTK' },
      { picture: difference(after, cast), caption: 'difference x 8' },
    ]);
    await save('psi', psi);
    await writeFileWhole(`${name}-sheet.png`, sheet);
  }
}

async function fitAll(): Promise<void> {
  await requireVtk(values.python);
  const device = await openDevice({ onNotice: (line) => console.error(line) });
  console.log('volume\tstart dB\tPSNR dB\titerations\tseconds');
  for await (const view of loadViews(positionals)) {
    const renderer = await Renderer.open(device, view.cube);
    await fit(renderer, view);
    renderer.close();
  }
  device.close();
}

await runCommand(fitAll);
