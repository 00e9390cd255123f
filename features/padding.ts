import { type Tensor3D, tf } from '../tensors/index.js';
import { columns, padded, rows } from './grid.js';
import type { Block } from './layers.js';

/** Zeros on all four sides. */
export function zeroPadding(width: number): Block {
  const both = [width, width] as const;
  return (map) => ({
    value: padded(map, both, both),
    pullback: (upstream) => columns(rows(upstream, width, map.shape[0]), width, map.shape[1]),
  });
}

/**
 * Reflection about the outermost pixels, which aren't repeated (numpy's `reflect`), on all four sides. The map must
 * have more than `width` pixels on each side. What reaches the borders on the way back is folded onto the pixels that
 * they mirror.
 */
export function reflectionPadding(width: number): Block {
  const both: [number, number] = [width, width];
  return (map) => {
    const [height, across] = map.shape;
    if (width === 0) return { value: map, pullback: (upstream) => upstream };
    return {
      value: tf.mirrorPad(map, [both, both, [0, 0]], 'reflect'),
      pullback: (upstream) => foldColumns(foldRows(upstream, width, height), width, across),
    };
  };
}

/** Adds the `border` rows above and below the inner `height` to rows 1…border and height−1−border…height−2. */
function foldRows(map: Tensor3D, border: number, height: number): Tensor3D {
  const inner = rows(map, border, height);
  const above = tf.reverse(rows(map, 0, border), 0);
  const below = tf.reverse(rows(map, border + height, border), 0);
  const rest = height - 1 - border;
  return tf.add(inner, tf.add(padded(above, [1, rest], [0, 0]), padded(below, [rest, 1], [0, 0])));
}

/** The same for columns. */
function foldColumns(map: Tensor3D, border: number, width: number): Tensor3D {
  const inner = columns(map, border, width);
  const left = tf.reverse(columns(map, 0, border), 1);
  const right = tf.reverse(columns(map, border + width, border), 1);
  const rest = width - 1 - border;
  return tf.add(inner, tf.add(padded(left, [0, 0], [1, rest]), padded(right, [0, 0], [rest, 1])));
}
