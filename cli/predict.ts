import type { Argv, CommandModule } from 'yargs';
import { type Cube, describeCube } from '../cubes/index.js';
import { openDevice } from '../engine/device.js';
import { Renderer } from '../engine/renderer.js';
import { writeFileWhole } from '../files.js';
import type { RankedHypothesis } from '../networks/predict/index.js';
import { openTensors } from '../tensors/index.js';
import { backendOption } from './loss-options.js';
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
import { openPredictor, predictorOptions } from './predict-options.js';
import { readTargets, targetOptions } from './target-options.js';

const builder = (args: Argv) =>
  backendOption(predictorOptions(targetOptions(jsonOption(deviceOption(viewOptions(cubeOptions(args))))))).option(
    'out',
    {
      type: 'string',
      demandOption: true,
      describe: 'file for the Ψ whose style is the nearest',
    },
  );

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

export const predict: CommandModule<object, Arguments> = {
  command: 'predict',
  describe: 'guess the Ψ with which a z-stack has the look of a picture, in a moment',
  builder: builder as CommandModule<object, Arguments>['builder'],
  async handler(args) {
    const { targets } = await readTargets(args);
    const viewOf = (cube: Cube) => psiOf(undefined, cube, args);
    const loaded = await cubeOf(args);
    console.error(describeCube(loaded));
    const device = await openDevice(deviceOptions(args.device));
    try {
      const { cube, psi: byDefault } = await fitScene(
        device,
        { cube: loaded, psi: await viewOf(loaded) },
        args.downsample,
        viewOf,
      );
      const predictor = await openPredictor(args, openTensors({ backend: args.nnBackend, device }));
      const renderer = await Renderer.open(device, cube);
      const begun = performance.now();
      const style = await predictor.styleOf(targets);
      const found = await predictor.predict(cube, style, byDefault.camera);
      const ranked = await predictor.rank(renderer, found, style, targets[0]!.picture);
      const seconds = (performance.now() - begun) / 1000;
      const [start] = await predictor.rank(renderer, [{ psi: byDefault, weight: 0 }], style, targets[0]!.picture);
      renderer.close();
      predictor.dispose();
      const psi = { ...ranked[0]!.psi, sampling: byDefault.sampling };
      await writeFileWhole(args.out, `${JSON.stringify(psi, null, 2)}\n`);
      if (args.json) console.log(JSON.stringify({ type: 'predict', seconds, hypotheses: ranked, default: start }));
      else print(ranked, start!.distance, seconds);
      console.error(`wrote ${args.out}`);
    } finally {
      device.close();
    }
  },
};

function print(ranked: readonly RankedHypothesis[], start: number, seconds: number): void {
  console.log('hypothesis  weight  style distance');
  for (const [i, { weight, distance }] of ranked.entries())
    console.log(`${`${i + 1}`.padStart(10)}  ${weight.toFixed(3).padStart(6)}  ${distance.toFixed(3).padStart(14)}`);
  console.log(`   default  ${'–'.padStart(6)}  ${start.toFixed(3).padStart(14)}`);
  console.error(`guessed in ${seconds.toFixed(2)} s, without loading`);
}
