import { type Tensor3D, tf } from '../tensors/index.js';

/*
 * Parts of maps (height × width × channels), made of the few operations that are fast on the wasm backend: slices of as
 * few and as long runs as possible, and pads. Its strided slice and its gradient of max pooling take 50 times as long.
 */

/** Rows `from` … `from + count − 1`. */
export function rows(map: Tensor3D, from: number, count: number): Tensor3D {
  const [height, width, channels] = map.shape;
  return from === 0 && count === height ? map : tf.slice(map, [from, 0, 0], [count, width, channels]);
}

/** Columns `from` … `from + count − 1`. */
export function columns(map: Tensor3D, from: number, count: number): Tensor3D {
  const [height, width, channels] = map.shape;
  if (from === 0 && count === width) return map;
  const lines = tf.reshape(map, [height, width * channels]);
  const part = tf.slice(lines, [0, from * channels], [height, count * channels]);
  return tf.reshape(part, [height, count, channels]);
}

/** A map with rows and columns of `value` around it. */
export function padded(
  map: Tensor3D,
  [top, bottom]: readonly [number, number],
  [left, right]: readonly [number, number],
  value = 0,
): Tensor3D {
  if (top + bottom + left + right === 0) return map;
  const widths: [number, number][] = [
    [top, bottom],
    [left, right],
    [0, 0],
  ];
  return tf.pad(map, widths, value);
}

/**
 * Pixels (y + i·stride, x + j·stride) for i < height, j < width. The map must have y + height·stride rows and
 * x + width·stride columns.
 */
export function everyNth(
  map: Tensor3D,
  stride: number,
  [y, x]: readonly [number, number],
  [height, width]: readonly [number, number],
): Tensor3D {
  const channels = map.shape[2];
  const part = columns(rows(map, y, height * stride), x, width * stride);
  if (stride === 1) return part;
  const line = width * stride * channels;
  const lines = tf.slice(tf.reshape(part, [height, stride * line]), [0, 0], [height, line]);
  const pixels = tf.slice(tf.reshape(lines, [height * width, stride * channels]), [0, 0], [height * width, channels]);
  return tf.reshape(pixels, [height, width, channels]);
}

/**
 * The transpose of everyNth: a map of `height` × `width`, zero but for pixels (y + i·stride, x + j·stride), which are
 * the map's pixels (i, j).
 */
export function spread(
  map: Tensor3D,
  stride: number,
  [y, x]: readonly [number, number],
  [height, width]: readonly [number, number],
): Tensor3D {
  const [h, w, channels] = map.shape;
  let wide = map;
  if (stride > 1) {
    const pixels = tf.pad(tf.reshape(map, [h * w, channels]), [
      [0, 0],
      [0, (stride - 1) * channels],
    ]);
    const line = w * stride * channels;
    const lines = tf.pad(tf.reshape(pixels, [h, line]), [
      [0, 0],
      [0, (stride - 1) * line],
    ]);
    wide = tf.reshape(lines, [h * stride, w * stride, channels]);
  }
  // The zeros behind the last pixel may reach beyond the map that is wanted.
  const below = Math.min(wide.shape[0], height - y);
  const right = Math.min(wide.shape[1], width - x);
  return padded(columns(rows(wide, 0, below), 0, right), [y, height - y - below], [x, width - x - right]);
}
