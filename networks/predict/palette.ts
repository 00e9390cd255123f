import type { Picture } from '../../engine/picture.js';

/** Levels of red, green and blue in the histogram. */
const LEVELS = 4;
/** The share of a picture's height that is its top, and its bottom. */
const EDGE = 0.03;

/** Of a larger picture every n-th pixel is counted. */
const MOST_PIXELS = 2 ** 16;

/** Top and bottom colour. */
export const EDGE_LENGTH = 6;
export const PALETTE_LENGTH = EDGE_LENGTH + LEVELS ** 3;

/**
 * The colours of a picture, which a style code knows only as well as it takes to tell styles apart: the medians of red, green and blue
 * at its top and at its bottom, where renders show their background, and roots of the shares of its pixels in a joint histogram of 4×4×4
 * colours, each pixel divided among the eight nearest. All in [0, 1].
 */
export function paletteOf({ width, height, data }: Picture): Float32Array {
  const palette = new Float32Array(PALETTE_LENGTH);
  const rows = Math.max(1, Math.round(EDGE * height));
  palette.set(medians(data.subarray(0, 4 * width * rows)));
  palette.set(medians(data.subarray(4 * width * (height - rows))), EDGE_LENGTH / 2);
  const histogram = new Float64Array(LEVELS ** 3);
  const stride = Math.ceil((width * height) / MOST_PIXELS);
  for (let i = 0; i < data.length; i += 4 * stride) addTo(histogram, data[i]!, data[i + 1]!, data[i + 2]!);
  const total = Math.ceil((width * height) / stride);
  palette.set(
    Float32Array.from(histogram, (share) => Math.sqrt(share / total)),
    EDGE_LENGTH,
  );
  return palette;
}

/** Divides a pixel among the eight cells about it. */
function addTo(histogram: Float64Array, ...color: [number, number, number]): void {
  for (let corner = 0; corner < 8; corner++) {
    let [share, cell] = [1, 0];
    for (let c = 0; c < 3; c++) {
      const place = Math.min(1, Math.max(0, color[c]!)) * (LEVELS - 1);
      const below = Math.min(LEVELS - 2, Math.floor(place));
      const upper = (corner >> c) & 1;
      share *= upper ? place - below : below + 1 - place;
      cell = cell * LEVELS + below + upper;
    }
    histogram[cell]! += share;
  }
}

function medians(pixels: Float32Array): number[] {
  return [0, 1, 2].map((c) => {
    const values = pixels.filter((_, i) => i % 4 === c).sort();
    return Math.min(1, Math.max(0, values[values.length >> 1]!));
  });
}
