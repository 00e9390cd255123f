import { averagePool, besides, correlate, mapOf, pad, rowsOf, sizeOfMap } from './maps.js';
import { add, constant, product, scale, shift, sqrt, square, type Value } from './tape.js';

const SCALES = 4;
const RADIUS = 3;
const TAPS = 2 * RADIUS + 1;
const OPPONENTS = 3;
/** Reflection by 3 needs 4 pixels at the last scale. */
export const LEAST_SIDE = 32;

/**
 * The features without weights of the losses' specification: of a picture's colours (height × width × 3, sRGB) four maps,
 * each half the size of the one before (rounded down), of 23 channels: the softly rectified responses of 10 filters, those of their
 * negatives, and the three opponent colours.
 */
export function filterBank(colours: Value): Value[] {
  const [height, width] = sizeOfMap(colours);
  if (Math.min(height, width) < LEAST_SIDE) {
    throw new Error(`filterBank: expected ${LEAST_SIDE} pixels on each side, got ${width} × ${height}`);
  }
  let opponents = mapOf(product(rowsOf(colours), opponentMatrix()), height, width);
  const layers = [layerOf(opponents)];
  while (layers.length < SCALES) {
    opponents = averagePool(opponents, 2);
    layers.push(layerOf(opponents));
  }
  return layers;
}

function layerOf(opponents: Value): Value {
  const [height, width] = sizeOfMap(opponents);
  const responses = rowsOf(correlate(pad(opponents, RADIUS, 'reflect'), bankKernel(), TAPS));
  const parts = [rectified(responses), rectified(scale(responses, -1)), rowsOf(opponents)];
  return mapOf(besides(parts), height, width);
}

/** ½(b + √(b² + ε²)), with ε = 1/255. */
const rectified = (b: Value) => scale(add(b, sqrt(shift(square(b), 255 ** -2))), 0.5);

/** Columns O1 = (R+G+B)/√3, O2 = (R−G)/√2, O3 = (R+G−2B)/√6. */
function opponentMatrix(): Value {
  const [a, b, c] = [1 / Math.sqrt(3), 1 / Math.sqrt(2), 1 / Math.sqrt(6)];
  return constant([a, b, c, a, -b, c, a, 0, -2 * c], [3, 3]);
}

/** The filters with their opponent colour, in the order of the channels; each with 49 taps, row by row. */
export function filters(): { opponent: number; taps: number[] }[] {
  const angles = [0, 45, 90, 135].map((degrees) => (degrees * Math.PI) / 180);
  const along = (x: number, y: number, angle: number) => x * Math.cos(angle) + y * Math.sin(angle);
  const odd = angles.map((angle) => tapsOf((x, y) => -along(x, y, angle)));
  const even = angles.map((angle) => tapsOf((x, y) => along(x, y, angle) ** 2 - 1));
  const round = tapsOf((x, y) => x * x + y * y - 2);
  return [
    ...[...odd, ...even].map((taps) => ({ opponent: 0, taps })),
    { opponent: 1, taps: round },
    { opponent: 2, taps: round },
  ];
}

/** A polynomial (x to the right, y down) times a Gaussian of σ = 1; then mean 0 and L2 norm 1. */
function tapsOf(polynomial: (x: number, y: number) => number): number[] {
  const taps: number[] = [];
  for (let y = -RADIUS; y <= RADIUS; y++) {
    for (let x = -RADIUS; x <= RADIUS; x++) taps.push(polynomial(x, y) * Math.exp(-(x * x + y * y) / 2));
  }
  const mean = taps.reduce((sum, tap) => sum + tap, 0) / taps.length;
  const norm = Math.hypot(...taps.map((tap) => tap - mean));
  return taps.map((tap) => (tap - mean) / norm);
}

/** The filters as one kernel of (7·7·3) × 10, for `correlate`. */
function bankKernel(): Value {
  const bank = filters();
  const kernel = new Float64Array(TAPS * TAPS * OPPONENTS * bank.length);
  bank.forEach(({ opponent, taps }, filter) => {
    taps.forEach((tap, i) => {
      kernel[(i * OPPONENTS + opponent) * bank.length + filter] = tap;
    });
  });
  return constant(kernel, [TAPS * TAPS * OPPONENTS, bank.length]);
}
