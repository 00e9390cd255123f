import type { Picture } from '../../engine/picture.js';
import { usage } from '../../errors.js';
import { requireWeights } from '../../losses/index.js';
import type { Tensors } from '../../tensors/index.js';
import { type CodedFeatures, codeOf } from '../style/index.js';
import { PALETTE_LENGTH, paletteOf } from './palette.js';

/** What f_predict is told of a style. */
export interface Style {
  /** f_style's code, of unit length. */
  readonly code: Float32Array;
  /** See `paletteOf`. */
  readonly palette: Float32Array;
}

/** A picture whose style is wanted, and what it counts beside others. */
export interface StyleTarget {
  readonly picture: Picture;
  /** Default 1. */
  readonly weight?: number | undefined;
}

/**
 * The style of a picture; of several, the direction of the weighted mean of their codes, and the mean of their palettes.
 *
 * @throws VoxstyleError `usage` for a wrong weight, or when nothing is left of the mean.
 */
export async function styleOf(
  targets: readonly StyleTarget[],
  features: CodedFeatures,
  tensors: Tensors,
): Promise<Style> {
  requireWeights(targets);
  const total = targets.reduce((sum, { weight = 1 }) => sum + weight, 0);
  const [codes, palettes] = [[] as Float32Array[], [] as Float32Array[]];
  for (const { picture } of targets) {
    codes.push(await codeOf(picture, features, tensors));
    palettes.push(paletteOf(picture));
  }
  const mean = (rows: readonly Float32Array[], length: number) =>
    Float32Array.from({ length }, (_, i) =>
      rows.reduce((sum, row, r) => sum + ((targets[r]!.weight ?? 1) * row[i]!) / total, 0),
    );
  const code = mean(codes, codes[0]?.length ?? 0);
  const length = Math.hypot(...code);
  if (!(length > 0)) {
    throw usage('targets', 'one or more', 'none', 'pass a picture');
  }
  return { code: code.map((value) => value / length), palette: mean(palettes, PALETTE_LENGTH) };
}
