import type { Argv, CommandModule } from 'yargs';
import { type Device, openDevice } from '../engine/device.js';
import type { Picture } from '../engine/picture.js';
import { loadFeatures } from '../features/index.js';
import { codeDistance, codeOf, requireCode } from '../networks/style/index.js';
import { openTensors } from '../tensors/index.js';
import { featureOptions } from './loss-options.js';
import { deviceOption, deviceOptions, jsonOption } from './options.js';
import { readNoted } from './target-options.js';

const builder = (args: Argv) =>
  jsonOption(deviceOption(featureOptions(args)))
    .default('features', 'f_style')
    // Else of several pictures the last alone would count.
    .parserConfiguration({ 'duplicate-arguments-array': true })
    .positional('images', { type: 'string', array: true, demandOption: true, describe: 'picture files' });

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

export const style: CommandModule<object, Arguments> = {
  command: 'style <images..>',
  describe: 'style codes of pictures, and how far their styles are from each other, by a network that has them',
  builder: builder as CommandModule<object, Arguments>['builder'],
  async handler({ images, features: name, nnBackend, json, device: tier }) {
    const features = requireCode(await loadFeatures(name), '--features');
    const pictures: Picture[] = [];
    for (const path of images) pictures.push(await readNoted(path));
    let device: Device | undefined;
    try {
      if (nnBackend === 'webgpu') device = await openDevice(deviceOptions(tier));
      const tensors = openTensors({ backend: nnBackend, device });
      const codes: Float32Array[] = [];
      for (const picture of pictures) codes.push(await codeOf(picture, features, tensors));
      const distances = codes.map((a) => codes.map((b) => codeDistance(a, b)));
      if (json)
        console.log(JSON.stringify({ type: 'style', images, codes: codes.map((code) => [...code]), distances }));
      else print(images, distances);
    } finally {
      features.dispose();
      device?.close();
    }
  },
};

/** The matrix of distances, 0 to 2, with a number for each picture. */
function print(images: readonly string[], distances: readonly (readonly number[])[]): void {
  for (const [i, path] of images.entries()) console.log(`${`${i + 1}`.padStart(3)}  ${path}`);
  const row = (name: string, cells: readonly string[]) =>
    console.log([name, ...cells].map((cell, i) => cell.padStart(i === 0 ? 3 : 6)).join(' '));
  row(
    '',
    images.map((_, i) => `${i + 1}`),
  );
  for (const [i, line] of distances.entries()) {
    row(
      `${i + 1}`,
      line.map((value) => value.toFixed(3)),
    );
  }
}
