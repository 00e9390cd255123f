import { type Tensor, type Tensor1D, type Tensor3D, tf } from '../tensors/index.js';
import type { Tensor4D } from '../tensors/tf.js';
import { spread } from './grid.js';

/** What a block makes of a map, and ∂L/∂(its input) from ∂L/∂value. Both are made within one `Tensors.run`. */
export interface Step {
  readonly value: Tensor3D;
  pullback(upstream: Tensor3D): Tensor3D;
}

/** A differentiable function of a map, height × width × channels. Its own parameters are constants. */
export type Block = (map: Tensor3D) => Step;

/** One block after another. */
export function sequence(blocks: readonly Block[]): Block {
  return (map) => {
    const steps: Step[] = [];
    let value = map;
    for (const block of blocks) {
      const step = block(value);
      steps.push(step);
      value = step.value;
    }
    return { value, pullback: (upstream) => steps.reduceRight((gradient, step) => step.pullback(gradient), upstream) };
  };
}

/**
 * The weights of a convolution, as both of its directions want them. Plain tensors by name, so that they can be kept.
 */
export interface Kernel extends Record<string, Tensor> {
  /** kernel height × kernel width × in × out; taps are correlated with the map, not flipped. */
  readonly forward: Tensor4D;
  /** The same, turned by 180° and with in and out swapped. */
  readonly backward: Tensor4D;
  /** out */
  readonly bias: Tensor1D;
}

/** @param forward kernel height × kernel width × in × out. @param bias out; none is zero. */
export function kernel(forward: Tensor4D, bias?: Tensor1D): Kernel {
  const backward = tf.transpose(tf.reverse(forward, [0, 1]), [0, 1, 3, 2]);
  return { forward, backward, bias: bias ?? tf.zeros([forward.shape[3]]) };
}

/**
 * Convolution without padding; rows and columns that no window reaches are left out. Its pullback is a convolution as
 * well, since the wasm backend's own kernel for that gradient takes 10 times as long.
 */
export function convolution({ forward, backward, bias }: Kernel, stride = 1): Block {
  const [tall, wide] = forward.shape;
  return (map) => {
    const [height, width] = map.shape;
    const value = tf.fused.conv2d({ x: map, filter: forward, strides: stride, pad: 'valid', bias });
    const reach = [(value.shape[0] - 1) * stride + 1, (value.shape[1] - 1) * stride + 1] as const;
    const around: [[number, number], [number, number], [number, number], [number, number]] = [
      [0, 0],
      [tall - 1, height - reach[0]],
      [wide - 1, width - reach[1]],
      [0, 0],
    ];
    return {
      value,
      pullback: (upstream) => tf.conv2d(spread(upstream, stride, [0, 0], reach), backward, 1, around),
    };
  };
}

/** max(x, 0). The gradient at 0 is 0. */
export const relu: Block = (map) => {
  const value = tf.relu(map);
  return { value, pullback: (upstream) => tf.mul(upstream, tf.step(value)) };
};

/**
 * ½(x + √(x² + ε²)): max(x, 0) with its corner rounded, ε/2 at 0. The pullback is that of value / √(x² + ε²).
 *
 * @param softness ε, over 0.
 */
export function softRectifier(softness: number): Block {
  return (map) => {
    const root = tf.sqrt(tf.add(tf.square(map), softness ** 2)) as Tensor3D;
    const value = tf.mul(tf.add(map, root), 0.5) as Tensor3D;
    return { value, pullback: (upstream) => tf.mul(upstream, tf.div(value, root)) };
  };
}
