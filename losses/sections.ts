import type { Picture } from '../engine/picture.js';
import { usage } from '../errors.js';
import type { Target } from './comparison.js';
import { countLabels, EVERYWHERE, type LabelMap, type Region, regionOf } from './labels.js';

/** The label of what lies behind: black in a mask, pixels that hold back next to nothing in a render. */
export const BACKGROUND = 0x000000;
/** The label of what is rendered, white in a mask. */
export const FOREGROUND = 0xffffff;

/** Pixels of the picture and of the target that are compared with each other. */
export interface Section {
  label: number;
  /** The label's share of what counts of the picture's mask, 0 to 1; they add up to 1. */
  share: number;
  /** The picture's pixels of the label. */
  picture: Region;
  /** Pixels that have the label in both, for what is compared pixel by pixel. */
  both: Region;
}

/** How a picture and a target are cut for a comparison. */
export interface Sections {
  /** The target's pixels by label. */
  readonly target: ReadonlyMap<number, Region>;
  readonly all: readonly Section[];
}

const WHOLE: Sections = {
  target: new Map([[FOREGROUND, EVERYWHERE]]),
  all: [{ label: FOREGROUND, share: 1, picture: EVERYWHERE, both: EVERYWHERE }],
};

/** As people know it: `#ff0000`. */
export const labelName = (label: number) => `#${label.toString(16).padStart(6, '0')}`;

/**
 * @param labels of the picture, at any size.
 * @throws VoxstyleError `usage` when a label that is in one mask isn't in the other, or no label is left.
 */
export function sectionsOf(target: Target, labels: LabelMap | undefined, background = true): Sections {
  if (labels === undefined && !background) {
    throw usage('labels', 'a mask that says what is background, so that it can be left out', 'none', 'name a mask');
  }
  if (labels === undefined && target.labels === undefined) return WHOLE;
  if (labels === undefined)
    throw usage('labels', 'labels of the render beside those of the target', 'none', 'give both');
  const goal = target.labels;
  const [here, there] = [countLabels(labels), goal && countLabels(goal)];
  const counted = [...here.keys()].filter((label) => background || label !== BACKGROUND);
  if (counted.length === 0) {
    throw usage('labels', 'a label beside the background', 'none', 'paint one, or count the background');
  }
  for (const label of counted) requireLabel(label, there, 'the target');
  for (const label of there?.keys() ?? []) requireLabel(label, here, 'the render');
  const all = counted.reduce((sum, label) => sum + here.get(label)!, 0);
  return {
    target: new Map(counted.map((label) => [label, goal ? regionOf(label, goal) : EVERYWHERE])),
    all: counted.map((label) => ({
      label,
      share: here.get(label)! / all,
      picture: regionOf(label, labels),
      both: goal ? regionOf(label, labels, goal) : regionOf(label, labels),
    })),
  };
}

/** The refusal of a label that no pixel of a picture, or of a layer of its features, has at its centre. */
export const tooSmall = (loss: string, label: number, [height, width]: readonly number[]) =>
  usage(
    `loss ${loss}`,
    `pixels of the label ${labelName(label)} wherever it looks, in both pictures`,
    `none somewhere at ${width}×${height}`,
    'paint the label larger, enlarge the pictures, use one level, or name finer layers',
  );

function requireLabel(label: number, there: ReadonlyMap<number, number> | undefined, whose: string): void {
  if (there === undefined || there.has(label)) return;
  const found = [...there.keys()].map(labelName).join(', ');
  throw usage(
    `labels of ${whose}`,
    `pixels of the label ${labelName(label)}`,
    `${found} alone`,
    'paint the same labels in both masks',
  );
}

/** Of the light behind it, what a pixel holds back at the least to be `FOREGROUND`. */
const LEAST_OPACITY = 0.1;

/** A picture's own split, by the transmittance of a render's rays or a file's alpha. */
export function labelsOfAlpha({ width, height, data }: Picture): LabelMap {
  const labels = new Uint32Array(width * height);
  for (let i = 0; i < labels.length; i++) {
    labels[i] = 1 - data[4 * i + 3]! > LEAST_OPACITY ? FOREGROUND : BACKGROUND;
  }
  return { width, height, labels };
}
