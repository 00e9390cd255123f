import type { Argv, CommandModule } from 'yargs';
import {
  evaluate,
  figuresOf,
  gramCode,
  jointHistogramCode,
  styleLearner,
  styleProduct,
} from '../networks/style/index.js';
import { openStyleData } from '../networks/style-data.js';
import { TRAIN_DEFAULTS } from '../networks/training/index.js';
import { listed, runTraining, type TrainingArguments, trainingOptions } from './training.js';

const builder = (args: Argv) => trainingOptions(args, styleProduct(), 'out/f_style');

const style: CommandModule<object, TrainingArguments> = {
  command: 'style',
  describe: 'train f_style, which tells the styles of renders apart',
  builder: builder as CommandModule<object, TrainingArguments>['builder'],
  async handler(args) {
    const { cubes: folder, seed = TRAIN_DEFAULTS.seed, size, phantoms } = args;
    await runTraining(args, {
      product: styleProduct(),
      async open({ device, tensors, note }) {
        const { notes, ...data } = await openStyleData({ device, folder, seed, size, phantoms });
        for (const line of notes) note(`note: ${line}`);
        for (const [name, code] of Object.entries({ Gram: gramCode(tensors), 'colour histograms': jointHistogramCode }))
          note(`beside it, ${name}: ${listed(figuresOf(await evaluate(code, data.validation)))}`);
        return styleLearner({ tensors, ...data });
      },
    });
  },
};

export const train: CommandModule = {
  command: 'train',
  describe: 'train a network: train style',
  builder: (args) => args.command(style).demandCommand(1, 'no network was named'),
  handler: () => {},
};
