import { usage } from '../errors.js';
import type { Features } from '../features/index.js';
import type { LossFactory } from './loss.js';
import type { LossOption, Setting } from './options.js';
import type { LossSpec } from './spec.js';
import type { TensorLoss } from './tensor-loss.js';

/** How a loss is computed: on the host, from whole pictures, or on tensors, together with others. */
export type Made = { on: 'pictures'; factory: LossFactory; pairs: boolean } | { on: 'tensors'; loss: TensorLoss };

/** A loss that can be named. */
export interface LossEntry {
  /** One line. */
  about: string;
  /** One line for each option. */
  options: readonly string[];
  /** @throws VoxstyleError `usage` for an option that it doesn't have, or that is wrong. */
  make(spec: LossSpec, setting: Setting): Made;
}

/**
 * A loss on the host.
 *
 * @param pairs whether it compares pixel by pixel, so that only pixels which have a label in both pictures count.
 */
export function ofPictures(about: string, factory: LossFactory, { pairs }: { pairs: boolean }): LossEntry {
  return {
    about,
    options: [],
    make(spec) {
      refuseOthers(spec, []);
      return { on: 'pictures', factory, pairs };
    },
  };
}

// biome-ignore lint/suspicious/noExplicitAny: the values' types are inferred from the table of options.
type Options = Readonly<Record<string, LossOption<any>>>;
export type Values<Of extends Options> = { [Name in keyof Of]: ReturnType<Of[Name]['read']> };

/** A loss on tensors. */
export function ofTensors<Of extends Options>(
  about: string,
  options: Of,
  make: (values: Values<Of>, features: Features) => TensorLoss,
): LossEntry {
  return {
    about,
    options: Object.values(options).map((option) => option.about),
    make(spec, setting) {
      refuseOthers(spec, Object.keys(options));
      const read = ([name, option]: [string, LossOption<unknown>]) => [
        name,
        option.read(spec.options.get(name), `loss ${spec.name}`, setting),
      ];
      const values = Object.fromEntries(Object.entries(options).map(read)) as Values<Of>;
      return { on: 'tensors', loss: make(values, setting.features) };
    },
  };
}

/** Which picture a member is compared with is every loss's option. */
export const OF = 'of';

function refuseOthers({ name, options }: LossSpec, known: readonly string[]): void {
  const names = [...known, OF];
  const other = [...options.keys()].find((option) => !names.includes(option));
  if (other !== undefined)
    throw usage(`loss ${name}`, `an option of it, ${names.join(', ')}`, `'${other}'`, 'correct it');
}
