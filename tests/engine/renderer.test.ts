import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cube } from '../../cubes/cube.js';
import { makePhantom } from '../../cubes/phantom.js';
import { type Device, openDevice } from '../../engine/device.js';
import { stepsOf } from '../../engine/frame.js';
import { type Psi, parsePsi } from '../../engine/psi.js';
import { defaultPsi } from '../../engine/psi-default.js';
import { randomPsi } from '../../engine/psi-random.js';
import { toVector } from '../../engine/psi-vector.js';
import { Renderer } from '../../engine/renderer.js';
import { seededRandom } from '../../random.js';
import { renderReference } from '../reference/renderer.js';
import { constantKnots, cubeOf, FRONT, knot, noiseCube, psiOf, richPsi } from '../reference/scenes.js';
import { refused } from '../refused.js';

const test = suite('renderer');

let device: Device;
/** One for each cube, since the software device compiles for seconds. */
const renderers = new Map<Cube, Promise<Renderer>>();
test.before(async () => {
  device = await openDevice({ tier: 'bundled' });
});
test.after(async () => {
  for (const renderer of renderers.values()) (await renderer).close();
  device.close();
});

function rendererOf(cube: Cube): Promise<Renderer> {
  const renderer = renderers.get(cube) ?? Renderer.open(device, cube);
  renderers.set(cube, renderer);
  return renderer;
}

const SIZE = { width: 20, height: 15 };
const VALUES = SIZE.width * SIZE.height * 4;

/** A Ψ with parts replaced, a document again. */
const having = (psi: Psi, parts: Partial<Psi>): Psi => parsePsi({ ...psi, ...parts });
const sampling = (parts: Partial<Psi['sampling']>): Psi['sampling'] => ({
  rate: 1,
  steps: 24,
  interpolation: 'linear',
  storage: 'float32',
  ...parts,
});

const rich = having(richPsi(), { sampling: sampling({}) });
const noise = noiseCube(3, [7, 6, 5]);
const ct = makePhantom('ct', { size: 16 });
const cells = makePhantom('fluorescence', { size: 16 });
const random = (cube: Cube, seed: number, profile: Parameters<typeof randomPsi>[2]) =>
  having(randomPsi(defaultPsi(cube), seededRandom(seed), profile), { sampling: sampling({ steps: 40 }) });

const scenes: [what: string, cube: Cube, psi: Psi][] = [
  ['two channels, nothing at its default', noise, rich],
  [
    'the first channel off',
    noise,
    having(rich, { channels: [{ ...rich.channels[0]!, enabled: false }, rich.channels[1]!] }),
  ],
  [
    'the second channel off',
    noise,
    having(rich, { channels: [rich.channels[0]!, { ...rich.channels[1]!, enabled: false }] }),
  ],
  ['parallel rays along an axis', noise, having(rich, { camera: { ...rich.camera, ...FRONT, roll: 0 } })],
  ['parallel rays from above', noise, having(rich, { camera: { ...rich.camera, fov: 0, elevation: 90, roll: -30 } })],
  ['the eye within the cube', noise, having(rich, { camera: { ...rich.camera, distance: 0.2, fov: 90 } })],
  [
    'the cube behind the eye',
    noise,
    having(rich, { camera: { ...rich.camera, target: [0, 9, 0], azimuth: 0, elevation: 0, distance: 1 } }),
  ],
  ['a clip box', noise, having(rich, { clip: { min: [0.2, 0, 0.35], max: [0.8, 0.55, 1] } })],
  ['anisotropic voxels', { ...noise, spacing: [1, 0.5, 3] }, rich],
  [
    'a single voxel',
    cubeOf([1, 1, 1], () => 0.4),
    psiOf({ sampling: { steps: 8 }, background: { top: [0.2, 0.3, 0.4] } }),
  ],
  ['one step', noise, having(rich, { sampling: sampling({ steps: 1 }) })],
  ['steps by rate', noise, having(rich, { sampling: sampling({ steps: null, rate: 2.5 }) })],
  ['a CT torso, dense', ct, random(ct, 1, 'dense')],
  ['a CT torso, thin', ct, random(ct, 2, 'thin')],
  ['cells, spiky', cells, random(cells, 3, 'spiky')],
  [
    'coincident knots',
    noise,
    having(rich, {
      channels: rich.channels.map((channel) => ({
        ...channel,
        knots: [0, 0.5, 0.5, 0.5, 1].map((x, k) => knot(x, [0.2 * k, 0.5, 1 - 0.2 * k], 2 * k)),
      })),
    }),
  ],
  ['opaque from the first sample', noise, having(rich, { density: 1000 })],
  [
    'an empty volume',
    noise,
    having(rich, { channels: rich.channels.map((channel) => ({ ...channel, knots: constantKnots([1, 1, 1], 0) })) }),
  ],
];
for (const [what, cube, psi] of scenes) {
  test(`the picture is the reference's: ${what}`, async () => {
    const { picture } = await (await rendererOf(cube)).forward(psi, SIZE);
    assert.equal([picture.width, picture.height], [SIZE.width, SIZE.height]);
    const expected = renderReference(cube, psi, { ...SIZE, steps: stepsOf(cube, psi) });
    const errors = expected.map((value, i) => Math.abs(picture.data[i]! - value));
    const colours = errors.filter((_, i) => i % 4 < 3);
    const transmittances = errors.filter((_, i) => i % 4 === 3);
    // Beside black, tone has slopes of over 100, which float32's last digits show through: a few values are off by more.
    const off = colours.filter((error) => error > 1e-4);
    assert.ok(off.length <= 0.01 * colours.length, `${off.length} of ${colours.length} colours are off`);
    assert.ok(Math.max(...colours) <= 5e-4, `a colour is off by ${Math.max(...colours)}`);
    assert.ok(Math.max(...transmittances) <= 1e-5, `a transmittance is off by ${Math.max(...transmittances)}`);
  });
}

