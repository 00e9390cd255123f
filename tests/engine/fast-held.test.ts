import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Psi } from '../../engine/psi.js';
import { Renderer } from '../../engine/renderer.js';
import { seededRandom } from '../../random.js';
import { sharedDevice } from '../device.js';
import { noiseCube, shadedPsi } from '../reference/scenes.js';
import { pathsOf } from './fast-compare.js';
import { having, noise, rich, SIZE, sampling, VALUES } from './scenes.js';

/** Samples that are held while the camera stays: they are those of the view, and Ψ may change all else. */
const test = suite('fast kernels, held samples');

const upstream = Float32Array.from({ length: VALUES }, seededRandom(61).normal);
const HELD = { held: true };
const open = async (cube = noise) => Renderer.open(await sharedDevice(), cube);
const bits = (values: Float32Array | Float64Array) => Buffer.from(values.buffer).toString('hex');

/** A picture and its gradient without the camera's, as bits. */
async function render(renderer: Renderer, psi: Psi, { held = true, size = SIZE } = {}) {
  const frame = await renderer.forward(psi, size, { held });
  const weights = upstream.subarray(0, frame.picture.data.length);
  return {
    picture: bits(frame.picture.data),
    gradient: bits(await renderer.adjoint(frame, weights, pathsOf(psi, false))),
  };
}

/** The same by a renderer that has rendered nothing before. */
async function afresh(psi: Psi, options = {}) {
  const renderer = await open();
  const result = await render(renderer, psi, options);
  renderer.close();
  return result;
}

/** How often samples are taken to be held while `act` runs. */
async function holdsDuring(act: () => Promise<unknown>): Promise<number> {
  const { gpu } = await sharedDevice();
  const create = gpu.createCommandEncoder;
  let holds = 0;
  gpu.createCommandEncoder = (descriptor) => {
    const encoder = create.call(gpu, descriptor);
    const begin = encoder.beginComputePass;
    encoder.beginComputePass = (pass) => {
      holds += Number(pass?.label?.startsWith('hold(') ?? false);
      return begin.call(encoder, pass);
    };
    return encoder;
  };
  try {
    await act();
  } finally {
    gpu.createCommandEncoder = create;
  }
  return holds;
}

const [first, second] = rich.channels as [Psi['channels'][number], Psi['channels'][number]];

/** What a refinement may change under one view; none of it adds a feature, so nothing is compiled. */
const CHANGES: [what: string, psi: Psi][] = [
  ['windows', having(rich, { channels: [{ ...first, window: { lo: 0.3, hi: 0.6 } }, second] })],
  [
    'gammas',
    having(rich, {
      channels: [
        { ...first, gamma: 2.1 },
        { ...second, gamma: 0.6 },
      ],
    }),
  ],
  [
    'knots',
    having(rich, { channels: [{ ...first, knots: first.knots.map((k) => ({ ...k, extinction: 9 * k.x })) }, second] }),
  ],
  ['density', having(rich, { density: 7 })],
  [
    'tone and background',
    having(rich, { tone: { ...rich.tone, exposure: 2, hue: -40 }, background: { top: [1, 0, 0], bottom: [0, 1, 0] } }),
  ],
];

test('what Ψ has beside the view changes the picture and not the samples', async () => {
  const renderer = await open();
  const start = await render(renderer, rich);
  for (const [what, psi] of CHANGES) {
    let result: typeof start | undefined;
    const holds = await holdsDuring(async () => {
      result = await render(renderer, psi);
    });
    assert.is(holds, 0, `${what}: samples stay`);
    assert.ok(result!.picture !== start.picture && result!.gradient !== start.gradient, `${what}: it is seen`);
    assert.equal(result, await afresh(psi), what);
  }
  assert.equal(await render(renderer, rich), start, 'and back');
  renderer.close();
});

