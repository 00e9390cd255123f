import { concatenate, constant, gather, product, reshape, type Value } from './tape.js';

/** What is done to maps (height × width × channels): all of it index lists for `gather`, and products with kernels. */

export function sizeOfMap({ shape }: Value): [height: number, width: number, channels: number] {
  if (shape.length !== 3) throw new Error(`expected a map, height × width × channels, got [${shape}]`);
  return [shape[0]!, shape[1]!, shape[2]!];
}

/** The map's pixels as rows, (height·width) × channels. */
export function rowsOf(map: Value): Value {
  const [height, width, channels] = sizeOfMap(map);
  return reshape(map, [height * width, channels]);
}

export const mapOf = (rows: Value, height: number, width: number) => reshape(rows, [height, width, rows.shape[1]!]);

/** Some rows of a matrix, in this order. */
export function chooseRows(matrix: Value, chosen: readonly number[]): Value {
  const columns = matrix.shape[1]!;
  const indices = chosen.flatMap((row) => range(columns).map((column) => row * columns + column));
  return gather(matrix, indices, [chosen.length, columns]);
}

/** The mean of each column of a matrix N×C, a row of C. */
export function columnMeans(matrix: Value): Value {
  const [rows, columns] = [matrix.shape[0]!, matrix.shape[1]!];
  const weights = constant(new Float64Array(rows).fill(1 / rows), [1, rows]);
  return reshape(product(weights, matrix), [columns]);
}

/** The columns of several matrices of as many rows, side by side. */
export function besides(matrices: readonly Value[]): Value {
  const rows = matrices[0]!.shape[0]!;
  const widths = matrices.map(({ shape }) => shape[1]!);
  const total = widths.reduce((sum, width) => sum + width, 0);
  const starts = widths.map((_, i) => rows * widths.slice(0, i).reduce((sum, width) => sum + width, 0));
  const indices: number[] = [];
  for (let row = 0; row < rows; row++) {
    widths.forEach((width, i) => {
      for (let column = 0; column < width; column++) indices.push(starts[i]! + row * width + column);
    });
  }
  return gather(concatenate(matrices, [rows * total]), indices, [rows, total]);
}

/** Crops the map to the rectangle of this size whose first pixel is (top, left). */
export function crop(map: Value, top: number, left: number, height: number, width: number): Value {
  const [, across] = sizeOfMap(map);
  const indices = overPixels(height, width, (y, x) => [(top + y) * across + left + x]);
  return mapOf(chooseRows(rowsOf(map), indices), height, width);
}

/** 'reflect' as numpy's: the edge pixel isn't repeated. */
export type Border = 'zero' | 'reflect';

export function pad(map: Value, by: number, border: Border): Value {
  const [height, width, channels] = sizeOfMap(map);
  if (border === 'reflect' && Math.min(height, width) <= by) {
    throw new Error(`pad: reflection by ${by} needs ${by + 1} pixels, got ${height} × ${width}`);
  }
  const source = (i: number, length: number) => {
    if (i >= 0 && i < length) return i;
    if (border === 'zero') return undefined;
    return i < 0 ? -i : 2 * (length - 1) - i;
  };
  const padded: [number, number] = [height + 2 * by, width + 2 * by];
  const indices = overPixels(...padded, (y, x) => {
    const [from, across] = [source(y - by, height), source(x - by, width)];
    return range(channels).map((c) =>
      from === undefined || across === undefined ? -1 : (from * width + across) * channels + c,
    );
  });
  return gather(map, indices, [...padded, channels]);
}

/**
 * The size × size windows of the map, as rows in the order dy, dx, channel; without padding.
 *
 * @returns a matrix of (height′·width′) × (size·size·channels), with height′ = ⌊(height − size)/stride⌋ + 1.
 */
export function patches(map: Value, size: number, stride = 1): Value {
  const [height, width, channels] = sizeOfMap(map);
  const [down, across] = [places(height, size, stride), places(width, size, stride)];
  const indices = new Int32Array(down * across * size * size * channels);
  let next = 0;
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      for (let dy = 0; dy < size; dy++) {
        // A row of a window is one run of the map.
        const first = ((y * stride + dy) * width + x * stride) * channels;
        for (let i = 0; i < size * channels; i++) indices[next++] = first + i;
      }
    }
  }
  return gather(map, indices, [down * across, size * size * channels]);
}

/** How many windows of `size` fit into `length` at this stride. */
export const places = (length: number, size: number, stride: number) => Math.floor((length - size) / stride) + 1;

/** Correlation (the kernel isn't flipped) without padding. The kernel is (size·size·channels) × outputs, as patches are. */
export function correlate(map: Value, kernel: Value, size: number, stride = 1): Value {
  const [height, width] = sizeOfMap(map);
  return mapOf(product(patches(map, size, stride), kernel), places(height, size, stride), places(width, size, stride));
}

/** Correlation of each channel by itself with the same size × size taps (row by row), without padding. */
export function correlateEach(map: Value, taps: readonly number[], size: number, stride = 1): Value {
  const [height, width, channels] = sizeOfMap(map);
  const pixels = height * width;
  const kernel = constant(taps, [taps.length, 1]);
  const each = range(channels).map((c) => {
    const indices = Int32Array.from({ length: pixels }, (_, i) => i * channels + c);
    return rowsOf(correlate(gather(map, indices, [height, width, 1]), kernel, size, stride));
  });
  return mapOf(besides(each), places(height, size, stride), places(width, size, stride));
}

/** Means of size × size blocks; rows and columns that fill no block are dropped. */
export const averagePool = (map: Value, size: number) =>
  size === 1 ? map : correlateEach(map, new Array(size * size).fill(1 / size ** 2), size, size);

export const range = (length: number) => Array.from({ length }, (_, i) => i);

/** What `each` lists for every pixel, row by row. */
function overPixels(height: number, width: number, each: (y: number, x: number) => number[]): number[] {
  return range(height).flatMap((y) => range(width).flatMap((x) => each(y, x)));
}
