import type { Picture } from '../../engine/picture.js';

const AMPLIFIED = 8;

/** The difference of two pictures, eight times as large, about middle grey. */
export function difference(a: Picture, b: Picture): Picture {
  return { ...a, data: a.data.map((value, i) => 0.5 + AMPLIFIED * (value - b.data[i]!)) };
}

/** What remains between two pictures, to tell a shift or a bias from noise: mean and largest difference of colours. */
export function residual(a: Picture, b: Picture): { bias: number; largest: number } {
  let [sum, largest, count] = [0, 0, 0];
  for (let i = 0; i < a.data.length; i++) {
    if (i % 4 === 3) continue;
    const d = a.data[i]! - b.data[i]!;
    sum += d;
    count++;
    largest = Math.max(largest, Math.abs(d));
  }
  return { bias: sum / count, largest };
}
