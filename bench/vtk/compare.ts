import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Device, openDevice } from '../../engine/device.js';
import { encodePng } from '../../engine/picture-file.js';
import { Renderer } from '../../engine/renderer.js';
import { writeFileWhole } from '../../files.js';
import { psnr } from '../../losses/index.js';
import { composeSheet } from '../../refine/sheet.js';
import { runCommand } from './command.js';
import { difference, residual } from './difference.js';
import { equivalentPsi, SHADINGS, type Shading, sizeOf } from './equivalent.js';
import { loadViews, type View } from './volumes.js';
import { renderVtk, requireVtk, type VtkPicture } from './vtk.js';

/**
 * An independent eye: the same volumes by VTK's software ray caster and by this renderer with the equivalent Ψ. Prints a line a
 * picture, and leaves both pictures, a sheet with their difference, Ψ and results.json.
 *
 *     npx tsx bench/vtk/compare.ts --out out/vtk tooth.nrrd engine.raw.gz:256x256x128:uint8
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: 'out/vtk' },
    size: { type: 'string', default: '256' },
    python: { type: 'string', default: '/usr/bin/python3' },
    unshaded: { type: 'boolean', default: false },
  },
});

const results: object[] = [];

/** Renders what VTK has rendered, and reports how far apart the two are. */
async function compare(renderer: Renderer, { scene, cube }: View, shading: Shading, vtk: VtkPicture): Promise<void> {
  const psi = equivalentPsi(scene, cube, shading);
  const { width, height } = vtk.cast;
  const { picture } = await renderer.forward(psi, { width, height });
  const [decibels, window] = [psnr(picture, vtk.cast), psnr(picture, vtk.shown)];
  const { bias, largest } = residual(picture, vtk.cast);
  const cells = [decibels.toFixed(1), bias.toFixed(4), largest.toFixed(3), window.toFixed(1)];
  console.log([scene.volume, shading, ...cells].join('\t'));
  results.push({ volume: scene.volume, shading, width, height, psnr: decibels, bias, largest, window });
  const sheet = await composeSheet([
    { picture: vtk.cast, caption: 'VTK' },
    { picture, caption: `voxstyle, ${decibels.toFixed(1)} dB` },
    { picture: difference(picture, vtk.cast), caption: 'difference x 8' },
  ]);
  const name = join(values.out, `${scene.volume}-${shading}`);
  await writeFileWhole(`${name}-sheet.png`, sheet);
  await writeFileWhole(`${name}-voxstyle.png`, encodePng(picture));
  await writeFileWhole(`${name}-psi.json`, `${JSON.stringify(psi, null, 2)}\n`);
}

async function compareShadings(device: Device, view: View): Promise<void> {
  const { scene, cube } = view;
  const { camera } = equivalentPsi(scene, cube, 'unshaded');
  const size = sizeOf(scene, Number(values.size));
  const vtk = await renderVtk(values.python, values.out, { scene, cube, camera, size });
  const renderer = await Renderer.open(device, cube);
  for (const shading of values.unshaded ? SHADINGS.slice(0, 1) : SHADINGS) {
    await compare(renderer, view, shading, shading === 'unshaded' ? vtk.unshaded : vtk.shaded);
  }
  renderer.close();
}

async function compareAll(): Promise<void> {
  await requireVtk(values.python);
  const device = await openDevice({ onNotice: (line) => console.error(line) });
  console.log('volume\tshading\tPSNR dB\tmean difference\tlargest\twindow dB');
  for await (const view of loadViews(positionals)) await compareShadings(device, view);
  await writeFileWhole(join(values.out, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
  device.close();
}

await runCommand(compareAll);
