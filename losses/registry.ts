import { charbonnier } from './charbonnier.js';
import { colourHistogram } from './colour-histogram.js';
import { content } from './content.js';
import { covariance } from './covariance.js';
import { type LossEntry, ofPictures, ofTensors } from './entry.js';
import { featureSwd } from './feature-swd.js';
import { gram } from './gram.js';
import { haarHigh, haarLow } from './haar.js';
import { histogram } from './histogram.js';
import { l1 } from './l1.js';
import { l2 } from './l2.js';
import { laplacian } from './laplacian.js';
import { mmd } from './mmd.js';
import { mrf } from './mrf.js';
import { msSsim } from './ms-ssim.js';
import { layersOption, numbersOption, wholeOption, wordOption } from './options.js';
import { ssim } from './ssim.js';
import { statistics } from './statistics.js';
import { styleCode } from './style-code.js';
import { swd } from './swd.js';
import { tv } from './tv.js';

const layers = layersOption();
const coarsest = layersOption(2);
const directions = wholeOption('directions', 'directions a layer, drawn afresh for each iteration', 16, 1, 1024);
const kernel = wordOption('kernel', 'what distributions are compared with', ['linear', 'polynomial', 'gaussian']);
const samples = wholeOption('samples', 'positions that the gaussian kernel compares, in each layer', 512, 2, 4096);
const pools = numbersOption('pools', 'sides of the blocks that are averaged first', [1, 2, 4, 8], 64);
const levels = wholeOption('levels', 'levels of the Haar transform', 2, 1, 5);

/** The losses by the names that `--loss` takes. */
export const LOSSES: ReadonlyMap<string, LossEntry> = new Map([
  ['l1', ofPictures('mean absolute difference, pixel by pixel', l1, { pairs: true })],
  ['l2', ofPictures('mean squared difference, pixel by pixel', l2, { pairs: true })],
  ['charbonnier', ofPictures('l1 with a rounded corner, pixel by pixel', charbonnier, { pairs: true })],
  ['swd', ofPictures('sliced Wasserstein distance of colours', swd, { pairs: false })],
  ['gram', ofTensors('Gram matrices of features', { layers }, gram)],
  ['content', ofTensors('features, pixel by pixel', { layers }, content)],
  ['statistics', ofTensors('means and standard deviations of features', { layers }, statistics)],
  ['covariance', ofTensors('covariance matrices of features', { layers }, covariance)],
  ['mmd', ofTensors('maximum mean discrepancy of features', { layers, kernel, samples }, mmd)],
  ['histogram', ofTensors('histograms of features', { layers }, histogram)],
  ['feature-swd', ofTensors('sliced Wasserstein distance of features', { layers, directions }, featureSwd)],
  ['mrf', ofTensors('nearest patches of features', { layers: coarsest }, mrf)],
  ['style-code', ofTensors("distance of a network's style codes", {}, (_, features) => styleCode(features))],
  ['colour-histogram', ofTensors('histograms of red, green and blue', {}, colourHistogram)],
  ['ssim', ofTensors('1 − structural similarity, pixel by pixel', {}, ssim)],
  ['ms-ssim', ofTensors('1 − structural similarity at several scales, pixel by pixel', {}, msSsim)],
  ['laplacian', ofTensors('edges at several scales, pixel by pixel', { pools }, laplacian)],
  ['tv', ofTensors('total variation of the picture alone', {}, tv)],
  ['haar-low', ofTensors('coarsest Haar band, pixel by pixel', { levels }, haarLow)],
  ['haar-high', ofTensors('Gram matrices of the finer Haar bands', { levels }, haarHigh)],
]);
