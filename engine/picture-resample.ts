import { emptyPicture, type Picture } from './picture.js';

/** IEC 61966-2-1. */
const decode = (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const encode = (v: number) => (v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055);

/** For each of `to` pixels: the source pixels it covers and their shares, by area; a pixel enlarged is a copy. */
function coverage(from: number, to: number): { first: number; weights: number[] }[] {
  return Array.from({ length: to }, (_, i) => {
    const low = (i * from) / to;
    const high = ((i + 1) * from) / to;
    const first = Math.min(from - 1, Math.floor(low));
    const last = Math.min(from - 1, Math.max(first, Math.ceil(high) - 1));
    const weights = Array.from(
      { length: last - first + 1 },
      (_, k) => (Math.min(high, first + k + 1) - Math.max(low, first + k)) / (high - low),
    );
    return { first, weights };
  });
}

/** The picture at another size: each pixel the average, in linear light, of the area that it covers. */
export function resample(picture: Picture, width: number, height: number): Picture {
  if (picture.width === width && picture.height === height) return picture;
  const columns = coverage(picture.width, width);
  const rows = coverage(picture.height, height);
  const light = Float64Array.from(picture.data, (v, i) => (i % 4 === 3 ? v : decode(v)));
  const result = emptyPicture(width, height);
  for (const [y, row] of rows.entries()) {
    for (const [x, column] of columns.entries()) {
      const sum = [0, 0, 0, 0];
      for (const [dy, wy] of row.weights.entries()) {
        for (const [dx, wx] of column.weights.entries()) {
          const from = ((row.first + dy) * picture.width + column.first + dx) * 4;
          for (let c = 0; c < 4; c++) sum[c]! += wx * wy * light[from + c]!;
        }
      }
      for (let c = 0; c < 4; c++) result.data[(y * width + x) * 4 + c] = c === 3 ? sum[c]! : encode(sum[c]!);
    }
  }
  return result;
}

/** The size of a picture of the target's shape whose longer side has `longest` pixels. */
export function sizeLike(
  target: Pick<Picture, 'width' | 'height'>,
  longest: number,
): { width: number; height: number } {
  const scale = longest / Math.max(target.width, target.height);
  return {
    width: Math.max(1, Math.round(target.width * scale)),
    height: Math.max(1, Math.round(target.height * scale)),
  };
}
