import type { Picture } from '../engine/picture.js';
import { VoxstyleError } from '../errors.js';
import { charbonnier } from './charbonnier.js';
import { l1 } from './l1.js';
import { l2 } from './l2.js';
import type { Loss, LossFactory } from './loss.js';
import { swd } from './swd.js';
import { weightedSum } from './weighted.js';

/** The losses that need no network, by the names that `--loss` takes. */
export const LOSSES: ReadonlyMap<string, LossFactory> = new Map([
  ['l1', l1],
  ['l2', l2],
  ['charbonnier', charbonnier],
  ['swd', swd],
]);

/**
 * Reads `name[:weight],…` and makes the weighted sum of those losses for the target; a weight left out is 1.
 *
 *     const loss = parseLoss('swd:1,l2:0.5', target);
 *     const { value, gradient } = await loss.evaluate(picture, { seed: 0, iteration: 0 });
 *
 * @param factories the losses that may be named, for a caller that knows more of them: `new Map([...LOSSES, ['gram', gram]])`
 * @throws VoxstyleError 'usage' for an unknown or repeated name, a weight that isn't positive and finite, an empty text.
 */
export function parseLoss(text: string, target: Picture, factories: ReadonlyMap<string, LossFactory> = LOSSES): Loss {
  const names = [...factories.keys()].join(', ');
  const refuse = (expected: string, found: string) =>
    new VoxstyleError('usage', {
      where: `loss '${text}'`,
      expected,
      found,
      fix: `write name:weight,… such as swd:1,l2:0.5, of the losses ${names}`,
    });

  const parsed = new Map<string, { factory: LossFactory; weight: number }>();
  for (const part of text.split(',')) {
    const [name = '', ...weights] = part.split(':').map((word) => word.trim());
    const factory = factories.get(name);
    if (!factory) throw refuse(`one of ${names}`, name === '' ? 'no name' : `'${name}'`);
    if (parsed.has(name)) throw refuse('each loss once', `'${name}' again`);
    const weight = weights.length === 0 ? 1 : Number(weights.join(':'));
    if (!(weight > 0 && weight < Number.POSITIVE_INFINITY)) {
      throw refuse(`a positive finite weight for ${name}`, `'${weights.join(':')}'`);
    }
    parsed.set(name, { factory, weight });
  }
  // Made only once the whole text is known to be right: a factory may be slow.
  return weightedSum([...parsed.values()].map(({ factory, weight }) => ({ loss: factory(target), weight })));
}
