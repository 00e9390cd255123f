import type { Argv } from 'yargs';
import { type Features, FILTER_BANK, loadFeatures } from '../features/index.js';
import { COLOUR_CONTROLS, type ColourControl, LOSSES } from '../losses/index.js';
import { BACKENDS } from '../tensors/index.js';

/** What computes networks and losses. */
export const backendOption = <T>(args: Argv<T>) =>
  args.option('nn-backend', {
    type: 'string',
    choices: ['auto', ...BACKENDS] as const,
    default: 'auto' as const,
    describe: 'what networks, features and losses are computed with: webgpu on a GPU, wasm elsewhere',
  });

/** What features are, and what computes them. */
export const featureOptions = <T>(args: Argv<T>) =>
  backendOption(args).option('features', {
    type: 'string',
    default: FILTER_BANK,
    describe: 'what to take features from: filter-bank, f_style, or the manifest of a network',
  });

/** What pictures are compared by. */
export const lossOptions = <T>(args: Argv<T>, byDefault: string) =>
  featureOptions(args)
    .option('loss', {
      type: 'string',
      default: byDefault,
      describe: `name[/option=value…][:weight],… of ${[...LOSSES.keys()].join(', ')}; see voxstyle losses`,
    })
    .option('colour', {
      type: 'string',
      choices: COLOUR_CONTROLS,
      default: COLOUR_CONTROLS[0],
      describe: 'of the target: all; luminance: compare in grey; keep: the palette that is begun with',
    })
    .option('exclude-background', {
      type: 'boolean',
      default: false,
      describe: 'leave out what is black in the masks, or clear in the render',
    });

interface LossArguments {
  features: string;
  colour: ColourControl;
  excludeBackground: boolean;
}

/** Loads what `lossOptions` name. */
export async function readLossOptions({ features, colour, excludeBackground }: LossArguments) {
  const loaded: Features = await loadFeatures(features);
  return { features: loaded, colour, background: !excludeBackground };
}
