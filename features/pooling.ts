import { type Tensor3D, tf } from '../tensors/index.js';
import { columns, everyNth, padded, rows, spread } from './grid.js';
import type { Block } from './layers.js';

export interface Windows {
  /** Pixels on each side of a window, at least 2. */
  readonly size: number;
  /** Pixels from one window to the next, at most `size`. */
  readonly stride: number;
  /** Whether there are also windows that reach beyond the last row and column, as PyTorch's `ceil_mode`. */
  readonly ceil: boolean;
}

/** Windows along a side of n pixels. */
export function windowsAlong(n: number, { size, stride, ceil }: Windows): number {
  const steps = (n - size) / stride;
  return (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
}

/** Pixels that are missing behind a side of n pixels until its windows have all of theirs. */
const missing = (n: number, windows: Windows) =>
  Math.max(0, (windowsAlong(n, windows) - 1) * windows.stride + windows.size - n);

/** Below every float32 that an activation may be. */
const LOWEST = -3.4e38;

/**
 * The maximum of each window. Of equal values the first, row by row, has the whole gradient, as with PyTorch: flat
 * regions of a picture are full of them.
 */
export function maxPool(windows: Windows): Block {
  const { size, stride } = windows;
  return (map) => {
    const [height, width] = map.shape;
    const all = padded(map, [0, missing(height, windows)], [0, missing(width, windows)], LOWEST);
    const value = tf.maxPool(all, size, stride, 'valid');
    return { value, pullback: (upstream) => maxPoolGradient(map, value, upstream, windows) };
  };
}

function maxPoolGradient(map: Tensor3D, value: Tensor3D, upstream: Tensor3D, { size, stride }: Windows): Tensor3D {
  const [height, width] = map.shape;
  const [tall, wide] = value.shape;
  // Far enough for everyNth of every place in the window.
  const reach = [size - 1 + tall * stride, size - 1 + wide * stride] as const;
  const below = Math.max(0, reach[0] - height);
  const right = Math.max(0, reach[1] - width);
  const all = padded(map, [0, below], [0, right], LOWEST);
  const extent = [height + below, width + right] as const;
  /** Of each window, the gradient until the place of its maximum has been met, 0 from there on. */
  let left = upstream;
  let gradient: Tensor3D | undefined;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const here = everyNth(all, stride, [y, x], [tall, wide]);
      // 0 where the window's maximum is here, 1 elsewhere.
      const still: Tensor3D = tf.mul(left, tf.step(tf.sub(value, here)));
      const share = spread(tf.sub(left, still), stride, [y, x], extent);
      gradient = gradient ? tf.add(gradient, share) : share;
      left = still;
    }
  }
  return cut(gradient!, height, width);
}

/** The mean of each window; of one that reaches beyond the map, the mean of the pixels that are there. */
export function averagePool(windows: Windows): Block {
  const { size, stride } = windows;
  return (map) => {
    const [height, width] = map.shape;
    const below = missing(height, windows);
    const right = missing(width, windows);
    const whole = tf.avgPool(padded(map, [0, below], [0, right]), size, stride, 'valid');
    const correction = below + right === 0 ? undefined : overCounted(height, width, windows);
    const value: Tensor3D = correction ? tf.mul(whole, correction) : whole;
    return {
      value,
      pullback: (upstream) => {
        const counted: Tensor3D = correction ? tf.mul(upstream, correction) : upstream;
        const each: Tensor3D = tf.mul(counted, 1 / size ** 2);
        return cut(overWindows(each, windows, height + below, width + right), height, width);
      },
    };
  };
}

/**
 * What the mean over a whole window is to be multiplied by where some of it lies beyond the map; windows × windows × 1.
 */
function overCounted(height: number, width: number, windows: Windows): Tensor3D {
  const factors = (n: number) =>
    Array.from(
      { length: windowsAlong(n, windows) },
      (_, i) => windows.size / Math.min(windows.size, n - i * windows.stride),
    );
  const across = factors(width);
  return tf.tensor3d(factors(height).map((down) => across.map((factor) => [down * factor])));
}

/** Sum of what each window gives to all of its pixels; at least height × width. */
function overWindows(each: Tensor3D, { size, stride }: Windows, height: number, width: number): Tensor3D {
  const [tall, wide] = each.shape;
  const extent = [Math.max(height, tall * stride), Math.max(width, wide * stride)] as const;
  if (size === stride) {
    const copies = tf.image.resizeNearestNeighbor(each, [tall * stride, wide * stride]);
    return padded(copies, [0, extent[0] - tall * stride], [0, extent[1] - wide * stride]);
  }
  let sum: Tensor3D | undefined;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const share = spread(each, stride, [y, x], extent);
      sum = sum ? tf.add(sum, share) : share;
    }
  }
  return sum!;
}

/** The pixels that the map has, without those beyond it that windows reach. */
const cut = (map: Tensor3D, height: number, width: number): Tensor3D => columns(rows(map, 0, height), 0, width);