test("nearest voxels are the reference's", async () => {
  // A sample near the middle of two voxels may fall to either, so a few values are allowed to differ.
  const psi = having(rich, { sampling: sampling({ interpolation: 'nearest' }) });
  const { picture } = await (await rendererOf(noise)).forward(psi, SIZE);
  const expected = renderReference(noise, psi, SIZE);
  const off = expected.filter((value, i) => Math.abs(value - picture.data[i]!) > 1e-3);
  assert.ok(off.length <= 0.01 * expected.length, `${off.length} of ${expected.length} values are off`);
});

test('a picture and its gradient repeat bit for bit, also after another frame and on a renderer anew', async () => {
  const upstream = Float32Array.from({ length: VALUES }, seededRandom(9).normal);
  const render = async (renderer: Renderer) => {
    const frame = await renderer.forward(rich, SIZE);
    return { picture: frame.picture.data, gradient: await renderer.adjoint(frame, upstream) };
  };
  const renderer = await rendererOf(noise);
  const first = await render(renderer);
  assert.equal(await render(renderer), first, 'at once');
  const other = { ...rich, channels: [rich.channels[0]!, { ...rich.channels[1]!, enabled: false }] };
  await renderer.forward(other, { width: 33, height: 9 });
  assert.equal(await render(renderer), first, 'after another frame');
  const anew = await Renderer.open(device, noise);
  assert.equal(await render(anew), first, 'on a renderer anew');
  anew.close();
  assert.is(first.gradient.length, toVector(rich).values.length);
  assert.ok(first.gradient.every(Number.isFinite) && first.gradient.some((g) => g !== 0));
});

test("two renderers on one device don't disturb each other", async () => {
  const [one, two] = await Promise.all([rendererOf(noise), rendererOf(ct)]);
  const psi = random(ct, 4, 'dense');
  const upstream = new Float32Array(VALUES).fill(1);
  const alone = [await one.forward(rich, SIZE), await two.forward(psi, SIZE)];
  const [a, b] = await Promise.all([one.forward(rich, SIZE), two.forward(psi, SIZE)]);
  assert.equal([a.picture.data, b.picture.data], [alone[0]!.picture.data, alone[1]!.picture.data]);
  const gradients = await Promise.all([one.adjoint(a, upstream), two.adjoint(b, upstream)]);
  assert.equal([await one.adjoint(a, upstream), await two.adjoint(b, upstream)], gradients);
  assert.equal(
    gradients.map((g) => g.length),
    [rich, psi].map((of) => toVector(of).values.length),
  );
});

test('a frame that is not the latest has no gradient', async () => {
  const renderer = await rendererOf(noise);
  const upstream = new Float32Array(VALUES);
  const stale = await renderer.forward(rich, SIZE);
  const latest = await renderer.forward(rich, SIZE);
  const error = await refused(() => renderer.adjoint(stale, upstream));
  assert.is(error.code, 'internal');
  assert.match(error.message, /an earlier frame; call adjoint before the next forward/);
  assert.match((await refused(() => renderer.adjoint(latest, upstream.subarray(4)))).message, /found 1196 values/);
  // The latest one still has, and an upstream of 0 gives 0.
  assert.ok((await renderer.adjoint(latest, upstream)).every((g) => g === 0));
});

