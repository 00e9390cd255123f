import { filterBank } from './filter-bank.js';
import { mapOf, patches, range, sizeOfMap } from './maps.js';
import * as samples from './samples.js';
import { type Choice, chosenRows, haarHigh, haarLow, laplacian, msSsim, ssim, totalVariation } from './structure.js';
import { constant, gradients, type Value, variable } from './tape.js';

/** A picture as engine/picture.ts has it, or in float64. */
export interface AnyPicture {
  width: number;
  height: number;
  /** width·height·4 values, of which the fourth of each pixel is ignored. */
  data: Float32Array | Float64Array;
}

/** A layer of features: height·width·channels values, channels innermost. */
export interface FeatureMap {
  height: number;
  width: number;
  channels: number;
  data: ArrayLike<number>;
}

export interface LossOptions {
  /** The maps of a picture's colours (height × width × 3). Default: the filter bank. */
  layers?: ((colours: Value) => Value[]) | undefined;
  /** Of each layer; 0 leaves it out. Default: 1 for all, for mrf for the last two. */
  weights?: readonly number[] | undefined;
  /** feature-swd: for each layer, unit vectors of as many numbers as the layer has channels. */
  directions?: readonly (readonly ArrayLike<number>[])[] | undefined;
  /** mmd. */
  kernel?: 'linear' | 'polynomial' | 'gaussian' | undefined;
  /** mmd, Gaussian kernel: for each layer at least min(512, N, M) numbers in [0, 1), of which the first are used. */
  uniforms?: readonly ArrayLike<number>[] | undefined;
  /** The pixels that are compared. Default: all. */
  choose?: Choice | undefined;
}

/** Of one layer: the picture's map, the target's, and which layer it is. */
type LayerLoss = (map: Value, target: Value, layer: number, options: LossOptions) => Value;

const ofSamples =
  (loss: (f: Value, g: Value) => Value): LayerLoss =>
  (map, target, _layer, { choose }) =>
    loss(chosenRows(map, choose?.picture), chosenRows(target, choose?.target));

/** One layer's losses by name. */
export const LAYER_LOSSES = {
  // Pixel meets pixel, so the picture's labels are taken for both.
  content: (map, target, _layer, { choose }) =>
    samples.content(chosenRows(map, choose?.picture), chosenRows(target, choose?.picture)),
  gram: ofSamples(samples.gram),
  statistics: ofSamples(samples.statistics),
  covariance: ofSamples(samples.covariance),
  histogram: ofSamples(samples.histogram),
  'feature-swd': (map, target, layer, options) => {
    const directions = given('feature-swd: directions', options.directions?.[layer]);
    return ofSamples((f, g) => samples.slicedWasserstein(f, g, directions))(map, target, layer, options);
  },
  mmd: (map, target, layer, options) => {
    const kernels = {
      linear: samples.mmdLinear,
      polynomial: samples.mmdPolynomial,
      gaussian: (f: Value, g: Value) => samples.mmdGaussian(f, g, given('mmd: uniforms', options.uniforms?.[layer])),
    };
    return ofSamples(kernels[given('mmd: a kernel', options.kernel)])(map, target, layer, options);
  },
  mrf: (map, target, _layer, { choose }) =>
    samples.patchMatch(chosenPatches(map, choose?.picture), chosenPatches(target, choose?.target)),
} satisfies Record<string, LayerLoss>;

export type LayerLossName = keyof typeof LAYER_LOSSES;

function given<T>(what: string, found: T | undefined): T {
  if (found === undefined) throw new Error(`${what} has to be given`);
  return found;
}

/** The 3×3 patches of a map, as rows; a patch has the label of its middle. */
function chosenPatches(map: Value, choose: Choice['picture'] | undefined): Value {
  const [height, width] = sizeOfMap(map);
  if (Math.min(height, width) < 3) throw new Error(`mrf: expected 3 × 3 pixels or more, got ${height} × ${width}`);
  return chosenRows(mapOf(patches(map, 3), height - 2, width - 2), choose, 1);
}

