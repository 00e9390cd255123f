import type { Argv } from 'yargs';
import type { Cube } from '../cubes/index.js';
import type { Psi } from '../engine/psi.js';
import { Predictor, type StyleTarget } from '../networks/predict/index.js';
import type { Tensors } from '../tensors/index.js';

/** Which networks guess. */
export const predictorOptions = <T>(args: Argv<T>) =>
  args
    .option('predictor', {
      type: 'string',
      describe: 'f_predict.safetensors that voxstyle train predict wrote; the package’s own without it',
    })
    .option('predictor-features', {
      type: 'string',
      default: 'f_style',
      describe: 'the style network that it was trained on: f_style, or its manifest',
    });

interface PredictorArguments {
  predictor: string | undefined;
  predictorFeatures: string;
}

/** What `predictorOptions` name. */
export const openPredictor = (
  { predictor: path, predictorFeatures: features }: PredictorArguments,
  tensors: Tensors,
): Promise<Predictor> => Predictor.load({ tensors, path, features });

/** f_predict's guesses for a cube, the likeliest first, seen and sampled as a given Ψ says. */
export async function guesses(
  cube: Cube,
  targets: readonly StyleTarget[],
  view: Psi,
  args: PredictorArguments,
  tensors: Tensors,
): Promise<Psi[]> {
  const predictor = await openPredictor(args, tensors);
  try {
    const found = await predictor.predict(cube, await predictor.styleOf(targets), view.camera);
    return found.map(({ psi }) => ({ ...psi, sampling: view.sampling }));
  } finally {
    predictor.dispose();
  }
}
