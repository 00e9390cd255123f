import { type NamedCube, openCubes } from './data/index.js';
import { digest } from './training/index.js';

export interface SplitsOptions {
  /** The user's own volumes; phantoms alone without it. */
  folder?: string | undefined;
  /** Phantoms of each kind, to train on and to judge by. */
  phantoms: Readonly<Record<'train' | 'validation', number>>;
  seed: number;
}

export interface Splits {
  train: readonly NamedCube[];
  /** Cubes that are never trained on. */
  held: readonly NamedCube[];
  /** Of their names, which a resumed training must share. */
  digest: string;
  /** For people: how many there are, and what was left out. */
  notes: string[];
}

/** What a network is trained on, and what it is judged by. @throws VoxstyleError as `openCubes`. */
export async function openSplits({ folder, phantoms, seed }: SplitsOptions): Promise<Splits> {
  const of = (split: 'train' | 'validation') =>
    openCubes({ phantoms: phantoms[split], seed, split, ...(folder !== undefined && { folder }) });
  const [train, held] = [await of('train'), await of('validation')];
  return {
    train: train.cubes,
    held: held.cubes,
    digest: digest([...train.cubes, ...held.cubes].map(({ name }) => name)),
    notes: [
      `${train.cubes.length} cubes to train on, ${held.cubes.length} to judge by`,
      ...[...train.skipped, ...held.skipped].map(({ name, reason }) => `${name} is left out: ${reason}`),
    ],
  };
}
