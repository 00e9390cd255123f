import type { Channel } from '../../cubes/index.js';

/**
 * Where an intensity stands among a channel's voxels: a share in [0, 1] in place of the intensity, which means about the same on
 * another cube. Shares below ½ are what Otsu's threshold (1979) takes for background, those above are the object, each half in the
 * order of the quantiles. So the skin of a head that fills a tenth of its stack, and that of one that fills half of it, both
 * begin at ½, which quantiles of all voxels together don't give.
 */
export interface IntensityScale {
  /** Of an intensity, a share of the stored range. Strictly rising; on beyond [0, 1] with a slope of 1. */
  shareOf(intensity: number): number;
  /** Its inverse. */
  intensityOf(share: number): number;
  /** d intensityOf / d share, constant from one bin's start to the next. */
  slopeOf(share: number): number;
  /** Shares of voxels in BINS bins that are even in the root of the intensity. */
  readonly histogram: Float64Array;
}

/** Bins are even in the root of the intensity: photon noise is the same in all of them, and dim stacks have their share. */
export const BINS = 1024;
const binOf = (intensity: number) => Math.min(BINS - 1, Math.floor(Math.sqrt(intensity) * BINS));
const startOf = (bin: number) => (bin / BINS) ** 2;
/**
 * The part of each half that goes by the root of intensity and not by the count of voxels: keeps the map invertible where there are no voxels,
 * and gives room to what is rare and far off, such as bone or metal.
 */
const EVEN = 0.12;

const scales = new WeakMap<Channel, IntensityScale>();

/** The scale of a channel; made once for each. */
export function intensityScale(channel: Channel): IntensityScale {
  const scale = scales.get(channel) ?? makeScale(histogram(channel));
  scales.set(channel, scale);
  return scale;
}

/** Of a larger channel every n-th voxel is counted, so that it takes no longer. */
const MOST_VOXELS = 2 ** 22;

function histogram({ samples, range: [lo, hi] }: Channel): Float64Array {
  const counts = new Float64Array(BINS);
  // Odd, so that it doesn't fall on the same columns again and again.
  const stride = 2 * Math.ceil(samples.length / MOST_VOXELS / 2) - 1;
  for (let i = 0; i < samples.length; i += stride) counts[binOf((samples[i]! - lo) / (hi - lo))]!++;
  return counts;
}

/** The bins below the threshold that parts a histogram with the greatest variance between its classes; 1 … BINS − 1. */
function otsu(counts: Float64Array): number {
  const total = counts.reduce((a, b) => a + b, 0);
  const moment = counts.reduce((sum, count, bin) => sum + count * bin, 0);
  let [below, momentBelow, most, least, last] = [0, 0, -1, 1, 1];
  for (let bin = 1; bin < BINS; bin++) {
    below += counts[bin - 1]!;
    momentBelow += counts[bin - 1]! * (bin - 1);
    if (below === 0 || below === total) continue;
    const apart = momentBelow / below - (moment - momentBelow) / (total - below);
    const variance = below * (total - below) * apart * apart;
    if (variance > most) [most, least, last] = [variance, bin, bin];
    else if (variance === most) last = bin;
  }
  // Between two classes with nothing in between the threshold is in the middle.
  return Math.floor((least + last) / 2);
}

function makeScale(counts: Float64Array): IntensityScale {
  const threshold = otsu(counts);
  const halves = [counts.subarray(0, threshold), counts.subarray(threshold)] as const;
  // shares[b] is that of the intensity startOf(b).
  const shares = new Float64Array(BINS + 1);
  let bin = 0;
  for (const half of halves) {
    const total = half.reduce((a, b) => a + b, 0);
    const even = total === 0 ? 1 : EVEN;
    for (const count of half) {
      shares[bin + 1] = shares[bin]! + 0.5 * (even / half.length + (total === 0 ? 0 : ((1 - even) * count) / total));
      bin++;
    }
  }
  shares[BINS] = 1;
  const total = counts.reduce((a, b) => a + b, 0);
  return {
    histogram: counts.map((count) => count / total),
    shareOf(intensity) {
      if (intensity <= 0) return intensity;
      if (intensity >= 1) return intensity;
      const bin = binOf(intensity);
      const within = (intensity - startOf(bin)) / (startOf(bin + 1) - startOf(bin));
      return shares[bin]! + within * (shares[bin + 1]! - shares[bin]!);
    },
    intensityOf(share) {
      if (share <= 0 || share >= 1) return share;
      const bin = binAt(share);
      const within = (share - shares[bin]!) / (shares[bin + 1]! - shares[bin]!);
      return startOf(bin) + within * (startOf(bin + 1) - startOf(bin));
    },
    slopeOf(share) {
      if (share < 0 || share >= 1) return 1;
      const bin = binAt(share);
      return (startOf(bin + 1) - startOf(bin)) / (shares[bin + 1]! - shares[bin]!);
    },
  };

  /** The bin in which a share in [0, 1) falls. */
  function binAt(share: number): number {
    let [low, high] = [0, BINS];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (shares[middle]! <= share) low = middle;
      else high = middle;
    }
    return low;
  }
}
