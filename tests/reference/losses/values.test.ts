import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Picture } from '../../../engine/picture.js';
import { seededRandom } from '../../../random.js';
import { assertClose, colours, naiveSwd, randomPicture } from '../../losses/reference.js';
import { filterBank, filters } from './filter-bank.js';
import {
  coloursOf,
  LAYER_LOSSES,
  type LayerLossName,
  type LossName,
  type LossOptions,
  valueAndGradient,
} from './losses.js';
import { constant, type Value } from './tape.js';

/** The values of the losses, from loops over the specification's sums or from pictures whose values are known. */
const test = suite('reference: losses, values');

type Rows = number[][];
const random = seededRandom(21);
const rows = (count: number, columns: number): Rows =>
  Array.from({ length: count }, () => Array.from({ length: columns }, () => random.between(-1, 1)));
const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, a, i) => sum + a * y[i]!, 0);
const column = (of: Rows, c: number) => of.map((row) => row[c]!);
const moment = (of: Rows, a: number, b: number) => mean(of.map((row) => row[a]! * row[b]!));
const moved = (of: Rows) => of.map((row) => row.map((x, c) => x - mean(column(of, c))));
const channels = [0, 1, 2, 3];
const pairs = channels.flatMap((a) => channels.map((b) => [a, b] as const));

const f = rows(20, 4);
const g = rows(15, 4);
/** A loss of the samples as maps of one column. */
const found = (name: LayerLossName, options: LossOptions = {}) => {
  const map = (of: Rows, width: number) => constant(of.flat(), [of.length / width, width, 4]);
  return LAYER_LOSSES[name](map(f, 4), map(g, 5), 0, options).data[0]!;
};
const is = (what: string, value: number, expected: number) =>
  assertClose(what, [value], [expected], { relative: 1e-12 });

test('gram and covariance: second moments, of what is centred', () => {
  const gram = (x: Rows, y: Rows) =>
    pairs.map(([a, b]) => (moment(x, a, b) - moment(y, a, b)) ** 2).reduce((sum, d) => sum + d, 0) / 64;
  is('gram', found('gram'), gram(f, g));
  is('covariance', found('covariance'), gram(moved(f), moved(g)));
});

test('statistics', () => {
  const deviation = (of: Rows, c: number) => Math.sqrt(moment(moved(of), c, c) + 1e-5);
  const terms = channels.map(
    (c) => (mean(column(f, c)) - mean(column(g, c))) ** 2 + (deviation(f, c) - deviation(g, c)) ** 2,
  );
  is('statistics', found('statistics'), mean(terms));
});

test('mmd: kernels over all pairs', () => {
  const discrepancy = (k: (x: number[], y: number[]) => number, x: Rows, y: Rows) => {
    const over = (a: Rows, b: Rows) => mean(a.flatMap((p) => b.map((q) => k(p, q))));
    return over(x, x) + over(y, y) - 2 * over(x, y);
  };
  is(
    'linear',
    found('mmd', { kernel: 'linear' }),
    discrepancy((x, y) => dot(x, y) / 4, f, g),
  );
  is(
    'polynomial',
    found('mmd', { kernel: 'polynomial' }),
    discrepancy((x, y) => (dot(x, y) / 4 + 1) ** 2, f, g),
  );
  const uniforms = Array.from({ length: 15 }, () => random.uniform());
  const bandwidth = 2 * channels.reduce((sum, c) => sum + moment(moved(g), c, c), 0);
  const gaussian = (x: number[], y: number[]) =>
    Math.exp(-x.reduce((sum, a, i) => sum + (a - y[i]!) ** 2, 0) / bandwidth);
  const drawn = (of: Rows) => uniforms.map((u) => of[Math.floor(u * of.length)]!);
  is('gaussian', found('mmd', { kernel: 'gaussian', uniforms: [uniforms] }), discrepancy(gaussian, drawn(f), drawn(g)));
});

test('mrf: patches meet the likest', () => {
  const patchesOf = (of: Rows, width: number) => {
    const all: Rows = [];
    for (let y = 0; y + 3 <= of.length / width; y++) {
      for (let x = 0; x + 3 <= width; x++) {
        all.push([0, 1, 2].flatMap((dy) => of.slice((y + dy) * width + x, (y + dy) * width + x + 3).flat()));
      }
    }
    return all;
  };
  const candidates = patchesOf(g, 5);
  const terms = patchesOf(f, 4).map((patch) => {
    const likeness = candidates.map((other) => dot(patch, other) / (Math.hypot(...other) + 1e-8));
    const nearest = candidates[likeness.indexOf(Math.max(...likeness))]!;
    return mean(patch.map((x, i) => (x - nearest[i]!) ** 2));
  });
  is('mrf', found('mrf'), mean(terms));
});

const AXES: [number, number, number][] = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];
const valueFor = (name: LossName, picture: Picture, target: Picture) => valueAndGradient(name, picture, target).value;

