import type { Argv } from 'yargs';
import type { Picture } from '../engine/picture.js';
import { pictureNotes, readPicture } from '../engine/picture-file.js';
import { usage } from '../errors.js';
import { countLabels, type LabelMap, labelsOfAlpha, labelsOfBackdrop, readMask, type Target } from '../losses/index.js';

/** The pictures whose look is wanted, which may be several, with weights. */
export const targetOptions = <T>(args: Argv<T>) =>
  args
    .option('target', {
      type: 'string',
      array: true,
      demandOption: true,
      describe: 'picture whose look is wanted; several are mixed',
    })
    .option('target-weights', { type: 'string', describe: 'of several targets, as in 2,1; equal without it' });

/** Which parts of the targets go with which of the render. */
export const maskOptions = <T>(args: Argv<T>) =>
  args
    .option('target-mask', {
      type: 'string',
      array: true,
      describe:
        'for each target a picture of flat colours, or alpha, or backdrop: which parts of it go with which of the render',
    })
    .option('render-mask', {
      type: 'string',
      describe: 'picture of the same flat colours, or transmittance: white where the render is opaque, else black',
    });

interface TargetArguments {
  target: string[];
  targetWeights: string | undefined;
  targetMask?: string[] | undefined;
  renderMask?: string | undefined;
}

/** Reads a picture and says what may not be expected of it. */
export async function readNoted(path: string): Promise<Picture> {
  const picture = await readPicture(path);
  for (const note of pictureNotes(path, picture)) console.error(`note: ${note}`);
  return picture;
}

/** A mask file, or the parts that a picture has by itself. @throws VoxstyleError `usage` when it has one part only. */
export async function labelsFor(
  mask: string | undefined,
  path: string,
  picture: Picture,
): Promise<LabelMap | undefined> {
  if (mask === undefined) return undefined;
  if (mask !== 'alpha' && mask !== 'backdrop') return readMask(mask);
  const map = mask === 'alpha' ? labelsOfAlpha(picture) : labelsOfBackdrop(picture);
  const what = mask === 'alpha' ? 'clear and opaque pixels' : 'a flat backdrop and something before it';
  if (countLabels(map).size > 1) return map;
  throw usage(`mask ${mask}`, `${what} in ${path}`, 'one of the two', 'paint a mask and name its file');
}

/** Reads the targets and the masks. */
export async function readTargets(
  args: TargetArguments,
): Promise<{ targets: Target[]; labels: LabelMap | 'transmittance' | undefined }> {
  const { target: paths, targetMask: masks = [], renderMask } = args;
  // An option that is given again counts as given last, which for these would leave pictures out unnoticed.
  for (const option of ['--target', '--target-mask']) {
    const times = process.argv.filter((word) => word === option || word.startsWith(`${option}=`)).length;
    if (times > 1) throw usage(option, 'all of them after one', `${times} times`, `write ${option} A.png B.png`);
  }
  const each = (option: string, found: number) => {
    if (found === paths.length) return;
    throw usage(option, `one for each of the ${paths.length} targets`, `${found}`, 'give as many as targets');
  };
  const weights = args.targetWeights?.split(',').map(Number) ?? paths.map(() => 1);
  each('--target-weights', weights.length);
  if (masks.length > 0) each('--target-mask', masks.length);
  const targets = await Promise.all(
    paths.map(async (path, i): Promise<Target> => {
      const picture = await readNoted(path);
      const labels = await labelsFor(masks[i], path, picture);
      return { picture, weight: weights[i], labels };
    }),
  );
  const labels = renderMask === undefined || renderMask === 'transmittance' ? renderMask : await readMask(renderMask);
  return { targets, labels };
}
