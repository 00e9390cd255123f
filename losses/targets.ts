import type { Picture } from '../engine/picture.js';
import { usage } from '../errors.js';
import { inGrey, recoloured } from './colour.js';
import type { Comparison, Target } from './comparison.js';
import { countLabels, type LabelMap } from './labels.js';
import { BACKGROUND, FOREGROUND, labelsOfAlpha } from './sections.js';

/** A target's weight among others, which add up to 1. */
export const shareOf = ({ weight = 1 }: Target, targets: readonly Target[]): number =>
  weight / targets.reduce((sum, { weight = 1 }) => sum + weight, 0);

/** @throws VoxstyleError `usage` for labels of another size than the picture's, as a mask that was painted over it has. */
export function requireFit({ picture, labels }: Target): void {
  if (labels === undefined || (labels.width === picture.width && labels.height === picture.height)) return;
  const [expected, found] = [picture, labels].map(({ width, height }) => `${width}×${height}`) as [string, string];
  throw usage('labels of a target', `its size, ${expected}`, found, 'save the mask at that size');
}

/** @throws VoxstyleError `usage` for a weight that isn't a positive number. */
export function requireWeights(targets: readonly Pick<Target, 'weight'>[]): void {
  for (const { weight = 1 } of targets) {
    if (weight > 0 && weight < Number.POSITIVE_INFINITY) continue;
    throw usage('target', 'a positive weight', `${weight}`, 'correct it');
  }
}

/** What a member of a loss is compared with. */
export type Of = 'target' | 'start';

/** A comparison whose labels are known. */
export interface Labelled extends Comparison {
  labels: LabelMap | undefined;
}

/**
 * Labels as a mask has them. Beside a render's own, which are two, a target's are too: what isn't background is foreground.
 *
 * @throws VoxstyleError `usage` when a render's own are wanted, but not how it began.
 */
export function withLabels(comparison: Comparison): Labelled {
  const { labels, targets } = comparison;
  if (labels !== 'transmittance') return { ...comparison, labels };
  const own = labelsOfAlpha(startOf(comparison, 'labels transmittance'));
  if (countLabels(own).size === 1) {
    const expected = 'clear and opaque pixels in the picture that is begun with';
    throw usage('labels transmittance', expected, 'one of the two', 'begin with another Ψ, or paint a mask');
  }
  return {
    ...comparison,
    labels: own,
    targets: targets.map((target) => ({ ...target, labels: target.labels && inTwo(target.labels) })),
  };
}

const inTwo = ({ width, height, labels }: LabelMap): LabelMap => ({
  width,
  height,
  labels: labels.map((label) => (label === BACKGROUND ? BACKGROUND : FOREGROUND)),
});

function startOf({ start }: Comparison, why: string): Picture {
  if (start) return start;
  throw usage(why, 'the picture that a refinement begins with', 'none', 'use it in a refinement, or pass one as start');
}

/** The targets as a loss is to see them. @throws VoxstyleError `usage` when a picture is needed that isn't there. */
export function targetsOf(of: Of, comparison: Labelled): Target[] {
  const { colour = 'all', labels, targets } = comparison;
  requireWeights(targets);
  const seen = (picture: Picture) => (colour === 'luminance' ? inGrey(picture) : picture);
  if (of === 'start') {
    const picture = startOf(comparison, 'of=start');
    return [{ picture: seen(picture), labels }];
  }
  const like = colour === 'keep' ? startOf(comparison, 'colour keep') : undefined;
  return targets.map((target) => ({
    ...target,
    picture: like ? recoloured(target.picture, like) : seen(target.picture),
  }));
}
