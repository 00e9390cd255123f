import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Picture } from '../../engine/picture.js';
import {
  type Comparison,
  FOREGROUND,
  type LabelMap,
  l2,
  labelsOfAlpha,
  labelsOfBackdrop,
  parseLoss,
  swd,
} from '../../losses/index.js';
import { regionOf } from '../../losses/labels.js';
import { tf } from '../../tensors/index.js';
import { valueAndGradient } from '../reference/losses/losses.js';
import { refused } from '../refused.js';
import { context, evaluate, HEIGHT, other, picture, target, WIDTH } from './evaluate.js';
import { assertClose, mean } from './reference.js';

const test = suite('losses, control');
const RED = 0xff0000;

/** Labels by a function of the place, in [0, 1). */
function labelled(width: number, height: number, label: (u: number, v: number) => number): LabelMap {
  const labels = Uint32Array.from({ length: width * height }, (_, i) =>
    label(((i % width) + 0.5) / width, (Math.floor(i / width) + 0.5) / height),
  );
  return { width, height, labels };
}
const left = labelled(WIDTH, HEIGHT, (u) => (u < 0.4 ? RED : 0));
const upper = labelled(WIDTH, HEIGHT, (_, v) => (v < 0.6 ? RED : 0));

/** The pixels of a label as a picture of one row. */
function cut({ data }: Picture, { labels }: LabelMap, label: number): Picture {
  const pixels = [...labels.keys()].filter((pixel) => labels[pixel] === label);
  return {
    width: pixels.length,
    height: 1,
    data: Float32Array.from(pixels.flatMap((pixel) => [...data.subarray(4 * pixel, 4 * pixel + 4)])),
  };
}

test('a region has the pixels whose centres have the label, at any resolution and within a margin', () => {
  const map = labelled(8, 4, (u) => (u < 0.5 ? RED : 0));
  assert.equal([...regionOf(RED, map).pixels(2, 4)!], [0, 1, 4, 5]);
  assert.equal([...regionOf(RED, map).pixels(4, 8, 1)!], [0, 1, 2, 6, 7, 8]);
  assert.equal([...regionOf(0, map).pixels(1, 2)!], [1]);
  assert.equal([...regionOf(5, map).pixels(4, 8)!], []);
});

test('swd by labels is the mean over labels, by their shares of the picture, of the swd of their pixels', async () => {
  const { value, gradient } = await evaluate('swd', { targets: [{ picture: target, labels: upper }], labels: left });
  const share = mean([...left.labels].map((label) => Number(label === RED)));
  const parts = await Promise.all(
    [RED, 0].map((label) => swd(cut(target, upper, label)).evaluate(cut(picture, left, label), context)),
  );
  assertClose('value', [value], [share * parts[0]!.value + (1 - share) * parts[1]!.value], { relative: 1e-12 });
  const expected = new Float32Array(gradient.length);
  const next = [0, 0];
  for (const [pixel, label] of left.labels.entries()) {
    const part = label === RED ? 0 : 1;
    for (let c = 0; c < 4; c++) {
      expected[4 * pixel + c] = (part === 0 ? share : 1 - share) * parts[part]!.gradient[4 * next[part]! + c]!;
    }
    next[part]!++;
  }
  assertClose('gradient', gradient, expected, { absolute: 1e-9, relative: 1e-6 });
});

test('pixel by pixel, only pixels that have the label in both count', async () => {
  const comparison = { targets: [{ picture: target, labels: upper }], labels: left, background: false };
  const { value, gradient } = await evaluate('l2', comparison);
  const both = { ...left, labels: left.labels.map((label, i) => (label === upper.labels[i] ? label : 1)) };
  const expected = await l2(cut(target, both, RED)).evaluate(cut(picture, both, RED), context);
  assertClose('value', [value], [expected.value], { relative: 1e-12 });
  for (const [pixel, label] of both.labels.entries()) {
    const here = gradient.subarray(4 * pixel, 4 * pixel + 3).some((g) => g !== 0);
    assert.is(here, label === RED, `pixel ${pixel}`);
  }
});