test('histogram: that of the losses already there along the axes, with ties', () => {
  const [picture, target] = [randomPicture(9, 5, 1), randomPicture(7, 8, 2)];
  is('free', valueFor('colour-histogram', picture, target), naiveSwd(colours(picture), colours(target), AXES));
  const tied = { ...picture, data: picture.data.map((x) => Math.round(3 * x)) };
  is('tied', valueFor('colour-histogram', tied, target), naiveSwd(colours(tied), colours(target), AXES));
  // As many equal values as the target has: each is drawn to the target's mean.
  const flat = { ...target, data: target.data.map(() => 0.25) };
  const { gradient } = valueAndGradient('colour-histogram', flat, target);
  const means = [0, 1, 2].map((c) => mean(Array.from(target.data).filter((_, i) => i % 4 === c)));
  const expected = gradient.map((_, i) => (i % 4 < 3 ? (2 * (0.25 - means[i % 4]!)) / (56 * 3) : 0));
  assertClose('tied gradient', gradient, expected, { absolute: 1e-15 });
});

test('feature-swd: projections on directions', () => {
  const [picture, target] = [randomPicture(9, 5, 1), randomPicture(7, 8, 2)];
  const directions: [number, number, number][] = [
    [0.6, 0, 0.8],
    [-0.48, 0.6, 0.64],
  ];
  const options = { directions: [directions], layers: (all: Value) => [all] };
  const { value } = valueAndGradient('feature-swd', picture, target, options);
  is('feature-swd', value, naiveSwd(colours(picture), colours(target), directions));
});

/** What ms-ssim takes for a mean: itself from 0.05 up, less and less below. */
const positive = (m: number) => (m >= 0.05 ? m : 0.05 ** 2 / (0.1 - m));

test('ssim: of one window, and ms-ssim of one scale', () => {
  const [picture, target] = [randomPicture(11, 11, 4), randomPicture(11, 11, 5)];
  for (let i = 0; i < target.data.length; i++) target.data[i] = 0.7 * picture.data[i]! + 0.2 * target.data[i]!;
  const weights = Array.from({ length: 121 }, (_, i) =>
    Math.exp(-((Math.floor(i / 11) - 5) ** 2 + ((i % 11) - 5) ** 2) / 4.5),
  );
  const total = weights.reduce((sum, w) => sum + w, 0);
  const window = (values: number[]) => dot(values, weights) / total;
  const ssimOf = (other: Picture) => (c: number) => {
    const [x, y] = [picture, other].map(({ data }) => Array.from(data).filter((_, i) => i % 4 === c)) as [
      number[],
      number[],
    ];
    const [a, b] = [window(x), window(y)];
    const product = (p: number[], q: number[], m: number, n: number) => window(p.map((v, i) => (v - m) * (q[i]! - n)));
    const l = (2 * a * b + 1e-4) / (a * a + b * b + 1e-4);
    return (l * (2 * product(x, y, a, b) + 9e-4)) / (product(x, x, a, a) + product(y, y, b, b) + 9e-4);
  };
  const terms = [0, 1, 2].map(ssimOf(target));
  is('ssim', valueFor('ssim', picture, target), 1 - mean(terms));
  is('ms-ssim', valueFor('ms-ssim', picture, target), 1 - mean(terms));
  const negative = { ...picture, data: picture.data.map((x) => 1 - x) };
  const negatives = [0, 1, 2].map(ssimOf(negative));
  assert.ok(Math.max(...negatives) < 0, 'the negative has negative similarities');
  is('ms-ssim of the negative', valueFor('ms-ssim', picture, negative), 1 - mean(negatives.map(positive)));
});

/** A picture whose three channels are f(x, y). */
function grey(width: number, height: number, of: (x: number, y: number) => number): Picture {
  const data = Float32Array.from({ length: 4 * width * height }, (_, i) => {
    const pixel = Math.floor(i / 4);
    return i % 4 < 3 ? of(pixel % width, Math.floor(pixel / width)) : 0.5;
  });
  return { width, height, data };
}

test('ms-ssim: at two scales the finer has contrast and structure alone', () => {
  const black = grey(23, 22, () => 0);
  const half = grey(23, 22, () => 0.5);
  // cs is 1 between constants; l is C1/(0.25 + C1), at the last scale only.
  const weight = 0.2856 / (0.0448 + 0.2856);
  is('ms-ssim', valueFor('ms-ssim', half, black), 1 - positive(1e-4 / (0.25 + 1e-4)) ** weight);
  is('ssim', valueFor('ssim', half, black), 1 - 1e-4 / (0.25 + 1e-4));
});

