/*
 * The filters of the bank: derivatives of a Gaussian with σ = 1 on 7 × 7 taps. Those of all orientations are mixtures
 * of a few (Freeman and Adelson 1991, "The design and use of steerable filters"), so that the few are convolved with
 * and their outcomes mixed, which takes half as long.
 */

/** Taps on each side of a filter's centre. */
export const RADIUS = 3;
export const SIDE = 2 * RADIUS + 1;
/** Row-major, y down. */
type Taps = readonly number[];

const gaussian = (x: number, y: number) => Math.exp(-(x * x + y * y) / 2);

/** Taps of a function at x (to the right), y = −3…3, times the Gaussian, less their mean. */
function taps(at: (x: number, y: number) => number): Taps {
  const all: number[] = [];
  for (let y = -RADIUS; y <= RADIUS; y++) {
    for (let x = -RADIUS; x <= RADIUS; x++) all.push(at(x, y) * gaussian(x, y));
  }
  const mean = all.reduce((sum, tap) => sum + tap, 0) / all.length;
  return all.map((tap) => tap - mean);
}

/** A filter that the bank convolves with, on one of the opponent colours (0, 1, 2). */
export interface Basis {
  readonly colour: number;
  readonly taps: Taps;
}

const isotropic = taps((x, y) => x * x + y * y - 2);

export const BASIS: readonly Basis[] = [
  { colour: 0, taps: taps((x) => -x) },
  { colour: 0, taps: taps((_, y) => -y) },
  { colour: 0, taps: taps((x) => x * x - 1) },
  { colour: 0, taps: taps((_, y) => y * y - 1) },
  { colour: 0, taps: taps((x, y) => x * y) },
  { colour: 1, taps: isotropic },
  { colour: 2, taps: isotropic },
];

const ORIENTATIONS = [0, 45, 90, 135].map((degrees) => (degrees * Math.PI) / 180);

/** The shares of the bases in each filter before its norm becomes 1. With t = x cosθ + y sinθ, −t·g and (t² − 1)·g. */
const MIXTURES: readonly (readonly number[])[] = [
  ...ORIENTATIONS.map((angle) => [Math.cos(angle), Math.sin(angle), 0, 0, 0, 0, 0]),
  ...ORIENTATIONS.map((angle) => {
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    return [0, 0, cos * cos, sin * sin, 2 * cos * sin, 0, 0];
  }),
  [0, 0, 0, 0, 0, 1, 0],
  [0, 0, 0, 0, 0, 0, 1],
];

function normOf(mixture: readonly number[]): number {
  const filter = BASIS[0]!.taps.map((_, tap) =>
    mixture.reduce((sum, share, basis) => sum + share * BASIS[basis]!.taps[tap]!, 0),
  );
  return Math.hypot(...filter);
}

/**
 * The shares of the bases in each of the 10 filters, whose taps have mean 0 and norm 1: odd at 0°, 45°, 90°, 135° and
 * even at the same on the first opponent colour, then the isotropic one on the second and on the third.
 */
export const FILTERS: readonly (readonly number[])[] = MIXTURES.map((mixture) => {
  const norm = normOf(mixture);
  return mixture.map((share) => share / norm);
});

/** Opponent colours O1 (grey), O2 (red to green), O3 (yellow to blue), a row each, of R, G, B. Orthonormal. */
export const OPPONENT: readonly (readonly [number, number, number])[] = [
  [1 / Math.sqrt(3), 1 / Math.sqrt(3), 1 / Math.sqrt(3)],
  [1 / Math.sqrt(2), -1 / Math.sqrt(2), 0],
  [1 / Math.sqrt(6), 1 / Math.sqrt(6), -2 / Math.sqrt(6)],
];
