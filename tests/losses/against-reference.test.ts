import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Picture } from '../../engine/picture.js';
import { unitVectors } from '../../losses/feature-swd.js';
import { LOSSES, parseLoss } from '../../losses/index.js';
import { seededRandom } from '../../random.js';
import { BACKENDS, openTensors, tf } from '../../tensors/index.js';
import { sharedDevice } from '../device.js';
import { type LossName, type LossOptions, valueAndGradient } from '../reference/losses/losses.js';
import { randomPicture } from './reference.js';

const test = suite('losses, against the float64 reference');
const context = { seed: 5, iteration: 3 };
const CHANNELS = 23;
const LAYERS = [0, 1, 2, 3];

const picture = randomPicture(40, 36, 1);
const same = randomPicture(40, 36, 2);
/** Smooth, as renders are: filters then answer weakly, and differences of large sums are small. */
const smooth = (width: number, height: number, phase: number): Picture => {
  const noise = randomPicture(width, height, 10 * phase);
  const data = noise.data.map((value, i) => {
    const [x, y, c] = [(i >> 2) % width, Math.floor((i >> 2) / width), i % 4];
    return 0.5 + 0.3 * Math.sin(0.21 * x + phase + c) * Math.cos(0.17 * y - c) + 0.01 * value;
  });
  return { width, height, data };
};

/** A render: half of it is its plain background, whose filter responses are what rounding leaves of 0. */
const halfPlain = (of: Picture): Picture => ({
  ...of,
  data: of.data.map((value, i) => ((i >> 2) % of.width < of.width / 2 ? [0.2, 0.35, 0.6, 1][i % 4]! : value)),
});

const directions = LAYERS.map((layer) => unitVectors(seededRandom(5, 3, layer), CHANNELS, 16));
/** What the Gaussian kernel draws for pictures of these sizes: one from each of equal parts. */
const uniforms = (of: Picture, target: Picture) =>
  LAYERS.map((layer) => {
    const pixels = ({ width, height }: Picture) => (width >> layer) * (height >> layer);
    const count = Math.min(512, pixels(of), pixels(target));
    const random = seededRandom(5, 3, layer);
    return Array.from({ length: count }, (_, k) => (k + random.uniform()) / count);
  });
/** Its last two layers. */
const COARSEST = { weights: [0, 0, 1, 1] };

const cases: [text: string, name: LossName, options?: LossOptions][] = [
  ['content', 'content'],
  ['gram', 'gram'],
  ['gram/layers=scale2@3+scale4', 'gram', { weights: [0, 3, 0, 1] }],
  ['statistics', 'statistics'],
  ['covariance', 'covariance'],
  ['mmd', 'mmd', { kernel: 'linear' }],
  ['mmd/kernel=polynomial', 'mmd', { kernel: 'polynomial' }],
  ['mmd/kernel=gaussian', 'mmd', { kernel: 'gaussian' }],
  ['histogram', 'histogram'],
  ['colour-histogram', 'colour-histogram'],
  ['feature-swd', 'feature-swd', { directions }],
  ['mrf', 'mrf', COARSEST],
  ['ssim', 'ssim'],
  ['ms-ssim', 'ms-ssim'],
  ['laplacian', 'laplacian'],
  ['tv', 'tv'],
  ['haar-low', 'haar-low'],
  ['haar-high', 'haar-high'],
];
const PAIRED = ['content', 'ssim', 'ms-ssim', 'laplacian', 'haar-low'];
/** They rank or match values. */
const KINKED = ['histogram', 'colour-histogram', 'feature-swd', 'mrf'];
/** These have tests of their own: three in float64 on the host, and one that needs a network. */
const ELSEWHERE = ['l1', 'l2', 'charbonnier', 'swd', 'style-code'];

test('every loss is compared here or elsewhere', () => {
  const compared = cases.map(([text]) => text.split('/')[0]!);
  assert.equal([...new Set([...compared, ...ELSEWHERE])].sort(), [...LOSSES.keys()].sort());
});

