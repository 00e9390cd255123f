import {
  averagePool,
  besides,
  chooseRows,
  columnMeans,
  correlateEach,
  crop,
  mapOf,
  rowsOf,
  sizeOfMap,
} from './maps.js';
import { gram, meanSquare, weightedMean } from './samples.js';
import {
  add,
  divide,
  maximum,
  mean,
  multiply,
  power,
  scale,
  shift,
  sqrt,
  square,
  subtract,
  type Value,
} from './tape.js';

/** Losses of pictures (height × width × 3) that need no features. Where pixels are chosen it is by the picture's labels. */

/**
 * The pixels of one label: indices (row by row) into a map of height × width, from which `margin` pixels have been cut off on
 * each side, as the valid region of a filter is.
 */
export type PixelChoice = (height: number, width: number, margin: number) => readonly number[];

export interface Choice {
  picture: PixelChoice;
  target: PixelChoice;
}

/** The chosen pixels of a map as rows; all of them without a choice. */
export function chosenRows(map: Value, choose: PixelChoice | undefined, margin = 0): Value {
  const [height, width] = sizeOfMap(map);
  if (choose === undefined) return rowsOf(map);
  const chosen = choose(height, width, margin);
  if (chosen.length === 0) throw new Error(`no pixel is chosen of ${height} × ${width} (margin ${margin})`);
  return chooseRows(rowsOf(map), chosen);
}

const WINDOW = 11;
const MARGIN = (WINDOW - 1) / 2;
const SIGMA = 1.5;
const C1 = 0.01 ** 2;
const C2 = 0.03 ** 2;

/** Wang 2004: 1 − mean SSIM. */
export function ssim(picture: Value, target: Value, choose?: Choice): Value {
  return oneMinus(mean(chosenRows(similarity(picture, target).ssim, choose?.picture, MARGIN)));
}

const oneMinus = (a: Value) => shift(scale(a, -1), 1);

/** SSIM = l·cs and its factor cs, maps of each channel in the valid region. */
function similarity(x: Value, y: Value): { ssim: Value; cs: Value } {
  const taps = gaussianTaps();
  const blur = (map: Value) => correlateEach(map, taps, WINDOW);
  const [meanX, meanY] = [blur(x), blur(y)];
  const varianceX = subtract(blur(square(x)), square(meanX));
  const varianceY = subtract(blur(square(y)), square(meanY));
  const both = subtract(blur(multiply(x, y)), multiply(meanX, meanY));
  const cs = divide(shift(scale(both, 2), C2), shift(add(varianceX, varianceY), C2));
  const l = divide(shift(scale(multiply(meanX, meanY), 2), C1), shift(add(square(meanX), square(meanY)), C1));
  return { ssim: multiply(l, cs), cs };
}

/** 11×11, the outer product of 11 taps of sum 1. */
function gaussianTaps(): number[] {
  const line = Array.from({ length: WINDOW }, (_, i) => Math.exp(-((i - MARGIN) ** 2) / (2 * SIGMA ** 2)));
  const sum = line.reduce((so, tap) => so + tap, 0);
  return line.flatMap((a) => line.map((b) => (a * b) / sum ** 2));
}

const SCALE_WEIGHTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

/** Wang 2003, at as many of the five scales as leave room for the window; the weights of those then sum to 1. */
export function msSsim(picture: Value, target: Value, choose?: Choice): Value {
  const scales = SCALE_WEIGHTS.filter((_, s) => Math.min(...levelSize(picture, 2 ** s)) >= WINDOW);
  if (scales.length === 0) throw new Error(`ms-ssim: expected ${WINDOW} pixels on each side`);
  const total = scales.reduce((so, weight) => so + weight, 0);
  const factors = scales.map((weight, s) => {
    const { ssim, cs } = similarity(averagePool(picture, 2 ** s), averagePool(target, 2 ** s));
    const map = s === scales.length - 1 ? ssim : cs;
    const ofChannels = columnMeans(chosenRows(map, choose?.picture, MARGIN));
    return power(positive(ofChannels), weight / total);
  });
  return oneMinus(mean(factors.reduce(multiply)));
}