for (const name of [
  'gram',
  'statistics',
  'histogram',
  'mrf',
  'content',
  'ssim',
  'ms-ssim',
  'laplacian',
  'haar-low',
  'haar-high',
  'colour-histogram',
] as const) {
  test(`${name} by labels is the float64 reference's`, async () => {
    const paired = ['content', 'ssim', 'ms-ssim', 'laplacian', 'haar-low'].includes(name);
    const { value, gradient } = await evaluate(name, { targets: [{ picture: target, labels: upper }], labels: left });
    const share = mean([...left.labels].map((label) => Number(label === RED)));
    let sum = 0;
    const total = new Float64Array(gradient.length);
    for (const [label, part] of [
      [RED, share],
      [0, 1 - share],
    ] as const) {
      const own = regionOf(label, ...(paired ? [left, upper] : [left]));
      const goal = regionOf(label, upper);
      // The reference names the inner part's size, a region the whole's.
      const choice = (region: typeof own) => (height: number, width: number, margin: number) => [
        ...region.pixels(height + 2 * margin, width + 2 * margin, margin)!,
      ];
      const weights = name === 'mrf' ? { weights: [0, 0, 1, 1] } : {};
      const options = { choose: { picture: choice(own), target: choice(goal) }, ...weights };
      const reference = valueAndGradient(name, picture, target, options);
      sum += part * reference.value;
      for (const [i, g] of reference.gradient.entries()) total[i]! += part * g;
    }
    const largest = Math.max(...total.map(Math.abs));
    assertClose('value', [value], [sum], { relative: 1e-4 });
    assertClose('gradient', gradient, total, { absolute: 1e-5 * largest, relative: 1e-4 });
  });
}

test("a render's own labels are those that it began with; clear pixels don't count without the background", async () => {
  const start = { ...target, data: target.data.slice() };
  for (let i = 0; i < WIDTH * HEIGHT; i++) start.data[4 * i + 3] = i % 3 === 0 ? 0.95 : 0.85;
  const options = { targets: [{ picture: other }], start, labels: 'transmittance', background: false } as const;
  const alone = await swd(other).evaluate(cut(picture, labelsOfAlpha(start), FOREGROUND), context);
  const { terms, gradient } = await evaluate('swd,colour-histogram', options);
  assertClose('swd of opaque pixels', [terms!.swd!], [alone.value], { relative: 1e-12 });
  for (let i = 0; i < WIDTH * HEIGHT; i++) {
    const here = gradient.subarray(4 * i, 4 * i + 4).some((g) => g !== 0);
    assert.is(here, i % 3 !== 0, `pixel ${i}`);
  }
});

test("beside a render's own labels, all that a target's mask has but black is foreground", async () => {
  const start = { ...picture, data: picture.data.map((x, i) => (i % 4 === 3 ? Number((i >> 2) % WIDTH < 20) : x)) };
  const own = await evaluate('swd', { targets: [{ picture: target, labels: upper }], start, labels: 'transmittance' });
  const white = { ...upper, labels: upper.labels.map((label) => (label === RED ? FOREGROUND : label)) };
  const same = await evaluate('swd', { targets: [{ picture: target, labels: white }], labels: labelsOfAlpha(start) });
  assert.is(own.value, same.value);
});

test('a flat backdrop is what is joined to the border in its colour; a hole of that colour is not', () => {
  const size = 24;
  const data = new Float32Array(4 * size * size);
  const ring = (x: number, y: number) => Math.hypot(x - 11.5, y - 11.5);
  for (let i = 0; i < size * size; i++) {
    const [x, y] = [i % size, Math.floor(i / size)];
    const there = ring(x, y) > 4 && ring(x, y) < 9;
    data.set(there ? [0.2, 0.3, 0.9, 0] : [0.95 + 0.04 * ((x * y) % 2), 0.97, 1, 0], 4 * i);
  }
  // A speck on the border is no backdrop.
  data.set([0, 0, 0, 0], 0);
  const { labels } = labelsOfBackdrop({ width: size, height: size, data });
  for (const [i, label] of labels.entries()) {
    const outside = i > 0 && ring(i % size, Math.floor(i / size)) >= 9;
    assert.is(label, outside ? 0 : FOREGROUND, `pixel ${i}`);
  }
});

