import { COLOURS, type LossFactory, requireSameSize } from './loss.js';

/**
 * A loss that compares colour value with colour value: (1/3N) Σ ρ(picture − target), over N pixels × 3 colours,
 * summed in float64. Picture and target have the same size.
 *
 * @param penalty ρ(difference)
 * @param slope ρ′(difference)
 */
export function pointwise(
  name: string,
  penalty: (difference: number) => number,
  slope: (difference: number) => number,
): LossFactory {
  return (target) => ({
    name,
    stochastic: false,
    evaluate(picture) {
      requireSameSize(`loss ${name}`, picture, target);
      const gradient = new Float32Array(picture.data.length);
      const scale = 1 / (picture.width * picture.height * COLOURS);
      let sum = 0;
      for (let pixel = 0; pixel < gradient.length; pixel += 4) {
        for (let i = pixel; i < pixel + COLOURS; i++) {
          const difference = picture.data[i]! - target.data[i]!;
          sum += penalty(difference);
          gradient[i] = scale * slope(difference);
        }
      }
      return { value: sum * scale, gradient };
    },
  });
}