/** m from 0.05 up, and 0.05²/(0.1 − m) under it, which is 0 for no m: the max and the min of m and 0.05 multiply to either. */
function positive(m: Value): Value {
  const above = maximum(m, 0.05);
  const below = shift(subtract(m, above), 0.05);
  return divide(scale(above, 0.05), shift(scale(below, -1), 0.1));
}

function levelSize(map: Value, pool: number): [number, number] {
  const [height, width] = sizeOfMap(map);
  return [Math.floor(height / pool), Math.floor(width / pool)];
}

const STENCIL = [0, -1, 0, -1, 4, -1, 0, -1, 0];

/** Li 2017, "Laplacian-steered": of average pools of 1, 2, 4 and 8 pixels, those with room for the stencil. */
export function laplacian(picture: Value, target: Value, choose?: Choice): Value {
  const pools = [1, 2, 4, 8].filter((pool) => Math.min(...levelSize(picture, pool)) >= 3);
  const edges = (map: Value, pool: number) =>
    chosenRows(correlateEach(averagePool(map, pool), STENCIL, 3), choose?.picture, 1);
  const parts = pools.map((pool) => meanSquare(edges(picture, pool), edges(target, pool)));
  return weightedMean(
    parts,
    parts.map(() => 1),
  );
}

const ROUNDING = 1e-3;

/** Rudin 1992, with rounded corners: √(dx² + dy² + ε²) − ε where both forward differences exist. */
export function totalVariation(picture: Value, choose?: Choice): Value {
  const [height, width] = sizeOfMap(picture);
  const part = (top: number, left: number) => crop(picture, top, left, height - 1, width - 1);
  const squares = add(square(subtract(part(0, 1), part(0, 0))), square(subtract(part(1, 0), part(0, 0))));
  const withoutLast = (index: number) => {
    const [y, x] = [Math.floor(index / width), index % width];
    return y < height - 1 && x < width - 1 ? [y * (width - 1) + x] : [];
  };
  // A pixel's label is that of the picture itself, not that of a smaller map.
  const inside: PixelChoice | undefined = choose && (() => choose.picture(height, width, 0).flatMap(withoutLast));
  return mean(shift(sqrt(shift(chosenRows(squares, inside), ROUNDING ** 2)), -ROUNDING));
}

const LEVELS = 2;

/** The blocks a b / c d of a map: LL = (a+b+c+d)/4, and LH, HL, HH side by side. Rows and columns left over are dropped. */
function haar(map: Value): { low: Value; high: Value } {
  const [height, width] = levelSize(map, 2);
  const band = (...signs: number[]) =>
    correlateEach(
      map,
      signs.map((sign) => sign / 4),
      2,
      2,
    );
  const high = [band(-1, -1, 1, 1), band(-1, 1, -1, 1), band(1, -1, -1, 1)];
  return { low: band(1, 1, 1, 1), high: mapOf(besides(high.map(rowsOf)), height, width) };
}

/** Of each level, from the finest. */
function haarLevels(map: Value): { low: Value; high: Value }[] {
  const levels = [haar(map)];
  while (levels.length < LEVELS) levels.push(haar(levels.at(-1)!.low));
  return levels;
}

/** Yoo 2019 (WCT²): the mean squared difference of the last level's LL. */
export function haarLow(picture: Value, target: Value, choose?: Choice): Value {
  const low = (map: Value) => chosenRows(haarLevels(map).at(-1)!.low, choose?.picture);
  return meanSquare(low(picture), low(target));
}

/** Yoo 2019: `gram` of the 9 channels LH, HL, HH, mean over levels. */
export function haarHigh(picture: Value, target: Value, choose?: Choice): Value {
  const targets = haarLevels(target);
  const parts = haarLevels(picture).map(({ high }, level) =>
    gram(chosenRows(high, choose?.picture), chosenRows(targets[level]!.high, choose?.target)),
  );
  return weightedMean(
    parts,
    parts.map(() => 1),
  );
}
