import type { Windows } from '../../features/pooling.js';
import { range, sizeOfMap } from '../reference/losses/maps.js';
import { add, constant, gather, multiply, type Value } from '../reference/losses/tape.js';
import type { Size } from './compare.js';

/**
 * Entries of each window that are there, in the order of the rows. PyTorch's rule for windows: the last begins on the
 * map.
 */
function windowsOf(map: Value, { size, stride, ceil }: Windows): { shape: Size; windows: number[][] } {
  const [height, width, channels] = sizeOfMap(map);
  const along = (n: number) =>
    range(n).filter((i) => i * stride < n && (i * stride + size <= n || (ceil && (i - 1) * stride + size < n))).length;
  const shape: Size = [along(height), along(width), channels];
  const span = (i: number, n: number) =>
    range(size)
      .map((d) => i * stride + d)
      .filter((at) => at < n);
  const windows = range(shape[0]).flatMap((y) =>
    range(shape[1]).flatMap((x) =>
      range(channels).map((c) =>
        span(y, height).flatMap((row) => span(x, width).map((column) => (row * width + column) * channels + c)),
      ),
    ),
  );
  return { shape, windows };
}

/** The maximum of each window; the gradient goes to the first of equals. */
export function maxPool(map: Value, pool: Windows): Value {
  const { shape, windows } = windowsOf(map, pool);
  const best = windows.map((window) => window.reduce((best, i) => (map.data[i]! > map.data[best]! ? i : best)));
  return gather(map, best, shape);
}

/** The mean of what is there of each window. */
export function averagePool(map: Value, pool: Windows): Value {
  const { shape, windows } = windowsOf(map, pool);
  const shares = constant(
    windows.map((window) => 1 / window.length),
    shape,
  );
  const nth = (n: number) => windows.map((window) => window[n] ?? -1);
  const terms = range(pool.size ** 2).map((n) => gather(map, nth(n), shape));
  return multiply(terms.reduce(add), shares);
}
