import { type Tensor2D, tf } from '../tensors/index.js';
import { evaluated } from '../tensors/ops.js';
import { transposed } from '../tensors/transposed.js';
import type { LayersOption } from './options.js';
import { overLayers, type TensorLoss } from './tensor-loss.js';
import { createRowTransport } from './transport.js';
import { samplesOf, type View } from './view.js';

/**
 * Difference of histograms: how often each feature has which value, without bins. For samples F (N×C) of a layer and a target's
 * (M×C), channel by channel, with f_(i) the i-th smallest of the N values and q_i the target's quantile at level (i + ½)/N, linear
 * between its M sorted values that stand at levels (j + ½)/M,
 *
 *     E = mean over i and c of (f_(i) − q_i)²,
 *
 * the mean of E over the layers. There is no factor ½. The gradient is that of remapping, with R the values that F is remapped
 * to held constant: 2(F − R)/(NC). Equal values, as rectified features have by the thousand, share the mean of their q.
 *
 * Risser, Wilmot, Barnes, "Stable and controllable neural texture synthesis and style transfer using histogram losses", 2017. Its
 * histograms have 255 bins, and its loss is a sum; here the remapping is exact, and the mean doesn't grow with the picture.
 */
export const histogram = ({ layers }: LayersOption) =>
  histogramLoss('histogram', layers, (view, layer) => samplesOf(view, view.maps.get(layer)!));

/** What histograms are of that aren't of features. */
const NO_LAYER = { layer: '', weight: 1 };

/**
 * A loss on histograms of the columns of samples.
 *
 * @param layers none for a loss that doesn't look at features.
 */
export function histogramLoss(
  name: string,
  layers: TensorLoss['layers'],
  samples: (view: View, layer: string) => Tensor2D,
): TensorLoss {
  const rows = createRowTransport();
  const parts = layers.length === 0 ? [NO_LAYER] : layers;
  const loss: TensorLoss<Float32Array[]> = {
    name,
    layers,
    pairs: false,
    stochastic: false,
    leastSide: 1,
    async prepare(target, { read }) {
      const sorted: Float32Array[] = [];
      for (const { layer } of parts) {
        const values = samples(target, layer);
        sorted.push(rows.sorted(await read(transposed(values)), values.shape[1]));
      }
      return sorted;
    },
    async measure(picture, goals, { read }) {
      const found: { value: number; gradient: Tensor2D }[] = [];
      for (const [index, { layer }] of parts.entries()) {
        // A channel after another, so that each is one run of memory to sort.
        const columns = transposed(samples(picture, layer));
        const { value, gradient } = rows.toSorted(await read(columns), goals[index]!, columns.shape[0]);
        found.push({ value, gradient: tf.transpose(tf.tensor2d(gradient, columns.shape)) });
      }
      return (view) =>
        overLayers(parts, (layer, index) =>
          evaluated(samples(view, layer), found[index]!.value, found[index]!.gradient),
        );
    },
  };
  return loss as TensorLoss;
}
