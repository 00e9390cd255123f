/**
 * OKLab (Björn Ottosson 2020, https://bottosson.github.io/posts/oklab/): a space in which equal distances look about equal, so
 * that a random palette has the contrast that it was drawn with. Its polar form OKLCh has lightness L in [0, 1], chroma C (up to
 * about 0.32 within sRGB) and hue h in degrees (red 29, yellow 110, green 142, cyan 195, blue 264, magenta 328).
 */
export type Triple = [number, number, number];
type Matrix = readonly (readonly [number, number, number])[];

const LINEAR_TO_CONES: Matrix = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
];
const CONES_TO_LAB: Matrix = [
  [0.2104542553, 0.793617785, -0.0040720468],
  [1.9779984951, -2.428592205, 0.4505937099],
  [0.0259040371, 0.7827717662, -0.808675766],
];
const LAB_TO_CONES: Matrix = [
  [1, 0.3963377774, 0.2158037573],
  [1, -0.1055613458, -0.0638541728],
  [1, -0.0894841775, -1.291485548],
];
const CONES_TO_LINEAR: Matrix = [
  [4.0767416621, -3.3077115913, 0.2309699292],
  [-1.2684380046, 2.6097574011, -0.3413193965],
  [-0.0041960863, -0.7034186147, 1.707614701],
];

const times = (matrix: Matrix, v: Readonly<Triple>): Triple =>
  matrix.map((row) => row[0] * v[0] + row[1] * v[1] + row[2] * v[2]) as Triple;
const each = (v: Readonly<Triple>, f: (value: number) => number): Triple => [f(v[0]), f(v[1]), f(v[2])];

export const linearToOklab = (rgb: Readonly<Triple>): Triple =>
  times(CONES_TO_LAB, each(times(LINEAR_TO_CONES, rgb), Math.cbrt));

/** Linear RGB, beyond [0, 1] for colours that sRGB doesn't have; `oklchToLinear` keeps within. */
export const oklabToLinear = (lab: Readonly<Triple>): Triple =>
  times(
    CONES_TO_LINEAR,
    each(times(LAB_TO_CONES, lab), (value) => value ** 3),
  );

export const oklabToOklch = ([l, a, b]: Readonly<Triple>): Triple => [
  l,
  Math.hypot(a, b),
  ((Math.atan2(b, a) * 180) / Math.PI + 360) % 360,
];

export const oklchToOklab = ([l, c, h]: Readonly<Triple>): Triple => [
  l,
  c * Math.cos((h * Math.PI) / 180),
  c * Math.sin((h * Math.PI) / 180),
];

/** IEC 61966-2-1, value by value. */
export const srgbToLinear = (rgb: Readonly<Triple>): Triple =>
  each(rgb, (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
/** d linear / d display value of the sRGB curve (IEC 61966-2-1). */
export const slopeOfSrgb = (v: number) => (v <= 0.04045 ? 1 / 12.92 : (2.4 / 1.055) * ((v + 0.055) / 1.055) ** 1.4);
export const linearToSrgb = (rgb: Readonly<Triple>): Triple =>
  each(rgb, (v) => (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055));

const SLACK = 1e-6;
const inGamut = (rgb: Readonly<Triple>) => rgb.every((v) => v >= -SLACK && v <= 1 + SLACK);

/**
 * The linear RGB of an OKLCh colour. One that sRGB doesn't have keeps lightness and hue and loses as much chroma as it must.
 *
 * @returns values in [0, 1].
 */
export function oklchToLinear([l, c, h]: Readonly<Triple>): Triple {
  const lightness = Math.min(1, Math.max(0, l));
  const at = (chroma: number) => oklabToLinear(oklchToOklab([lightness, chroma, h]));
  let chroma = c;
  if (!inGamut(at(c))) {
    let [inside, outside] = [0, c];
    for (let i = 0; i < 20; i++) {
      const middle = (inside + outside) / 2;
      if (inGamut(at(middle))) inside = middle;
      else outside = middle;
    }
    chroma = inside;
  }
  return each(at(chroma), (v) => Math.min(1, Math.max(0, v)));
}
