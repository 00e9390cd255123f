import type { Argv, CommandModule } from 'yargs';
import { loadFeatures } from '../features/index.js';
import { PREDICT_DEFAULTS, PREDICT_FILE, predictLearner, predictProduct } from '../networks/predict/index.js';
import { openPredictData } from '../networks/predict-data.js';
import { requireCode } from '../networks/style/index.js';
import { TRAIN_DEFAULTS } from '../networks/training/index.js';
import { number, optional } from './options.js';
import { runTraining, trainingOptions } from './training.js';

const STEPS = 1600;

const builder = (args: Argv) =>
  trainingOptions(args, { manifest: PREDICT_FILE, out: 'out/f_predict', size: 64, steps: STEPS })
    .option('features', { type: 'string', default: 'f_style', describe: 'style network: f_style, or its manifest' })
    .option('style-weight', {
      type: 'string',
      describe: `of the style of renders, through the renderer, beside the error in Ψ; 0 learns from Ψ only (${PREDICT_DEFAULTS.styleWeight})`,
      coerce: optional(number('style-weight', { least: 0 })),
    });

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

export const trainPredict: CommandModule<object, Arguments> = {
  command: 'predict',
  describe: 'train f_predict, which guesses the Ψ of a cube for a style',
  builder: builder as CommandModule<object, Arguments>['builder'],
  async handler(args) {
    const { cubes: folder, seed = TRAIN_DEFAULTS.seed, size, phantoms, features: name, styleWeight } = args;
    const features = requireCode(await loadFeatures(name), '--features');
    try {
      await runTraining(args, {
        // Half precision leaves the figures as they are.
        product: predictProduct({ features: features.digest, dtype: 'F16' }),
        defaults: { steps: STEPS, validateEvery: 150 },
        async open({ device, tensors, note }) {
          const { notes, ...data } = await openPredictData({ device, tensors, features, folder, seed, size, phantoms });
          for (const line of notes) note(`note: ${line}`);
          return predictLearner({ device, tensors, features, ...data, styleWeight });
        },
      });
    } finally {
      features.dispose();
    }
  },
};