const wrong: [what: string, comparison: Comparison, says: RegExp][] = [
  [
    'no mask to leave a background out by',
    { targets: [{ picture: target }], background: false },
    /a mask that says what is background/,
  ],
  ['labels of the target alone', { targets: [{ picture: target, labels: upper }] }, /labels of the render/],
  [
    'a label that only the render has',
    { targets: [{ picture: target, labels: { ...upper, labels: upper.labels.map(() => 0) } }], labels: left },
    /labels of the target: expected pixels of the label #ff0000, found #000000 alone/,
  ],
  [
    'a label that only the target has',
    { targets: [{ picture: target, labels: upper }], labels: { ...left, labels: left.labels.map(() => 0) } },
    /labels of the render: expected pixels of the label #ff0000, found #000000 alone/,
  ],
  [
    'nothing but background that does not count',
    { targets: [{ picture: target }], labels: { ...left, labels: left.labels.map(() => 0) }, background: false },
    /a label beside the background/,
  ],
  [
    'the own labels of a render that began clear',
    {
      targets: [{ picture: target }],
      start: { ...picture, data: picture.data.map(() => 1) },
      labels: 'transmittance',
      background: false,
    },
    /labels transmittance: expected clear and opaque pixels in the picture that is begun with, found one/,
  ],
  [
    'the own labels of no render',
    { targets: [{ picture: target }], labels: 'transmittance' },
    /labels transmittance: expected the picture that/,
  ],
  ['a weight that is not positive', { targets: [{ picture: target, weight: 0 }] }, /a positive weight, found 0/],
  [
    'the palette of no picture',
    { targets: [{ picture: target }], colour: 'keep' },
    /colour keep: expected the picture that/,
  ],
];
for (const [what, comparison, says] of wrong) {
  for (const text of ['l2', 'gram']) {
    test(`${what} is refused, ${text}`, async () => {
      const error = await refused(() => parseLoss(text, comparison));
      assert.is(error.code, 'usage');
      assert.match(error.message, says);
    });
  }
}

test('masks have the shape of what they are of, at any size', async () => {
  const [small, large] = [1, 3].map((by) => labelled(20 * by, 18 * by, (u) => (u < 0.4 ? RED : 0)));
  for (const text of ['swd', 'gram', 'l2']) {
    const found = await evaluate(text, { targets: [{ picture: target, labels: small }], labels: large });
    const same = await evaluate(text, { targets: [{ picture: target, labels: large }], labels: large });
    assert.is(found.value, same.value);
  }
});

test('labels that nowhere meet can not be compared pixel by pixel, and say so', async () => {
  const right = { ...left, labels: left.labels.map((label) => (label === RED ? 0 : RED)) };
  const comparison = { targets: [{ picture: target, labels: right }], labels: left, background: false };
  for (const text of ['l2', 'content', 'ssim']) {
    const error = await refused(() => evaluate(text, comparison));
    assert.match(error.message, /pixels of the label #ff0000 wherever it looks, in both pictures, found none/);
  }
});

test('a loss that was refused while it was prepared is refused again, and leaves nothing behind', async () => {
  const dot = labelled(WIDTH, HEIGHT, (u, v) => (u < 1 / WIDTH && v < 1 / HEIGHT ? RED : 0));
  const loss = parseLoss('haar-high,gram', { targets: [{ picture: target, labels: dot }], labels: dot });
  const counts: number[] = [];
  for (let i = 0; i < 3; i++) {
    await refused(async () => loss.evaluate(picture, context));
    counts.push(tf.memory().numTensors);
  }
  assert.is(new Set(counts).size, 1, `${counts}`);
});

test('a label too small for a layer is refused by its colour', async () => {
  const dot = labelled(WIDTH, HEIGHT, (u, v) => (u < 1 / WIDTH && v < 1 / HEIGHT ? RED : 0));
  const comparison = { targets: [{ picture: target, labels: dot }], labels: dot };
  const error = await refused(() => evaluate('gram', comparison));
  assert.match(
    error.message,
    /pixels of the label #ff0000 wherever it looks, in both pictures, found none somewhere at 40×36; paint the label larger/,
  );
});

test.run();