for (const backend of BACKENDS) {
  for (const [text, name, fixed] of cases) {
    const scenes: [what: string, of: Picture, target: Picture][] = [
      ['noise', picture, same],
      ['smooth pictures', smooth(40, 36, 1), smooth(40, 36, 1.8)],
      ['smooth pictures, nearly negatives', smooth(40, 36, 1), smooth(40, 36, 4)],
      ['a plain background', halfPlain(picture), PAIRED.includes(name) ? same : randomPicture(45, 38, 3)],
    ];
    test(`${text} on ${backend}: value and gradient to 1e-4`, async () => {
      const tensors = openTensors({ backend, device: await sharedDevice() });
      // The software GPU is slow, and what differs there are the kernels, not the scenes.
      for (const [what, of, target] of backend === 'wasm' ? scenes : scenes.slice(-1)) {
        const options = fixed?.kernel === 'gaussian' ? { ...fixed, uniforms: uniforms(of, target) } : fixed;
        const loss = parseLoss(text, { targets: [{ picture: target }], tensors });
        const found = await loss.evaluate(of, context);
        loss.dispose?.();
        const expected = valueAndGradient(name, of, target, options);
        assertNear(`${what}: value`, [found.value], [expected.value]);
        const allowance = KINKED.includes(name) ? unsure(name, of, target, options, expected.gradient) : 0;
        assertNear(`${what}: gradient`, found.gradient, expected.gradient, allowance);
      }
    });
  }
}

/**
 * How far the reference's own answer moves when colours move by what float32 rounds off: where values swap their ranks or a patch
 * its match, a gradient has a kink, and no float32 can tell on which side of it the picture is.
 */
function unsure(
  name: LossName,
  of: Picture,
  target: Picture,
  options: LossOptions | undefined,
  expected: Float64Array,
) {
  const moves = [1, 2, 3, 4, 5, 6].map((seed) => {
    const random = seededRandom(seed);
    const data = Float64Array.from(of.data, (value) => value + random.between(-1, 1) * 2 ** -23);
    const moved = valueAndGradient(name, { ...of, data }, target, options).gradient;
    return Math.hypot(...moved.map((value, i) => value - expected[i]!));
  });
  return Math.max(...moves);
}

/** By the Euclidean norm within 1e-4 of the whole, and each within 1e-3 of the largest, so that no pixel is far off. */
function assertNear(what: string, found: ArrayLike<number>, expected: ArrayLike<number>, allowance = 0): void {
  const values = Array.from(expected);
  const errors = values.map((value, i) => Math.abs(found[i]! - value));
  const [off, norm] = [Math.hypot(...errors), Math.hypot(...values)];
  assert.ok(norm > 0, `${what}: nothing to compare`);
  assert.ok(
    off <= 1e-4 * norm + allowance,
    `${what}: off by ${(off / norm).toExponential(2)} of its norm, beside ${(allowance / norm).toExponential(2)} that rounding moves it by`,
  );
  const worst = errors.indexOf(Math.max(...errors));
  const most = 1e-3 * Math.max(...values.map(Math.abs)) + allowance;
  assert.ok(errors[worst]! <= most, `${what}[${worst}]: ${found[worst]}, expected ${values[worst]} to ${most}`);
}

// TensorFlow.js adds no more terms at once on WebGPU than it can bind.
test('pictures of more than 128×128 pixels, and more than 8 members, on webgpu as on wasm', async () => {
  const [of, target] = [randomPicture(136, 130, 1), randomPicture(136, 130, 2)];
  const text = 'gram/layers=scale1,covariance/layers=scale1,laplacian/pools=1+2+3+4+5+6+7+8+9';
  const many = ['ssim', 'ms-ssim', 'tv', 'haar-low', 'haar-high', 'haar-low/levels=1', 'haar-high/levels=1'].join();
  const found: { value: number; gradient: Float32Array }[] = [];
  for (const backend of BACKENDS) {
    const tensors = openTensors({ backend, device: await sharedDevice() });
    const loss = parseLoss(`${text},${many}`, { targets: [{ picture: target }], tensors });
    found.push(await loss.evaluate(of, context));
    loss.dispose?.();
  }
  const [wasm, webgpu] = found as [(typeof found)[0], (typeof found)[0]];
  assertNear('value', [webgpu.value], [wasm.value]);
  assertNear('gradient', webgpu.gradient, wasm.gradient);
});

for (const backend of BACKENDS) {
  test(`nothing leaks on ${backend}: as many tensors after 100 iterations as before`, async () => {
    const tensors = openTensors({ backend, device: await sharedDevice() });
    const text = backend === 'wasm' ? cases.map(([text]) => text).join(',') : 'gram,histogram,ssim';
    const loss = parseLoss(text, { targets: [{ picture: same }], tensors });
    await loss.evaluate(picture, context);
    const before = tf.memory().numTensors;
    const iterations = backend === 'wasm' ? 100 : 5;
    for (let iteration = 0; iteration < iterations; iteration++) await loss.evaluate(picture, { seed: 1, iteration });
    assert.is(tf.memory().numTensors, before);
    loss.dispose?.();
    assert.ok(tf.memory().numTensors < before, 'what was kept of the target is given back');
  });
}

test.run();
