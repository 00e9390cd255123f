import type { Learner } from '../../../networks/training/index.js';
import { seededRandom } from '../../../random.js';

/** Points (x, y) of a noisy line. */
export type Points = readonly (readonly [number, number])[];

const TRUTH = [0.7, -0.4] as const;
const points = (seed: number): Points => {
  const random = seededRandom(seed);
  return Array.from({ length: 8 }, () => {
    const x = random.between(-1, 1);
    return [x, TRUTH[0] * x + TRUTH[1] + 0.01 * random.normal()];
  });
};
const held = points(-1);

function squares([a, b]: Float32Array, points: Points): { loss: number; gradient: Float32Array } {
  let [loss, da, db] = [0, 0, 0];
  for (const [x, y] of points) {
    const error = a! * x + b! - y;
    loss += error ** 2 / points.length;
    da += (2 * error * x) / points.length;
    db += (2 * error) / points.length;
  }
  return { loss, gradient: Float32Array.of(da, db) };
}

/** A line through points by least squares: the least that can be trained. */
export function lineLearner(change: Partial<Learner<Points>> = {}): Learner<Points> {
  return {
    objective: 'squares',
    backend: 'none',
    parameters: 2,
    inputs: { data: 'line', objective: 'squares' },
    initial: (seed) => {
      const random = seededRandom(seed);
      return Float32Array.of(random.normal(), random.normal());
    },
    batch: async (index) => points(index),
    lossAndGradient: async (weights, batch) => squares(weights, batch),
    validate: async (weights) => {
      const { loss } = squares(weights, held);
      return { score: -loss, figures: { 'mean square': loss, slope: weights[0]! } };
    },
    ...change,
  };
}
