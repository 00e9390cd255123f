import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Device } from '../../engine/device.js';
import { holdingBytes } from '../../engine/held.js';
import type { Psi } from '../../engine/psi.js';
import { Renderer, type RendererOptions } from '../../engine/renderer.js';
import { sharedDevice } from '../device.js';
import { having, noise, rich, SIZE, sampling } from './scenes.js';

/** What held samples take, and what happens where there is no room for them. */
const test = suite('fast kernels, memory');

const withSteps = (steps: number): Psi => having(rich, { sampling: sampling({ steps }) });
const HELD = { held: true };

/** A picture, the bytes that are held for it, and those of all storage buffers that were made for it. */
async function take(
  psi: Psi,
  { held = true, device, ...options }: RendererOptions & { held?: boolean; device?: Device },
) {
  const { gpu } = await sharedDevice();
  const create = gpu.createBuffer;
  const made: GPUBufferDescriptor[] = [];
  const renderer = await Renderer.open(device ?? (await sharedDevice()), noise, options);
  gpu.createBuffer = (descriptor) => {
    if (descriptor.usage & GPUBufferUsage.STORAGE) made.push(descriptor);
    return create.call(gpu, descriptor);
  };
  try {
    const frame = await renderer.forward(psi, SIZE, { held });
    const bytes = renderer.heldBytes;
    const gradient = await renderer.adjoint(frame, frame.picture.data, ['density', 'channels.0.knots.1.extinction']);
    return { picture: frame.picture.data, gradient, bytes, made };
  } finally {
    gpu.createBuffer = create;
    renderer.close();
  }
}

const total = (made: readonly GPUBufferDescriptor[]) => made.reduce((sum, { size }) => sum + size, 0);

test('with a free camera the buffers are as large for 1024 steps as for 128', async () => {
  const few = await take(withSteps(128), { held: false });
  const many = await take(withSteps(1024), { held: false });
  assert.ok(total(few.made) > 0 && few.bytes === 0);
  assert.equal([total(many.made), many.bytes], [total(few.made), 0]);
});

test('held samples take the bytes that holdingBytes says, which grow with the steps', async () => {
  const expected = (steps: number) => {
    const { samples, spans } = holdingBytes(2, SIZE, steps, 1);
    return samples + spans;
  };
  for (const steps of [32, 64, 320]) {
    const { bytes, made } = await take(withSteps(steps), {});
    assert.is(bytes, expected(steps), `${steps} steps`);
    const held = made.filter(({ label }) => label === 'held samples' || label === 'spans');
    assert.is(total(held), bytes);
  }
  assert.is(expected(320), 10 * expected(32));
  // 20 × 15 pixels are 3 × 2 tiles of 64.
  assert.equal(holdingBytes(2, SIZE, 33, 4), { samples: 4 * 4 * 2 * 384 * 33, spans: 8 * 2 * 384 * 3 });
});

test('without the memory for them nothing is held, and the picture is the same', async () => {
  const held = await take(withSteps(32), {});
  const just = await take(withSteps(32), { memory: held.bytes });
  const short = await take(withSteps(32), { memory: held.bytes - 1 });
  assert.equal([just.bytes, short.bytes], [held.bytes, 0]);
  assert.equal(just.picture, held.picture);
  assertNear(short, held);
});

/** The shared device with some of its members replaced. */
async function deviceWith(members: Partial<Record<keyof GPUDevice, unknown>>): Promise<Device> {
  const { gpu, adapter, tier } = await sharedDevice();
  const proxy = new Proxy(gpu, {
    get(target, key) {
      if (key in members) return members[key as keyof GPUDevice];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return new Device(proxy, adapter, tier);
}

test('nor is anything where one binding is too small for it', async () => {
  const held = await take(withSteps(64), {});
  const { samples } = holdingBytes(2, SIZE, 64, 1);
  const { maxComputeWorkgroupsPerDimension } = (await sharedDevice()).gpu.limits;
  // More than the partial sums take, so that they fit.
  const device = await deviceWith({
    limits: { maxStorageBufferBindingSize: samples - 1, maxComputeWorkgroupsPerDimension },
  });
  const small = await take(withSteps(64), { device });
  assert.is(small.bytes, 0);
  assertNear(small, held);
});

test('a device that has no memory for them after all is asked once a view', async () => {
  const { gpu } = await sharedDevice();
  let asked = 0;
  const device = await deviceWith({
    createBuffer: (descriptor: GPUBufferDescriptor) => {
      // A size that no device has: the error of a real one, out of its own mouth.
      if (descriptor.label !== 'held samples') return gpu.createBuffer(descriptor);
      asked++;
      return gpu.createBuffer({ ...descriptor, size: 2 ** 40 });
    },
    popErrorScope: async () => {
      const error = await gpu.popErrorScope();
      return error && /1099511627776/.test(error.message) ? new GPUOutOfMemoryError('no memory') : error;
    },
  });
  const renderer = await Renderer.open(device, noise);
  const expected = await take(withSteps(32), { held: false });
  for (const turn of [1, 2]) {
    const frame = await renderer.forward(withSteps(32), SIZE, HELD);
    assert.equal([renderer.heldBytes, asked], [0, 1], `turn ${turn}`);
    assert.equal(frame.picture.data, expected.picture);
  }
  await renderer.forward(withSteps(16), SIZE, HELD);
  assert.is(asked, 2, 'another view is asked for');
  renderer.close();
});

interface Taken {
  picture: Float32Array;
  gradient: Float64Array;
}

function assertNear(actual: Taken, expected: Taken): void {
  const off = actual.picture.map((value, i) => Math.abs(value - expected.picture[i]!));
  assert.ok(Math.max(...off) <= 1e-6, `a value is off by ${Math.max(...off)}`);
  for (const [i, value] of expected.gradient.entries()) {
    assert.ok(Math.abs(actual.gradient[i]! - value) <= 1e-5 * Math.abs(value), `${actual.gradient[i]} for ${value}`);
  }
}

test.run();
