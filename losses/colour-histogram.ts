import { histogramLoss } from './histogram.js';
import { samplesOf } from './view.js';

/**
 * Difference of the histograms of red, green and blue: `histogram` of the colours themselves (N×3), without features. The mean over
 * pixels and colours of (f_(i) − q_i)², so on the scale of `l2`; colours that are matched one by one may still occur together in
 * other ways, which `swd` sees.
 *
 * Risser, Wilmot, Barnes, "Stable and controllable neural texture synthesis and style transfer using histogram losses", 2017.
 */
export const colourHistogram = () => histogramLoss('colour-histogram', [], (view) => samplesOf(view, view.colours));