const misfits: [what: string, psi: Psi, says: RegExp][] = [
  ['a channel too few', psiOf(), /expected 2 channels, as in tests\/reference, found 1;/],
  ['a channel too many', having(rich, { channels: [...rich.channels, rich.channels[0]!] }), /found 3;/],
  [
    'every channel off',
    having(rich, { channels: rich.channels.map((channel) => ({ ...channel, enabled: false })) }),
    /a channel that is enabled, found none/,
  ],
  [
    'an ambient light',
    having(rich, { shading: { ...rich.shading, ambient: 0.5 } }),
    /shading\.ambient = 1, .*found 0\.5/,
  ],
  ['diffuse reflection', having(rich, { shading: { ...rich.shading, diffuse: 1 } }), /shading\.diffuse = 0, .*found 1/],
  [
    'specular reflection',
    having(rich, { shading: { ...rich.shading, specular: 2 } }),
    /shading\.specular = 0, .*found 2/,
  ],
  [
    'gradient opacity',
    having(rich, { channels: [rich.channels[0]!, { ...rich.channels[1]!, gradientOpacity: 0.3 }] }),
    /gradientOpacity = 0, .*found 0\.3/,
  ],
];
for (const [what, psi, says] of misfits) {
  test(`${what} is refused, and the renderer goes on`, async () => {
    const renderer = await rendererOf(noise);
    const error = await refused(() => renderer.forward(psi, SIZE));
    assert.equal([error.code, error.parts.where], ['bad-input', 'Ψ']);
    assert.match(error.message, says);
    await renderer.forward(rich, SIZE);
  });
}

test('an impossible size is refused', async () => {
  const renderer = await rendererOf(noise);
  const most = device.gpu.limits.maxStorageBufferBindingSize / 16;
  const side = device.gpu.limits.maxComputeWorkgroupsPerDimension * 8;
  for (const [width, height] of [
    [0, 5],
    [5, 0],
    [-3, 5],
    [2.5, 3],
    [Number.NaN, 3],
    [3, Number.POSITIVE_INFINITY],
    [1e6, 1e6],
    [1, most + 1],
    [side + 1, 1],
  ] as const) {
    const error = await refused(() => renderer.forward(rich, { width, height }));
    assert.equal([error.code, error.parts.where], ['usage', 'picture'], error.message);
    assert.ok(error.message.includes(`${width} × ${height}`), error.message);
  }
  await renderer.forward(rich, { width: 1, height: 1 });
});

/** The device, but for some of its limits. */
function limited(limits: Partial<Record<keyof GPUSupportedLimits, number>>): Device {
  const { gpu } = device;
  const fake = { limits: { maxStorageBufferBindingSize: gpu.limits.maxStorageBufferBindingSize, ...limits } };
  return Object.create(device, { gpu: { value: fake }, driver: { value: device.driver } });
}

test("a cube that the device can't bind is refused with both sizes", async () => {
  const bytes = 16 ** 3 * 4;
  const error = await refused(() => Renderer.open(limited({ maxStorageBufferBindingSize: bytes - 1 }), ct));
  assert.equal([error.code, error.parts.where], ['bad-input', ct.source]);
  assert.match(error.message, /SwiftShader.*16 × 16 × 16 voxels, 1 channels\); crop or downsample/);
});

/** The buffers that are made while `act` runs. */
async function buffersMadeBy(act: () => Promise<unknown>): Promise<GPUBufferDescriptor[]> {
  const { gpu } = device;
  const create = gpu.createBuffer;
  const made: GPUBufferDescriptor[] = [];
  gpu.createBuffer = (descriptor) => {
    made.push(descriptor);
    return create.call(gpu, descriptor);
  };
  try {
    await act();
  } finally {
    gpu.createBuffer = create;
  }
  return made;
}

/** A picture and its gradient. */
async function renderBoth(steps: number, size = SIZE): Promise<void> {
  const renderer = await rendererOf(noise);
  const frame = await renderer.forward(having(rich, { sampling: sampling({ steps }) }), size);
  await renderer.adjoint(frame, frame.picture.data);
}

test('the memory of a frame grows with the pixels, not with the steps', async () => {
  const sizesOf = async (steps: number, size = SIZE) => {
    // Another size before, so that every buffer is made anew.
    await renderBoth(1, { width: 3, height: 3 });
    return (await buffersMadeBy(() => renderBoth(steps, size))).map((buffer) => buffer.size);
  };
  const few = await sizesOf(16);
  assert.ok(few.length > 5, few.join());
  assert.equal(await sizesOf(1024), few);
  const sum = (sizes: number[]) => sizes.reduce((a, b) => a + b, 0);
  assert.ok(sum(await sizesOf(16, { width: 40, height: 30 })) > 2 * sum(few));
});

test('a second frame of the same size makes no buffers but those that it reads back', async () => {
  await renderBoth(16);
  const made = await buffersMadeBy(() => renderBoth(32));
  assert.equal(
    made.map(({ label }) => label),
    ['readback of picture', 'readback of total'],
  );
});

test('a device lost under a renderer ends its work with device-lost', async () => {
  const other = await openDevice({ tier: 'bundled' });
  const renderer = await Renderer.open(other, noise);
  await renderer.forward(rich, SIZE);
  const pending = refused(() => renderer.forward(rich, { width: 200, height: 200 }));
  other.gpu.destroy();
  assert.is((await pending).code, 'device-lost');
  const error = await refused(() => renderer.forward(rich, SIZE));
  assert.equal([error.code, error.exitCode], ['device-lost', 75]);
  renderer.close();
  other.close();
});

test.run();
