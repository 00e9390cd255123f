import type { Picture } from '../../engine/picture.js';
import { type Comparison, parseLoss } from '../../losses/index.js';
import { randomPicture } from './reference.js';

export const context = { seed: 3, iteration: 1 };
export const WIDTH = 40;
export const HEIGHT = 36;
export const picture = randomPicture(WIDTH, HEIGHT, 1);
export const target = randomPicture(WIDTH, HEIGHT, 2);
/** A target of another size. */
export const other = randomPicture(44, 38, 3);

/** The value and gradient of a loss that is made for the one picture. */
export async function evaluate(text: string, comparison: Comparison, of: Picture = picture) {
  const loss = parseLoss(text, comparison);
  const value = await loss.evaluate(of, context);
  loss.dispose?.();
  return value;
}
