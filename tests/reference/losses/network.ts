import { type Border, correlate, pad, range, sizeOfMap } from './maps.js';
import { add, constant, gather, multiply, relu, type Value } from './tape.js';

/** A step of a sequential convolutional network, on maps of height × width × channels. */
export type NetworkStep =
  | {
      kind: 'conv';
      /** size × size × inputs × outputs, outputs innermost (as TensorFlow keeps it); correlation, not flipped. */
      kernel: ArrayLike<number>;
      size: number;
      inputs: number;
      outputs: number;
      bias: ArrayLike<number>;
      /** (size − 1)/2 pixels of border on each side, or none. */
      padding: Border | 'valid';
      stride?: number;
    }
  | { kind: 'relu' }
  /** 2×2, stride 2; with 'ceil' the last window of an odd side has what is there, one row or column. */
  | { kind: 'max-pool' | 'average-pool'; rounding: 'floor' | 'ceil' }
  /** x·factor + offset of each channel: what turns colours into what a network was trained on. */
  | { kind: 'affine'; factor: ArrayLike<number>; offset: ArrayLike<number> };

/** The map after each step, the last of which is the network's output. */
export function runNetwork(steps: readonly NetworkStep[], input: Value): Value[] {
  const maps: Value[] = [];
  for (const step of steps) maps.push(runStep(step, maps.at(-1) ?? input));
  return maps;
}

/** For `LossOptions.layers`: the maps after some steps, by index. */
export const networkLayers = (steps: readonly NetworkStep[], after: readonly number[]) => (colours: Value) => {
  const maps = runNetwork(steps, colours);
  return after.map((index) => {
    const map = maps[index];
    if (map === undefined) throw new Error(`networkLayers: no step ${index} among ${maps.length}`);
    return map;
  });
};

function runStep(step: NetworkStep, map: Value): Value {
  switch (step.kind) {
    case 'conv':
      return convolve(step, map);
    case 'relu':
      return relu(map);
    case 'max-pool':
      return largest(map, poolWindows(map, step.rounding));
    case 'average-pool':
      return average(map, poolWindows(map, step.rounding));
    case 'affine':
      return add(multiply(map, constant(step.factor)), constant(step.offset));
  }
}

function convolve(step: NetworkStep & { kind: 'conv' }, map: Value): Value {
  const { size, inputs, outputs, padding, stride = 1 } = step;
  const [, , channels] = sizeOfMap(map);
  if (channels !== inputs) throw new Error(`conv: expected ${inputs} channels, got ${channels}`);
  if (padding !== 'valid' && size % 2 === 0) throw new Error(`conv: a border needs an odd size, got ${size}`);
  const bordered = padding === 'valid' ? map : pad(map, (size - 1) / 2, padding);
  const kernel = constant(step.kernel, [size * size * inputs, outputs]);
  return add(correlate(bordered, kernel, size, stride), constant(step.bias));
}

interface Windows {
  shape: [number, number, number];
  /** For each entry of the pooled map the one to four entries that it is made of. */
  entries: number[][];
}

function poolWindows(map: Value, rounding: 'floor' | 'ceil'): Windows {
  const [height, width, channels] = sizeOfMap(map);
  const [down, across] = [Math[rounding](height / 2), Math[rounding](width / 2)];
  const pair = (i: number, length: number) => [2 * i, 2 * i + 1].filter((at) => at < length);
  const entries = range(down).flatMap((y) =>
    range(across).flatMap((x) =>
      range(channels).map((c) =>
        pair(y, height).flatMap((row) => pair(x, width).map((column) => (row * width + column) * channels + c)),
      ),
    ),
  );
  return { shape: [down, across, channels], entries };
}

/** The gradient goes to the first of equals. */
function largest(map: Value, { shape, entries }: Windows): Value {
  const chosen = entries.map((window) => window.reduce((best, i) => (map.data[i]! > map.data[best]! ? i : best)));
  return gather(map, chosen, shape);
}

/** Of what is there: a window of two entries is divided by two. */
function average(map: Value, { shape, entries }: Windows): Value {
  const corner = (n: number) =>
    gather(
      map,
      Int32Array.from(entries, (window) => window[n] ?? -1),
      shape,
    );
  const counts = constant(
    entries.map((window) => 1 / window.length),
    shape,
  );
  return multiply([0, 1, 2, 3].map(corner).reduce(add), counts);
}
