import type { Cube } from './cube.js';
import { finishCube } from './finish.js';
import { ctPhantom } from './phantom-ct.js';
import { fluorescencePhantom } from './phantom-fluorescence.js';
import type { LabelledPhantom, PhantomScene } from './phantom-scene.js';
import { wrongUsage } from './refuse.js';

export type PhantomKind = 'fluorescence' | 'ct';

export interface PhantomOptions {
  /** Any integer; 1 when left out. The same seed and size give the same bytes. */
  seed?: number;
  /** Voxels along x, 16 to 512; 64 when left out. The scene stays the same, sampled finer. */
  size?: number;
}

const MAKERS: Readonly<Record<PhantomKind, (seed: number, size: number) => PhantomScene>> = {
  fluorescence: fluorescencePhantom,
  ct: ctPhantom,
};

/**
 * Makes a volume whose structure is known: 'fluorescence' is a cluster of cells as a confocal microscope sees it (nuclei,
 * membranes, puncta; uint16, z sampled coarser), 'ct' a torso in Hounsfield units (int16, isotropic).
 *
 * @throws VoxstyleError `usage` for a size or seed that isn't an integer in range.
 */
export function makePhantom(kind: PhantomKind, options: PhantomOptions = {}): Cube {
  return makePhantomWithLabels(kind, options).cube;
}

/** `makePhantom` with the label of every voxel, for tests and benchmarks that need the truth. */
export function makePhantomWithLabels(kind: PhantomKind, options: PhantomOptions = {}): LabelledPhantom {
  const { seed = 1, size = 64 } = options;
  const source = `phantom:${kind}?seed=${seed}&size=${size}`;
  if (!Number.isInteger(size) || size < 16 || size > 512) {
    throw wrongUsage(source, { expected: 'a size of 16 to 512', found: `${size}`, fix: 'give e.g. size=64' });
  }
  if (!Number.isSafeInteger(seed)) {
    throw wrongUsage(source, { expected: 'a whole number as seed', found: `${seed}`, fix: 'give e.g. seed=1' });
  }
  const { labels, table, ...planes } = MAKERS[kind](seed, size);
  return { cube: finishCube({ ...planes, where: source, notes: [] }), labels, table };
}

/**
 * 'phantom:ct?seed=3&size=128' → the arguments of `makePhantom`.
 *
 * @throws VoxstyleError `usage` for a kind or parameter that isn't known.
 */
export function parsePhantomName(name: string): [PhantomKind, PhantomOptions] {
  const [kind = '', query = ''] = name.slice('phantom:'.length).split('?', 2);
  const parameters = new URLSearchParams(query);
  const unknown = [...parameters.keys()].find((key) => key !== 'seed' && key !== 'size');
  if (!Object.hasOwn(MAKERS, kind) || unknown !== undefined) {
    throw wrongUsage(name, {
      expected: `phantom:${Object.keys(MAKERS).join(' or phantom:')}, with ?seed=…&size=…`,
      found: `"${unknown ?? kind}"`,
      fix: 'give e.g. phantom:fluorescence?seed=1&size=64',
    });
  }
  const number = (key: string) => (parameters.has(key) ? Number(parameters.get(key) || Number.NaN) : undefined);
  const [seed, size] = [number('seed'), number('size')];
  return [kind as PhantomKind, { ...(seed !== undefined && { seed }), ...(size !== undefined && { size }) }];
}
