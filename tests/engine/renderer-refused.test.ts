import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Device, openDevice } from '../../engine/device.js';
import type { Psi } from '../../engine/psi.js';
import { Renderer } from '../../engine/renderer.js';
import { sharedDevice } from '../device.js';
import { cubeOf, knot, psiOf } from '../reference/scenes.js';
import { refused } from '../refused.js';
import { ct, having, noise, rendererOf, rich, SIZE, VALUES } from './scenes.js';

const test = suite('renderer, what it refuses');

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
  const { limits } = (await sharedDevice()).gpu;
  const most = limits.maxStorageBufferBindingSize / 16;
  const side = limits.maxComputeWorkgroupsPerDimension * 8;
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

/** The shared device, but for some of its limits. */
async function limited(limits: Partial<Record<keyof GPUSupportedLimits, number>>): Promise<Device> {
  const { gpu, adapter, tier } = await sharedDevice();
  const { maxStorageBufferBindingSize, maxComputeWorkgroupsPerDimension } = gpu.limits;
  const fake = { maxStorageBufferBindingSize, maxComputeWorkgroupsPerDimension, ...limits };
  const proxy = new Proxy(gpu, {
    get(target, key) {
      const value: unknown = key === 'limits' ? fake : Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return new Device(proxy, adapter, tier);
}

test("a cube that the device can't bind is refused with both sizes", async () => {
  const bytes = 16 ** 3 * 2;
  const device = await limited({ maxStorageBufferBindingSize: bytes - 1 });
  const error = await refused(() => Renderer.open(device, ct));
  assert.equal([error.code, error.parts.where], ['bad-input', ct.source]);
  assert.match(
    error.message,
    /SwiftShader.*16 × 16 × 16 voxels, unorm16\); give --downsample auto \(2×2×2 fits: 8 × 8 × 8\), or set/,
  );
});

// 336 scalars: more bytes than the pixels themselves have.
const KNOTS = Array.from({ length: 64 }, (_, k) => knot(k / 63, [1, 0.5, 0], k / 9));
const manyScalars = psiOf({ channels: [{ knots: KNOTS }], sampling: { steps: 8 } });
const tiny = cubeOf([3, 3, 3], (x) => x / 2);

test('partial sums that the device cannot bind are refused with both numbers, and a smaller frame goes on', async () => {
  // Of each scalar the simple kernels make a sum for each tile of 64 pixels.
  const bytes = 2 * 336 * 4;
  const limits = { maxStorageBufferBindingSize: bytes - 1 };
  const renderer = await Renderer.open(await limited(limits), tiny, { kernels: 'simple' });
  const wide = await renderer.forward(manyScalars, { width: 16, height: 8 });
  const error = await refused(() => renderer.adjoint(wide, wide.picture.data, ['density']));
  assert.equal([error.code, error.exitCode], ['usage', 2]);
  assert.is(error.parts.where, 'the gradient of 336 scalars over 16 × 8 pixels');
  assert.ok(error.message.includes(`at most ${bytes - 1} bytes of partial sums on SwiftShader`), error.message);
  assert.ok(error.message.includes(`found ${bytes}; choose a smaller --size`), error.message);
  const narrow = await renderer.forward(manyScalars, { width: 8, height: 8 });
  const gradient = await renderer.adjoint(narrow, narrow.picture.data, ['density']);
  assert.ok(gradient.every(Number.isFinite) && gradient.some((g) => g !== 0));
  renderer.close();
});

test('the fast kernels make do with as many partial sums as the device binds, those of one workgroup at the least', async () => {
  // They make one for each of a workgroup's 64 lanes.
  const bytes = 64 * 336 * 4;
  const size = { width: 16, height: 8 };
  const gradientWithin = async (most: number) => {
    const renderer = await Renderer.open(await limited({ maxStorageBufferBindingSize: most }), tiny);
    const frame = await renderer.forward(manyScalars, size);
    try {
      return await renderer.adjoint(frame, frame.picture.data, ['density']);
    } finally {
      renderer.close();
    }
  };
  const [one, two] = [await gradientWithin(2 * bytes - 1), await gradientWithin(2 * bytes)];
  for (const [i, value] of one.entries())
    assert.ok(Math.abs(value - two[i]!) <= 1e-5 * Math.abs(value), `${i}: ${value}`);
  assert.ok(one.some((g) => g !== 0));
  const error = await refused(() => gradientWithin(bytes - 1));
  assert.equal([error.code, error.parts.found], ['usage', `${bytes}`]);
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
