import { type Cube, makePhantom } from '../../../cubes/index.js';
import type { NamedCube } from '../../../networks/data/index.js';

export const ct = makePhantom('ct', { seed: 1, size: 16 });
export const otherCt = makePhantom('ct', { seed: 2, size: 16 });
export const cells = makePhantom('fluorescence', { seed: 1, size: 16 });
export const otherCells = makePhantom('fluorescence', { seed: 2, size: 16 });

export const named = (...cubes: Cube[]): NamedCube[] => cubes.map((cube) => ({ name: cube.source, cube }));

/** Whether numbers rise from one to the next. */
export const rises = (numbers: readonly number[]) => numbers.every((n, i) => i === 0 || n > numbers[i - 1]!);

export const within = (value: number, [least, most]: readonly [number, number]) => value >= least && value <= most;