/** Σ a_l E_l / Σ a_l over the layers of non-zero weight. */
export function lossOfLayers(
  name: LayerLossName,
  maps: readonly Value[],
  targets: readonly Value[],
  options: LossOptions = {},
): Value {
  const weights = options.weights ?? maps.map((_, i) => (name !== 'mrf' || i >= maps.length - 2 ? 1 : 0));
  if (weights.length !== maps.length || targets.length !== maps.length) {
    throw new Error(`${name}: ${maps.length} layers, but ${targets.length} of the target, ${weights.length} weights`);
  }
  const used = range(maps.length).filter((layer) => weights[layer] !== 0);
  const loss: LayerLoss = LAYER_LOSSES[name];
  return samples.weightedMean(
    used.map((layer) => loss(maps[layer]!, targets[layer]!, layer, options)),
    used.map((layer) => weights[layer]!),
  );
}

/** The losses of colours alone, by name. */
export const PICTURE_LOSSES = {
  'colour-histogram': (picture, target, choose) =>
    samples.histogram(chosenRows(picture, choose?.picture), chosenRows(target, choose?.target)),
  ssim,
  'ms-ssim': msSsim,
  laplacian,
  tv: (picture, _target, choose) => totalVariation(picture, choose),
  'haar-low': haarLow,
  'haar-high': haarHigh,
} satisfies Record<string, (picture: Value, target: Value, choose?: Choice) => Value>;

export type PictureLossName = keyof typeof PICTURE_LOSSES;
export type LossName = LayerLossName | PictureLossName;

export const isLayerLoss = (name: LossName): name is LayerLossName => name in LAYER_LOSSES;
export const LOSS_NAMES = [...Object.keys(LAYER_LOSSES), ...Object.keys(PICTURE_LOSSES)] as LossName[];

/** Any loss, of colours (height × width × 3) on the tape. */
export function lossOf(name: LossName, picture: Value, target: Value, options: LossOptions = {}): Value {
  if (!isLayerLoss(name)) return PICTURE_LOSSES[name](picture, target, options.choose);
  const layers = options.layers ?? filterBank;
  return lossOfLayers(name, layers(picture), layers(target), options);
}

/** The colours of a picture, height × width × 3. */
export const coloursOf = ({ width, height, data }: AnyPicture, make: typeof constant = constant): Value =>
  make(Float64Array.from(data.filter((_, i) => i % 4 < 3)), [height, width, 3]);

/**
 * A loss and its gradient with respect to the picture.
 *
 * @returns the gradient in the layout of picture.data; that of the transmittance is 0.
 */
export function valueAndGradient(
  name: LossName,
  picture: AnyPicture,
  target: AnyPicture,
  options: LossOptions = {},
): { value: number; gradient: Float64Array } {
  const colours = coloursOf(picture, variable);
  const loss = lossOf(name, colours, coloursOf(target), options);
  const [ofColours] = gradients(loss, [colours]);
  const gradient = new Float64Array(picture.data.length);
  ofColours!.forEach((g, i) => {
    gradient[4 * Math.floor(i / 3) + (i % 3)] = g;
  });
  return { value: loss.data[0]!, gradient };
}

/** A loss and its gradient with respect to each of the picture's maps. */
export function valueAndGradientOfLayers(
  name: LayerLossName,
  maps: readonly FeatureMap[],
  targets: readonly FeatureMap[],
  options: LossOptions = {},
): { value: number; gradients: Float64Array[] } {
  const on = (make: typeof constant) => (map: FeatureMap) => make(map.data, [map.height, map.width, map.channels]);
  const variables = maps.map(on(variable));
  const loss = lossOfLayers(name, variables, targets.map(on(constant)), options);
  return { value: loss.data[0]!, gradients: gradients(loss, variables) };
}
