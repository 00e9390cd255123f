import type { Argv, CommandModule } from 'yargs';
import {
  evaluate,
  figuresOf,
  gramCode,
  jointHistogramCode,
  OBJECTIVES,
  styleLearner,
  styleProduct,
} from '../networks/style/index.js';
import { openStyleData } from '../networks/style-data.js';
import { TRAIN_DEFAULTS } from '../networks/training/index.js';
import { trainPredict } from './train-predict.js';
import { listed, runTraining, trainingOptions } from './training.js';

const STEPS = 1500;

const builder = (args: Argv) =>
  trainingOptions(args, { manifest: styleProduct().manifest, out: 'out/f_style', size: 96, steps: STEPS }).option(
    'objective',
    {
      type: 'string',
      choices: Object.keys(OBJECTIVES) as (keyof typeof OBJECTIVES)[],
      default: 'infonce' as const,
      describe: 'what codes are trained for; proposal is the unbounded one',
    },
  );

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

const style: CommandModule<object, Arguments> = {
  command: 'style',
  describe: 'train f_style, which tells the styles of renders apart',
  builder: builder as CommandModule<object, Arguments>['builder'],
  async handler(args) {
    const { cubes: folder, seed = TRAIN_DEFAULTS.seed, size, phantoms } = args;
    await runTraining(args, {
      // Half precision leaves the recalls as they are.
      product: styleProduct({ dtype: 'F16' }),
      defaults: { steps: STEPS },
      async open({ device, tensors, note }) {
        const { notes, ...data } = await openStyleData({ device, folder, seed, size, phantoms });
        for (const line of notes) note(`note: ${line}`);
        for (const [name, code] of Object.entries({ Gram: gramCode(tensors), 'colour histograms': jointHistogramCode }))
          note(`beside it, ${name}: ${listed(figuresOf(await evaluate(code, data.validation)))}`);
        return styleLearner({ tensors, ...data, objective: OBJECTIVES[args.objective]() });
      },
    });
  },
};

export const train: CommandModule = {
  command: 'train',
  describe: 'train a network: train style, train predict',
  builder: (args) => args.command(style).command(trainPredict).demandCommand(1, 'no network was named'),
  handler: () => {},
};
