import { seededRandom } from '../random.js';
import { gaussianBlur } from './blur.js';
import { coverage } from './phantom-edges.js';
import type { PhantomScene } from './phantom-scene.js';
import { torso } from './phantom-torso.js';

/** Half the length of the imaged box in mm. */
const HALF_WIDTH = 200;
/** The scanner's point spread function in mm, and its noise in Hounsfield units. */
const PSF = 1.4;
const NOISE = 14;
/** Hounsfield units that 12 bits hold. */
const LIMITS = [-1024, 3071] as const;

/**
 * A torso in a CT scanner, in Hounsfield units: skin, fat, muscle, lungs with their vessels, heart and aorta, liver,
 * spleen, kidneys, a stomach with air in it, ribs, spine, sternum, and a few dense inserts. Axes: x to the
 * patient's left, y to the back, z to the head.
 */
export function ctPhantom(seed: number, size: number): PhantomScene {
  const structures = torso(seededRandom(seed, 11));
  const voxels = size ** 3;
  const hu = new Float32Array(voxels).fill(-1000);
  const labels = new Uint8Array(voxels);
  const names = ['air', ...new Set(structures.map(({ name }) => name))];
  const step = 2 / size;
  for (const { name, hu: value, low, high, distance } of structures) {
    const label = names.indexOf(name);
    const from = low.map((c) => Math.max(0, Math.floor((c + 1) / step) - 1));
    const to = high.map((c) => Math.min(size - 1, Math.ceil((c + 1) / step) + 1));
    for (let z = from[2]!; z <= to[2]!; z++) {
      for (let y = from[1]!; y <= to[1]!; y++) {
        for (let x = from[0]!; x <= to[0]!; x++) {
          const d = distance((x + 0.5) * step - 1, (y + 0.5) * step - 1, (z + 0.5) * step - 1);
          if (d > step) continue;
          const i = x + size * (y + size * z);
          const share = coverage(d, step);
          hu[i] = hu[i]! + share * (value - hu[i]!);
          if (d < 0) labels[i] = label;
        }
      }
    }
  }
  const spacing = (2 * HALF_WIDTH) / size;
  const shape = [size, size, size] as const;
  gaussianBlur(hu, shape, [PSF / spacing, PSF / spacing, PSF / spacing]);
  const noise = seededRandom(seed, 12);
  const samples = Int16Array.from(hu, (value) =>
    Math.min(LIMITS[1], Math.max(LIMITS[0], Math.round(value + NOISE * noise.normal()))),
  );
  return {
    shape,
    spacing: [spacing, spacing, spacing],
    unit: 'mm',
    channels: [{ name: 'CT', samples }],
    labels,
    table: names.map((name, value) => ({ value, name })),
  };
}
