import type { Features } from '../../features/index.js';
import type { Block } from '../../features/layers.js';
import { seededRandom } from '../../random.js';
import { openTensors, type Tensor3D, type Tensors, tf } from '../../tensors/index.js';
import { sharedDevice } from '../device.js';
import { assertClose } from '../reference/assert-close.js';
import { add, constant, gradients, multiply, sum, type Value, variable } from '../reference/losses/tape.js';

export const onBoth = async (): Promise<Tensors[]> => [
  openTensors({ backend: 'wasm' }),
  openTensors({ backend: 'webgpu', device: await sharedDevice() }),
];

export type Size = [height: number, width: number, channels: number];

/** Uniform in [low, high), as single precision has it. */
export function noise([height, width, channels]: Size, seed: number, low = -1, high = 1): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: height * width * channels }, () => random.between(low, high));
}

/** Σ of maps weighted by noise, as the upstream gradient that `upstreamOf` gives has it. */
const weighted = (maps: readonly Value[]): Value =>
  maps.map((map, i) => sum(multiply(map, constant(upstreamOf(map.shape, i), map.shape)))).reduce(add);

const upstreamOf = (shape: readonly number[], index: number) => noise(shape as Size, 900 + index);

const largest = (values: ArrayLike<number>) => Array.from(values).reduce((most, v) => Math.max(most, Math.abs(v)), 0);

/** Compares to within single precision of the largest value. */
export function assertSame(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string, share = 3e-6): void {
  assertClose(actual, expected, share * Math.max(1, largest(expected)), what);
}

/** A rectifier whose corner is 1/255 wide makes of what a response is rounded by, 5e-8, a slope that is off by 6e-6. */
const AT_CORNERS = 1e-5;

/** Compares a block's value and pullback on both backends with those of a float64 function. */
export async function compareBlock(
  what: string,
  data: Float32Array,
  size: Size,
  makeBlock: () => Block,
  reference: (map: Value) => Value,
): Promise<void> {
  const at = variable(data, size);
  const expected = reference(at);
  const [gradient] = gradients(weighted([expected]), [at]);
  for (const tensors of await onBoth()) {
    const [value, pulled] = await tensors.run(async () => {
      const step = makeBlock()(tf.tensor3d(data, size));
      const upstream = tf.tensor3d(upstreamOf(expected.shape, 0), expected.shape as Size);
      return [await tensors.read(step.value), await tensors.read(step.pullback(upstream))];
    });
    assertSame(value, expected.data, `${what}, value on ${tensors.backend}`);
    assertSame(pulled, gradient!, `${what}, pullback on ${tensors.backend}`);
  }
}

/**
 * Compares maps of features and their pullback, of all of `layers` at once, with those of a float64 function; on both
 * backends.
 */
export async function compareFeatures(
  features: Features,
  layers: readonly string[],
  [height, width]: readonly [number, number],
  reference: (colours: Value) => readonly Value[],
  on?: readonly Tensors[],
): Promise<void> {
  const size: Size = [height, width, 3];
  const data = noise(size, 7, 0, 1);
  const colours = variable(data, size);
  const expected = reference(colours);
  const [gradient] = gradients(weighted(expected), [colours]);
  for (const tensors of on ?? (await onBoth())) {
    await tensors.run(async () => {
      const { maps, pullback } = features.extract(tf.tensor3d(data, size), new Set(layers));
      const upstream = new Map<string, Tensor3D>();
      for (const [i, name] of layers.entries()) {
        const shape = expected[i]!.shape as Size;
        assertSame(await tensors.read(maps.get(name)!), expected[i]!.data, `${name} on ${tensors.backend}`);
        upstream.set(name, tf.tensor3d(upstreamOf(shape, i), shape));
      }
      const pulled = await tensors.read(pullback(upstream));
      assertSame(pulled, gradient!, `pullback on ${tensors.backend}`, AT_CORNERS);
    });
  }
}