const VIEWS: [what: string, psi: Psi, size?: typeof SIZE][] = [
  ['camera', having(rich, { camera: { ...rich.camera, azimuth: 36 } })],
  ['parallel rays', having(rich, { camera: { ...rich.camera, fov: 0 } })],
  ['size', rich, { width: 15, height: 20 }],
  ['steps', having(rich, { sampling: sampling({ steps: 25 }) })],
  ['clip box', having(rich, { clip: { min: [0, 0.1, 0], max: [1, 1, 0.9] } })],
  ['jitter', having(rich, { sampling: sampling({ jitter: true }) })],
  ['interpolation', having(rich, { sampling: sampling({ interpolation: 'nearest' }) })],
  ['storage', having(rich, { sampling: sampling({ storage: 'unorm8' }) })],
  ['channels that are on', having(rich, { channels: [{ ...first, enabled: false }, second] })],
  ['other channels', having(rich, { channels: [first, { ...second, enabled: false }] })],
];

test('another view takes its samples anew', async () => {
  const renderer = await open();
  await render(renderer, rich);
  for (const [what, psi, size = SIZE] of VIEWS) {
    let result: Awaited<ReturnType<typeof render>> | undefined;
    const holds = await holdsDuring(async () => {
      result = await render(renderer, psi, { size });
    });
    assert.is(holds, 1, `${what}: once`);
    assert.equal(result, await afresh(psi, { size }), what);
  }
  renderer.close();
});

test('held, not held and held again, each has the bits that it always has', async () => {
  const renderer = await open();
  const held = await render(renderer, rich);
  assert.ok(renderer.heldBytes > 0);
  const free = await render(renderer, rich, { held: false });
  assert.is(renderer.heldBytes, 0, 'nothing is kept that nobody asked for');
  assert.equal(await render(renderer, rich), held);
  assert.equal(await render(renderer, rich, { held: false }), free);
  assert.equal(await afresh(rich, { held: false }), free);
  renderer.close();
});

const largest = (values: Float64Array) => Math.max(...values.map(Math.abs));

test("a held frame has the camera's gradient too, and keeps its samples", async () => {
  const renderer = await open();
  const paths = pathsOf(rich, true);
  const gradientOf = async (held: boolean) =>
    renderer.adjoint(await renderer.forward(rich, SIZE, { held }), upstream, paths);
  const free = await gradientOf(false);
  const held = await gradientOf(true);
  assert.ok(renderer.heldBytes > 0);
  const off = held.map((value, i) => value - free[i]!);
  assert.ok(largest(off) <= 1e-4 * largest(free), `off by ${largest(off)} of ${largest(free)}`);
  const camera = paths.filter((path) => path.startsWith('camera.'));
  assert.ok(camera.length > 5);
  assert.is(await holdsDuring(() => render(renderer, rich)), 0);
  renderer.close();
});

test('the gradient by surfaces of a frame that was taken without them takes the samples anew, with slopes', async () => {
  const cube = noiseCube(62, [6, 5, 4]);
  const renderer = await open(cube);
  const { shading, lights } = shadedPsi();
  // Lights that change nothing, and so no slopes for the picture.
  const psi = having(rich, { shading: { ...shading, ambient: 1, diffuse: 0, specular: 0 }, lights });
  const wanted = ['shading.diffuse', 'shading.ambient', 'channels.0.window.lo'];
  const gradientOf = async (held: boolean) => {
    const frame = await renderer.forward(psi, SIZE, { held });
    const before = renderer.heldBytes;
    return { before, gradient: await renderer.adjoint(frame, upstream, wanted) };
  };
  const free = (await gradientOf(false)).gradient;
  let held: Awaited<ReturnType<typeof gradientOf>> | undefined;
  assert.is(
    await holdsDuring(async () => {
      held = await gradientOf(true);
    }),
    2,
  );
  assert.ok(renderer.heldBytes > 3 * held!.before, `${renderer.heldBytes} bytes after ${held!.before}`);
  const off = held!.gradient.map((value, i) => value - free[i]!);
  assert.ok(largest(free) > 0 && largest(off) <= 1e-4 * largest(free), `off by ${largest(off)} of ${largest(free)}`);
  // Samples with slopes do for a picture without.
  assert.is(await holdsDuring(() => renderer.forward(psi, SIZE, HELD)), 0);
  renderer.close();
});

test.run();
