import { usage, type VoxstyleError } from '../errors.js';

/** One member of a text such as `gram/layers=scale1+scale2:1,l2/of=start:0.5`. */
export interface LossSpec {
  /** As written, without the weight; what reports call the member. */
  text: string;
  name: string;
  /** By the names of the options. */
  options: ReadonlyMap<string, string>;
  weight: number;
}

/** A refusal that shows the whole text. */
export type Refuse = (expected: string, found: string) => VoxstyleError;

export const refuseLoss =
  (text: string, names: Iterable<string>): Refuse =>
  (expected, found) =>
    usage(
      `loss '${text}'`,
      expected,
      found,
      `write name[/option=value…][:weight],… such as swd:1,l2:0.5, of the losses ${[...names].join(', ')}`,
    );

/**
 * Splits `name[/option=value…][:weight],…`; a weight left out is 1.
 *
 * @throws VoxstyleError `usage` for a repeated member, a weight that isn't positive and finite, an empty text.
 */
export function readSpecs(text: string, known: (name: string) => boolean, refuse: Refuse): LossSpec[] {
  const specs: LossSpec[] = [];
  for (const part of text.split(',')) {
    const [written = '', ...weights] = part.split(':').map((word) => word.trim());
    const [name = '', ...options] = written.split('/');
    if (!known(name)) throw refuse('the name of a loss', name === '' ? 'no name' : `'${name}'`);
    if (specs.some(({ text }) => text === written)) throw refuse('each loss once', `'${written}' again`);
    const weight = weights.length === 0 ? 1 : Number(weights.join(':') || 'none');
    if (!(weight > 0 && weight < Number.POSITIVE_INFINITY)) {
      throw refuse(`a positive finite weight for ${name}`, `'${weights.join(':')}'`);
    }
    specs.push({ text: written, name, options: readOptions(options, refuse), weight });
  }
  return specs;
}

function readOptions(parts: readonly string[], refuse: Refuse): Map<string, string> {
  const options = new Map<string, string>();
  for (const part of parts) {
    const [name = '', ...value] = part.split('=');
    if (value.length === 0 || name === '') throw refuse('options written name=value', `'${part}'`);
    if (options.has(name)) throw refuse('each option once', `'${name}' again`);
    options.set(name, value.join('='));
  }
  return options;
}
