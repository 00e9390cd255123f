import { basename } from 'node:path';
import { type Tensor1D, type Tensor2D, type Tensor3D, tf } from '../tensors/index.js';
import { rowMean } from '../tensors/ops.js';
import type { NetworkInput, PoolLayer } from './architecture.js';
import { checkWanted } from './checked.js';
import type { Features, Layer, Maps } from './features.js';
import { Kept } from './kept.js';
import { type Block, convolution, type Kernel, kernel, relu, type Step, sequence } from './layers.js';
import { readManifest } from './manifest.js';
import { reflectionPadding, zeroPadding } from './padding.js';
import { digestOf, leastSide, type PlannedConvolution, type PlannedLayer, planLayers } from './plan.js';
import { averagePool, maxPool } from './pooling.js';
import { readWeights } from './weights.js';

/** A layer that is ready to run, and what it keeps on the backend. */
interface Stage {
  readonly name: string | undefined;
  readonly kept: Kept<Kernel> | undefined;
  /** Within `Tensors.run`. */
  block(): Block;
}

/**
 * A sequential network of convolutions and pools that the user brings, as a manifest (see manifest.ts) describes it.
 * Its maps are those of the manifest's `taps` and of the layers of its style code; by default losses look at the taps.
 * Weights go to a backend when it first needs them and stay there until `dispose`.
 *
 * @param path of the manifest, a JSON file.
 * @throws VoxstyleError `missing-input` or `bad-input`, naming the file and the field or tensor.
 */
export async function loadNetwork(path: string): Promise<Features> {
  const manifest = await readManifest(path);
  const plan = planLayers(manifest, await readWeights(path, manifest));
  const { taps, code } = manifest;
  const chosen = new Set([...taps, ...(code?.layers ?? [])]);
  const layers: Layer[] = [];
  const stages = plan.map(stageOf);
  for (const [index, { name }] of stages.entries()) {
    if (name === undefined || !chosen.has(name)) continue;
    layers.push({ name, channels: plan[index]!.channels, leastSide: leastSide(plan.slice(0, index + 1)) });
  }
  if (manifest.input) stages.unshift(inputStage(manifest.input));
  const network: Features = {
    name: manifest.name ?? manifest.arch ?? basename(path),
    layers,
    defaultLayers: layers.map(({ name }) => name).filter((name) => taps.includes(name)),
    digest: digestOf(manifest, plan),
    extract(colours, wanted) {
      checkWanted(network, colours, wanted);
      return extract(stages, colours, wanted);
    },
    dispose() {
      for (const { kept } of stages) kept?.dispose();
    },
  };
  return code ? { ...network, code: styleCode(code.layers) } : network;
}

function extract(stages: readonly Stage[], colours: Tensor3D, wanted: ReadonlySet<string>) {
  const deepest = stages.findLastIndex(({ name }) => name !== undefined && wanted.has(name));
  const steps: { name: string | undefined; step: Step }[] = [];
  const maps = new Map<string, Tensor3D>();
  let map = colours;
  for (const { name, block } of stages.slice(0, deepest + 1)) {
    const step = block()(map);
    map = step.value;
    steps.push({ name, step });
    if (name !== undefined && wanted.has(name)) maps.set(name, map);
  }
  return {
    maps,
    pullback(upstream: Maps): Tensor3D {
      let gradient: Tensor3D | undefined;
      for (const { name, step } of steps.toReversed()) {
        const own = name === undefined ? undefined : upstream.get(name);
        if (own) gradient = gradient ? tf.add(gradient, own) : own;
        const above = gradient;
        // What it makes on the way is as large as the maps.
        if (above) gradient = tf.tidy(() => step.pullback(above));
      }
      return gradient ?? tf.zerosLike(colours);
    },
  };
}

function stageOf(planned: PlannedLayer): Stage {
  return 'pool' in planned ? poolStage(planned.pool) : convolutionStage(planned);
}

function poolStage(layer: PoolLayer): Stage {
  const block = layer.type === 'maxpool' ? maxPool(layer) : averagePool(layer);
  return { name: layer.name, kept: undefined, block: () => block };
}

function convolutionStage({ convolution: layer, shape, weight, bias }: PlannedConvolution): Stage {
  const { mode, width } = layer.padding;
  const padding = mode === 'reflect' ? reflectionPadding(width) : zeroPadding(width);
  const kept = new Kept(() => {
    const stored = tf.tensor4d(weight, [...shape]);
    return kernel(tf.transpose(stored, [2, 3, 1, 0]), bias && tf.tensor1d(bias));
  });
  const block = () => {
    const parts = [padding, convolution(kept.get(), layer.stride)];
    return sequence(layer.relu ? [...parts, relu] : parts);
  };
  return { name: layer.name, kept, block };
}

/** (scale · colour − mean) / std as a convolution of 1 × 1. */
function inputStage({ order, scale, mean, std }: NetworkInput): Stage {
  const kept = new Kept(() => {
    const matrix = new Float32Array(9);
    for (let c = 0; c < 3; c++) matrix[(order === 'RGB' ? c : 2 - c) * 3 + c] = scale / std[c]!;
    const bias = tf.tensor1d(mean.map((m, c) => -m / std[c]!));
    return kernel(tf.tensor4d(matrix, [1, 1, 3, 3]), bias);
  });
  return { name: undefined, kept, block: () => convolution(kept.get()) };
}

/** Keeps the length of a code of zeros from being divided by. */
const TINY = 1e-16;

/** The means of the layers' maps, one after another, divided by their length. */
function styleCode(layers: readonly string[]): NonNullable<Features['code']> {
  const mean = (map: Tensor3D) => {
    const [height, width, channels] = map.shape;
    return rowMean(tf.reshape(map, [height * width, channels]));
  };
  return {
    layers,
    of(maps) {
      const means = tf.concat(
        layers.map((name) => mean(maps.get(name)!)),
        1,
      ) as Tensor2D;
      const length = tf.sqrt(tf.add(tf.sum(tf.square(means)), TINY));
      return tf.reshape(tf.div(means, length), [-1]) as Tensor1D;
    },
  };
}
