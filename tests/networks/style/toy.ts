import type { StyleBatch } from '../../../networks/style/index.js';
import { type Random, seededRandom } from '../../../random.js';

const SIZE = 24;

/** Two colours that alternate in stripes, and those of the background. */
interface Look {
  stripes: [number[], number[]];
  background: number[];
  /** Radians a pixel. */
  frequency: number;
}

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

function look(random: Random): Look {
  const colour = () => times(3, random.uniform);
  return { stripes: [colour(), colour()], background: colour(), frequency: random.between(0.6, 2.5) };
}

const all = seededRandom(0);
const LOOKS = times(20, () => look(all));

/**
 * Pictures in place of renderings: a style is one of 20 looks of colours and stripes, a cube is some discs, a view is
 * where they are and how turned. Cubes and views are others for each seed.
 */
export function toyBatch(seed: number, styles: number, cubes: number, views: number): StyleBatch {
  const random = seededRandom(seed);
  const first = random.index(LOOKS.length);
  const looks = [...Array(styles).keys()].map((i) => LOOKS[(first + i) % LOOKS.length]!);
  const discs = times(cubes, () => times(3, () => [random.uniform(), random.uniform(), random.between(0.2, 0.4)]));
  const labels = looks.flatMap((_, style) => discs.flatMap((_, cube) => times(views, () => ({ style, cube }))));
  const pictures = new Float32Array(labels.length * SIZE * SIZE * 3);
  for (const [index, { style, cube }] of labels.entries()) {
    pictures.set(draw(looks[style]!, discs[cube]!, random), index * SIZE * SIZE * 3);
  }
  const numbers = (of: 'style' | 'cube') => Int32Array.from(labels, (label) => label[of]);
  return { size: SIZE, pictures, style: numbers('style'), cube: numbers('cube') };
}

function draw({ stripes, background, frequency }: Look, discs: number[][], random: Random): Float32Array {
  const [right, down] = [random.between(-0.2, 0.2), random.between(-0.2, 0.2)];
  const [angle, phase] = [random.between(0, 6.28), random.between(0, 6.28)];
  const light = random.between(0.85, 1.15);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const picture = new Float32Array(SIZE * SIZE * 3);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const [u, v] = [x / SIZE - 0.5, y / SIZE - 0.5];
      const [px, py] = [u * cos - v * sin + 0.5 + right, u * sin + v * cos + 0.5 + down];
      const inside = discs.some(([cx, cy, radius]) => Math.hypot(px - cx!, py - cy!) < radius!);
      const share = 0.5 + 0.5 * Math.sin(frequency * (x * cos + y * sin) + phase);
      for (let c = 0; c < 3; c++) {
        const striped = stripes[0][c]! * share + stripes[1][c]! * (1 - share);
        picture[(y * SIZE + x) * 3 + c] = light * (inside ? striped : 0.3 * background[c]!);
      }
    }
  }
  return picture;
}