test('laplacian and total variation of known pictures', () => {
  const flat = grey(6, 7, () => 0.25);
  // The stencil of x² is −2; of pools of 2, where x is 2x + ½, it is −8. Pools of 4 have one pixel.
  is(
    'laplacian',
    valueFor(
      'laplacian',
      grey(6, 7, (x) => x * x),
      flat,
    ),
    (4 + 64) / 2,
  );
  is(
    'tv',
    valueFor(
      'tv',
      grey(6, 7, (x, y) => 3 * x - 4 * y),
      flat,
    ),
    Math.sqrt(25 + 1e-6) - 1e-3,
  );
  assertClose('tv of nothing', [valueFor('tv', flat, flat)], [0], { absolute: 1e-15 });
});

test('haar of a known picture', () => {
  const flat = grey(9, 9, () => 0);
  // HL alone is there: ½, at the next level 1, in each of three colours, so 9 of the 81 second moments are HL².
  const ramp = grey(9, 9, (x) => x);
  is('haar-high', valueFor('haar-high', ramp, flat), (9 * (0.5 ** 4 + 1)) / (4 * 81) / 2);
  is('haar-low', valueFor('haar-low', ramp, flat), (1.5 ** 2 + 5.5 ** 2) / 2);
  const corners = grey(9, 9, (x, y) => (x % 2) * (y % 2));
  // LL, LH, HL and HH are ¼ everywhere: all 81 second moments are 1/16. The second level has LL alone.
  is('haar-high of corners', valueFor('haar-high', corners, flat), 81 / 256 / (4 * 81) / 2);
});

test('the filter bank, pixel by pixel', () => {
  const picture = randomPicture(37, 34, 9);
  const layers = filterBank(coloursOf(picture));
  assert.equal(
    layers.map(({ shape }) => shape),
    [
      [34, 37, 23],
      [17, 18, 23],
      [8, 9, 23],
      [4, 4, 23],
    ],
  );
  const opponent = (y: number, x: number) => {
    const [r, g, b] = picture.data.slice(4 * (y * 37 + x), 4 * (y * 37 + x) + 3) as unknown as [number, number, number];
    return [(r + g + b) / Math.sqrt(3), (r - g) / Math.sqrt(2), (r + g - 2 * b) / Math.sqrt(6)];
  };
  const mirrored = (i: number, length: number) => (i < 0 ? -i : i >= length ? 2 * (length - 1) - i : i);
  layers.forEach(({ data, shape }, s) => {
    const [height, width, block] = [shape[0]!, shape[1]!, 2 ** s];
    const inside = Array.from({ length: block * block }, (_, i) => [Math.floor(i / block), i % block] as const);
    const pooled = (y: number, x: number, c: number) =>
      mean(inside.map(([dy, dx]) => opponent(mirrored(y, height) * block + dy, mirrored(x, width) * block + dx)[c]!));
    for (const [y, x] of [
      [0, 0],
      [height - 1, width - 1],
      [2, 1],
      [1, width - 2],
    ] as const) {
      const responses = filters().map(({ opponent: c, taps }) =>
        dot(
          taps,
          taps.map((_, i) => pooled(y + Math.floor(i / 7) - 3, x + (i % 7) - 3, c)),
        ),
      );
      const expected = [...responses, ...responses.map((b) => -b)].map((b) => (b + Math.hypot(b, 1 / 255)) / 2);
      const pixel = data.slice((y * width + x) * 23, (y * width + x + 1) * 23);
      const what = `scale ${s + 1} at ${x}, ${y}`;
      assertClose(what, pixel, [...expected, ...[0, 1, 2].map((c) => pooled(y, x, c))], { absolute: 1e-13 });
    }
  });
});

test('the filters: mean 0, norm 1, and which way they point', () => {
  const tap = (filter: number, x: number, y: number) => filters()[filter]!.taps[(y + 3) * 7 + x + 3]!;
  for (const { taps } of filters()) {
    assertClose('mean and norm', [mean(taps), Math.hypot(...taps)], [0, 1], { absolute: 1e-15 });
  }
  const signs = (filter: number) =>
    [
      [1, 0],
      [1, 1],
      [0, 1],
      [-1, 1],
    ].map(([x, y]) => tap(filter, x!, y!));
  for (const [i, angle] of [0, 1, 2, 3].entries()) {
    // An odd filter falls along its direction, most of all there; an even one is lowest in the middle.
    const along = signs(i);
    assert.ok(along[angle]! < 0 && along.every((other) => other >= along[angle]! - 0.2), `odd ${i}: ${along}`);
    assert.ok(tap(i + 4, 0, 0) < 0, `even ${i}`);
    assertClose('zero across', [along[(angle + 2) % 4]!], [0], { absolute: 1e-15 });
  }
  assert.equal(
    filters().map(({ opponent }) => opponent),
    [0, 0, 0, 0, 0, 0, 0, 0, 1, 2],
  );
  assertClose('O2 as O3', filters()[8]!.taps, filters()[9]!.taps, {});
});

test.run();
