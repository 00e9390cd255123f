import type { Size } from '../engine/frame.js';
import type { Picture } from '../engine/picture.js';
import { resample, sizeLike } from '../engine/picture-resample.js';
import { usage } from '../errors.js';
import { filterBank } from '../features/index.js';
import { COLOUR_CONTROLS, type Comparison, type LabelMap, requireFit, type Target } from '../losses/index.js';
import type { Tensors } from '../tensors/index.js';
import { bytesDigest, pictureDigest, textDigest } from './checkpoint.js';
import type { Level } from './levels.js';
import type { RefineOptions } from './options.js';

/** One picture, or several with weights. */
export type Targets = Picture | readonly Target[];

/** @throws VoxstyleError `usage` when there are none. */
export function targetList(targets: Targets): readonly Target[] {
  if ('data' in targets) return [{ picture: targets }];
  if (targets.length === 0) throw usage('targets', 'one or more', 'none', 'pass a picture');
  for (const target of targets) requireFit(target);
  return targets;
}

/** Whether a comparison asks for the picture that is begun with, which is each candidate's own. */
export const needsStart = (loss: string, { colour, labels }: RefineOptions): boolean =>
  colour === 'keep' || labels === 'transmittance' || loss.includes('of=start');

/**
 * What the pictures of a level are compared with. The first target gives the render its shape; the others keep their own, at the
 * same scale.
 */
export function comparisonAt(
  level: Level,
  targets: readonly Target[],
  options: RefineOptions,
  tensors: Tensors,
  start: Picture | undefined,
): Comparison {
  const { labels, background, colour, features } = options;
  if (labels !== undefined && labels !== 'transmittance') requireShape(labels, level);
  const resized = targets.map((target) => {
    const size = sizeAt(level, target.picture);
    return { ...target, picture: resample(target.picture, size.width, size.height) };
  });
  return { targets: resized, start, labels, background, colour, features, tensors };
}

/** A mask of the render is stretched to each level, so only its shape matters. */
function requireShape(labels: Size, level: Size): void {
  const { width, height } = sizeLike(labels, Math.max(level.width, level.height));
  if (Math.max(Math.abs(width - level.width), Math.abs(height - level.height)) <= 1) return;
  const expected = `the shape of the render, ${level.width}×${level.height}, at any size`;
  throw usage(
    'labels of the render',
    expected,
    `${labels.width}×${labels.height}`,
    'crop or pad the mask to that shape',
  );
}

/** The level's own size for a target of its shape, within what rounding does. */
function sizeAt({ width, height }: Level, target: Size): Size {
  const size = sizeLike(target, Math.max(width, height));
  return Math.max(Math.abs(size.width - width), Math.abs(size.height - height)) <= 1 ? { width, height } : size;
}

/** What a comparison is made of, for a checkpoint to refuse another. */
export function comparisonInputs(
  targets: readonly Target[],
  options: RefineOptions,
  tensors: Tensors,
): Record<string, string> {
  const { labels, background = true, colour = COLOUR_CONTROLS[0], features = filterBank } = options;
  const masks = [labels, ...targets.map((target) => target.labels)].map(maskDigest);
  return {
    target: targets.map(({ picture, weight = 1 }) => `${pictureDigest(picture)}:${weight}`).join(' '),
    labels: textDigest(JSON.stringify([masks, background])),
    colour,
    features: features.digest,
    backend: tensors.backend,
  };
}

const maskDigest = (mask: LabelMap | 'transmittance' | undefined): string =>
  typeof mask === 'object' ? bytesDigest(`${mask.width}×${mask.height}`, mask.labels) : (mask ?? 'none');
