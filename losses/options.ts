import { usage } from '../errors.js';
import type { Features } from '../features/index.js';
import type { LayerWeight } from './tensor-loss.js';

/** What an option may depend on. */
export interface Setting {
  features: Features;
  /** The shortest side of the pictures, in pixels. */
  side: number;
}

/** An option of a loss, as in `gram/layers=scale1+scale2@2`. */
export interface LossOption<T> {
  /** What it does and how it is written. */
  about: string;
  /** Of the text after the '='; of undefined when the option isn't given. @throws VoxstyleError `usage`. */
  read(text: string | undefined, where: string, setting: Setting): T;
}

/** `1+2@0.5`: words with weights, 1 when left out. */
function weighted(text: string, where: string): { word: string; weight: number }[] {
  const parts = text.split('+').map((part) => {
    const [word = '', ...rest] = part.split('@');
    const weight = rest.length === 0 ? 1 : Number(rest.join('@'));
    if (word !== '' && weight > 0 && weight < Number.POSITIVE_INFINITY) return { word, weight };
    throw usage(where, 'words with positive weights, as in a+b@0.5', `'${part}'`, 'correct it');
  });
  const again = parts.find(({ word }, i) => parts.findIndex((other) => other.word === word) < i);
  if (again) throw usage(where, 'each word once', `'${again.word}' again`, 'correct it');
  return parts;
}

/**
 * Which layers of the features, with which weights. Default: those of the features' own choice that targets are large enough
 * for, or the finest of them.
 *
 * @param last how many of those, the coarsest; all when left out.
 */
export function layersOption(last = Number.POSITIVE_INFINITY): LossOption<LayerWeight[]> {
  return {
    about: 'layers of the features, with weights: layers=NAME[@weight]+…',
    read(text, where, { features, side }) {
      if (text === undefined) {
        const chosen = features.layers.filter(({ name }) => features.defaultLayers.includes(name));
        const fitting = chosen.filter(({ leastSide }) => leastSide <= side);
        const used = (fitting.length > 0 ? fitting : chosen.slice(0, 1)).slice(-last);
        return used.map(({ name }) => ({ layer: name, weight: 1 }));
      }
      const names = features.layers.map(({ name }) => name);
      return weighted(text, where).map(({ word, weight }) => {
        if (names.includes(word)) return { layer: word, weight };
        throw usage(where, `layers of ${features.name}, ${names.join(', ')}`, `'${word}'`, 'name one of them');
      });
    },
  };
}
export interface LayersOption {
  layers: LayerWeight[];
}

/** A whole number. */
export function wholeOption(
  name: string,
  about: string,
  byDefault: number,
  least: number,
  most: number,
): LossOption<number> {
  return {
    about: `${about}: ${name}=N, ${least} to ${most} (${byDefault})`,
    read(text, where) {
      if (text === undefined) return byDefault;
      const value = text === '' ? Number.NaN : Number(text);
      if (Number.isInteger(value) && value >= least && value <= most) return value;
      throw usage(where, `a whole number, ${least} to ${most}, as ${name}`, `'${text}'`, 'correct it');
    },
  };
}

/** Whole numbers with weights, as pools of the Laplacian. */
export function numbersOption(
  name: string,
  about: string,
  byDefault: readonly number[],
  most: number,
): LossOption<{ number: number; weight: number }[]> {
  return {
    about: `${about}: ${name}=N[@weight]+…, 1 to ${most} (${byDefault.join('+')})`,
    read(text, where) {
      if (text === undefined) return byDefault.map((number) => ({ number, weight: 1 }));
      return weighted(text, where).map(({ word, weight }) => {
        const number = Number(word);
        if (Number.isInteger(number) && number >= 1 && number <= most) return { number, weight };
        throw usage(where, `whole numbers, 1 to ${most}, as ${name}`, `'${word}'`, 'correct it');
      });
    },
  };
}

/** One of some words. */
export function wordOption<Word extends string>(
  name: string,
  about: string,
  words: readonly [Word, ...Word[]],
): LossOption<Word> {
  return {
    about: `${about}: ${name}=${words.join('|')} (${words[0]})`,
    read(text, where) {
      if (text === undefined) return words[0];
      const found = words.find((word) => word === text);
      if (found !== undefined) return found;
      throw usage(where, `${name}=${words.join('|')}`, `'${text}'`, 'correct it');
    },
  };
}
