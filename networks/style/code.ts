import type { Size } from '../../engine/frame.js';
import type { Picture } from '../../engine/picture.js';
import { resample, sizeLike } from '../../engine/picture-resample.js';
import { usage } from '../../errors.js';
import type { Features } from '../../features/index.js';
import { type Tensors, tf } from '../../tensors/index.js';

/** A network that has a style code. */
export type CodedFeatures = Features & Required<Pick<Features, 'code'>>;

/** @throws VoxstyleError `usage` for features without a style code, which `option` named. */
export function requireCode(features: Features, option: string): CodedFeatures {
  if (features.code) return { ...features, code: features.code };
  const fix = 'leave it out for f_style, or name the f_style.json that voxstyle train style wrote';
  throw usage(option, 'a network with a style code', `${features.name}, which has none`, fix);
}

/**
 * The longer side of a picture when its style is read. Textures are a style's, so its code depends on the size: the same
 * scene at 96² and at 192² is as far apart as two views of it, and at the same size it is not.
 */
export const CODE_SIDE = 96;
/** The least shorter side, where that asks for more: f_style sees nothing in fewer pixels than 15. */
const LEAST_SIDE = 16;

/** The size at which a picture's style is read. */
export function codeSize(picture: Pick<Picture, 'width' | 'height'>): Size {
  const { width, height } = picture;
  return sizeLike(
    picture,
    Math.max(CODE_SIDE, Math.ceil((LEAST_SIDE * Math.max(width, height)) / Math.min(width, height))),
  );
}

/** The style code of a picture of any size, read at `codeSize`: a unit vector. */
export function codeOf(picture: Picture, { extract, code }: CodedFeatures, tensors: Tensors): Promise<Float32Array> {
  const { width, height } = codeSize(picture);
  const { data } = resample(picture, width, height);
  return tensors.run(() => {
    const colours = tf.slice(tf.tensor3d(data, [height, width, 4]), [0, 0, 0], [-1, -1, 3]);
    return tensors.read(code.of(extract(colours, new Set(code.layers)).maps));
  });
}

/** ‖s − s′‖ of two codes, 0 to 2. */
export const codeDistance = (a: Float32Array, b: Float32Array) => Math.hypot(...a.map((value, i) => value - b[i]!));
