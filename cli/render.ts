import type { CommandModule } from 'yargs';
import { type Cube, describeCube } from '../cubes/index.js';
import { openDevice } from '../engine/device.js';
import { encodePng } from '../engine/picture-file.js';
import { renderImage } from '../engine/render-image.js';
import { usage } from '../errors.js';
import { writeFileWhole } from '../files.js';
import {
  cubeOf,
  cubeOptions,
  deviceOption,
  deviceOptions,
  fitScene,
  jsonOption,
  psiOf,
  viewOptions,
} from './options.js';

/** WIDTHxHEIGHT, or one number for a square. */
function parseSize(text: string): { width: number; height: number } {
  const [width, height = width, ...more] = text.split(/[x×]/).map(Number);
  const legal = (n: number | undefined) => n !== undefined && Number.isInteger(n) && n > 0;
  if (legal(width) && legal(height) && more.length === 0) return { width: width!, height: height! };
  throw usage('--size', 'WIDTHxHEIGHT or one number, in pixels', `'${text}'`, 'write it as in --size 640x480');
}

const builder = (args: Parameters<typeof cubeOptions>[0]) =>
  jsonOption(deviceOption(viewOptions(cubeOptions(args))))
    .option('psi', { type: 'string', describe: 'Ψ document; the cube’s default without it' })
    .option('out', { type: 'string', demandOption: true, describe: 'PNG file to write' })
    .option('size', { type: 'string', default: '512', describe: 'WIDTHxHEIGHT or one number', coerce: parseSize });

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

export const render: CommandModule<object, Arguments> = {
  command: 'render',
  describe: 'render a z-stack under a Ψ',
  builder: builder as CommandModule<object, Arguments>['builder'],
  async handler(args) {
    const makePsi = (cube: Cube) => psiOf(args.psi, cube, args);
    let cube = await cubeOf(args);
    console.error(describeCube(cube));
    let psi = await makePsi(cube);
    const device = await openDevice(deviceOptions(args.device));
    try {
      ({ cube, psi } = await fitScene(device, { cube, psi }, args.downsample, makePsi));
      for (const note of cube.notes) console.error(`note: ${note}`);
      const picture = await renderImage(device, cube, psi, args.size);
      await writeFileWhole(args.out, encodePng(picture));
    } finally {
      device.close();
    }
    console.error(`wrote ${args.out}`);
    if (args.json)
      console.log(JSON.stringify({ type: 'rendered', out: args.out, ...args.size, device: device.driver }));
  },
};
