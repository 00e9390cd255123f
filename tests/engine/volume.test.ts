import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cube } from '../../cubes/cube.js';
import { makePhantom } from '../../cubes/phantom.js';
import type { Device } from '../../engine/device.js';
import { fitToDevice } from '../../engine/fit-volume.js';
import { packedBytes, packVoxels, STORAGES } from '../../engine/storage.js';
import { uploadVolume } from '../../engine/volume.js';
import { sharedDevice } from '../device.js';
import { refused } from '../refused.js';

const test = suite('volume on the device');
const ct = makePhantom('ct', { size: 17 });
const cells = makePhantom('fluorescence', { size: 17 });

/** The shared device as one that binds no more bytes than that. */
async function binding(maxStorageBufferBindingSize: number): Promise<Device> {
  const device = await sharedDevice();
  const gpu = {
    limits: { maxStorageBufferBindingSize },
    createBuffer: (descriptor: GPUBufferDescriptor) => device.gpu.createBuffer(descriptor),
  };
  return { gpu, driver: device.driver, checked: device.checked.bind(device) } as unknown as Device;
}

/** What the device holds once a cube is uploaded. */
async function uploadedBytes(cube: Cube, asked: Parameters<typeof uploadVolume>[2]) {
  const device = await sharedDevice();
  const { gpu } = device;
  const create = gpu.createBuffer;
  const { COPY_SRC, COPY_DST, MAP_READ, STORAGE } = GPUBufferUsage;
  // A volume can't be copied from, so it is made so that it can.
  let usage = 0;
  gpu.createBuffer = (descriptor) => {
    usage = descriptor.usage;
    return create.call(gpu, { ...descriptor, usage: usage | COPY_SRC });
  };
  const volume = await uploadVolume(device, cube, asked).finally(() => {
    gpu.createBuffer = create;
  });
  assert.is(usage, STORAGE);
  const { buffer } = volume;
  const copy = gpu.createBuffer({ size: buffer.size, usage: COPY_DST | MAP_READ });
  const encoder = gpu.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, copy, 0, buffer.size);
  gpu.queue.submit([encoder.finish()]);
  await device.race(copy.mapAsync(GPUMapMode.READ));
  const bytes = Buffer.from(copy.getMappedRange().slice(0));
  for (const made of [buffer, copy]) made.destroy();
  return { ...volume, bytes };
}

test('the device holds what packVoxels writes, in every storage', async () => {
  for (const cube of [ct, cells]) {
    for (const storage of STORAGES) {
      const uploaded = await uploadedBytes(cube, storage);
      const packed = new ArrayBuffer(packedBytes(cube, storage));
      packVoxels(cube, storage, packed);
      assert.is(uploaded.storage, storage);
      assert.ok(uploaded.bytes.equals(Buffer.from(packed)), `${cube.source} as ${storage}`);
    }
  }
});

test('auto keeps 16-bit voxels in 16 bits, with one scale a channel', async () => {
  const { storage, scale, bytes } = await uploadedBytes(cells, 'auto');
  assert.is(storage, 'unorm16');
  assert.equal(
    scale,
    cells.channels.map(({ range: [lo, hi] }) => 1 / (hi - lo)),
  );
  assert.is(bytes.length, packedBytes(cells, 'unorm16'));
});

/** What holds the voxels in 8 bits each, but not in 16. */
const half = packedBytes(ct, 'unorm8');

test('a cube that is too large is refused with both sizes and what would fit', async () => {
  const device = await binding(half);
  const error = await refused(() => uploadVolume(device, ct, 'auto'));
  const [nx, ny, nz] = ct.shape;
  assert.equal([error.code, error.parts.where], ['bad-input', ct.source]);
  assert.match(error.parts.expected, /^at most [\d.]+ MiB of voxels on SwiftShader/);
  assert.match(error.parts.found, new RegExp(`^[\\d.]+ MiB \\(${nx} × ${ny} × ${nz} voxels, unorm16\\)$`));
  const coarse = ct.shape.map((n) => Math.ceil(n / 2)).join(' × ');
  assert.is(
    error.parts.fix,
    `give --downsample auto (2×2×2 fits: ${coarse}), or set sampling.storage of Ψ to "unorm8"`,
  );
});

test('a smaller storage is proposed only where it fits and is smaller', async () => {
  const fixOf = async (bytes: number, asked: Parameters<typeof uploadVolume>[2]) =>
    (await refused(async () => uploadVolume(await binding(bytes), ct, asked))).parts.fix;
  assert.match(await fixOf(2 * half, 'float32'), /to "unorm16"$/);
  assert.match(await fixOf(half, 'float32'), /to "unorm8"$/);
  assert.match(await fixOf(half - 1, 'auto'), /^give --downsample auto \([^)]*\)$/);
  assert.match(await fixOf(half - 1, 'unorm8'), /^give --downsample auto \([^)]*\)$/);
});

test('what fitToDevice gives is taken, down to the smallest limits', async () => {
  for (const cube of [ct, cells]) {
    for (const storage of ['auto', ...STORAGES] as const) {
      for (const bytes of [1e6, 20_001, 5_003, 1_002, 70]) {
        const device = await binding(bytes);
        const fitting = fitToDevice(device, cube, storage);
        const { buffer } = await uploadVolume(device, fitting, storage);
        assert.ok(buffer.size <= bytes, `${buffer.size} of ${bytes}`);
        buffer.destroy();
      }
    }
  }
});

test('fitToDevice leaves a cube that fits as it is, and says why another one was downsampled', async () => {
  const bytes = packedBytes(ct, 'unorm16');
  assert.is(fitToDevice(await binding(bytes), ct), ct);
  assert.is(fitToDevice(await binding(half), ct, 'unorm8'), ct);
  const { shape, notes } = fitToDevice(await binding(bytes - 1), ct);
  assert.equal(
    shape,
    ct.shape.map((n) => Math.ceil(n / 2)),
  );
  assert.is(notes.at(-2), `downsampled 2×2×2 from ${ct.shape.join('×')}`);
  assert.match(notes.at(-1)!, /^[\d.]+ MiB of unorm16 voxels exceed the [\d.]+ MiB of SwiftShader/);
});

test.run();
