// Makes the target pictures of this folder: renders of the project's own phantoms, under the Ψ documents beside them.
//     node examples/make-targets.mjs
import { readFile, writeFile } from 'node:fs/promises';
import { encodePng, loadCube, openDevice, parsePsi, renderImage } from 'voxstyle';

const folder = new URL('.', import.meta.url);
const targets = [
  { name: 'amber', cube: 'phantom:ct?size=128' },
  { name: 'aurora', cube: 'phantom:fluorescence?size=128' },
];

const device = await openDevice({ onNotice: console.error });
for (const { name, cube } of targets) {
  const psi = parsePsi(JSON.parse(await readFile(new URL(`${name}.psi.json`, folder), 'utf8')), name);
  const picture = await renderImage(device, await loadCube(cube), psi, { width: 384, height: 384 });
  await writeFile(new URL(`${name}.png`, folder), encodePng(picture));
}
device.close();
