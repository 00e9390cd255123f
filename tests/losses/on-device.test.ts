import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makePhantom } from '../../cubes/index.js';
import type { Device } from '../../engine/device.js';
import { readback } from '../../engine/kernel.js';
import { defaultPsi } from '../../engine/psi-default.js';
import { Renderer } from '../../engine/renderer.js';
import { parseLoss } from '../../losses/index.js';
import { refine } from '../../refine/index.js';
import { openTensors, tf } from '../../tensors/index.js';
import { sharedDevice } from '../device.js';
import { refused } from '../refused.js';
import { assertClose, randomPicture } from './reference.js';

const test = suite('losses, where the picture is');
const SIZE = { width: 36, height: 33 };
const context = { seed: 1, iteration: 2 };
const target = randomPicture(SIZE.width, SIZE.height, 2);

async function scene() {
  const device = await sharedDevice();
  const cube = makePhantom('ct', { size: 16 });
  const psi = defaultPsi(cube);
  psi.sampling.steps = 20;
  return { device, psi, renderer: await Renderer.open(device, cube) };
}

/** A buffer of these values that kernels can read. */
function upload({ gpu }: Device, values: Float32Array): GPUBuffer {
  const { STORAGE, COPY_DST, COPY_SRC } = GPUBufferUsage;
  const buffer = gpu.createBuffer({ size: values.byteLength, usage: STORAGE | COPY_DST | COPY_SRC });
  gpu.queue.writeBuffer(buffer, 0, values as Float32Array<ArrayBuffer>);
  return buffer;
}

function download(device: Device, buffer: GPUBuffer): Promise<Float32Array> {
  const encoder = device.gpu.createCommandEncoder();
  const read = readback(device, encoder, buffer);
  device.gpu.queue.submit([encoder.finish()]);
  return read();
}

test('a picture that is drawn is the one that is read back, and takes its gradient from a buffer', async () => {
  const { device, psi, renderer } = await scene();
  const weights = randomPicture(SIZE.width, SIZE.height, 5).data;
  const frame = await renderer.forward(psi, SIZE);
  const expected = await renderer.adjoint(frame, weights);
  const drawn = await renderer.draw(psi, SIZE);
  assert.equal(await download(device, drawn.pixels), frame.picture.data);
  const buffer = upload(device, weights);
  assert.equal(await renderer.adjoint(drawn, buffer), expected);
  const short = upload(device, weights.subarray(4));
  assert.match((await refused(() => renderer.adjoint(drawn, short))).message, /one upstream value for each/);
  buffer.destroy();
  short.destroy();
  renderer.close();
});

test('a loss of a picture on the device is that of the picture on the host', async () => {
  const device = await sharedDevice();
  const tensors = openTensors({ backend: 'webgpu', device });
  const labels = { ...SIZE, labels: Uint32Array.from({ length: 36 * 33 }, (_, i) => Number(i % 36 < 16)) };
  const picture = randomPicture(SIZE.width, SIZE.height, 3);
  const loss = parseLoss('gram:2,ssim', { targets: [{ picture: target, labels }], labels, tensors });
  const host = await loss.evaluate(picture, context);
  const pixels = upload(device, picture.data);
  const before = tf.memory().numTensors;
  const { gradient, release, value, terms } = await loss.onDevice!.evaluate(pixels, SIZE, context);
  assert.is(value, host.value);
  assert.equal(terms, host.terms);
  assert.equal((await download(device, gradient)).subarray(0, host.gradient.length), host.gradient);
  release();
  assert.is(tf.memory().numTensors, before);
  assert.equal(await download(device, pixels), picture.data, 'the picture is left as it was');
  loss.dispose?.();
});

test('what needs the host, or works elsewhere, is not on the device', async () => {
  const tensors = openTensors({ backend: 'webgpu', device: await sharedDevice() });
  const on = (text: string, options = {}) =>
    parseLoss(text, { targets: [{ picture: target }], tensors, ...options }).onDevice;
  assert.ok(on('gram'));
  assert.not(on('gram,swd'));
  assert.not(on('gram', { colour: 'luminance' }));
  assert.not(on('gram', { tensors: openTensors() }));
});

test('a refinement goes the same way with its losses on either backend', async () => {
  const { psi, renderer } = await scene();
  const losses: number[][] = [];
  for (const backend of ['wasm', 'webgpu'] as const) {
    const found: number[] = [];
    const options = { init: psi, loss: 'gram/layers=scale1,laplacian', size: 36, levels: 1, iterations: 3, backend };
    for await (const event of refine(renderer, target, options)) if (event.type === 'iteration') found.push(event.loss);
    losses.push(found);
  }
  assertClose('losses', losses[1]!, losses[0]!, { relative: 1e-4 });
  renderer.close();
});

test.run();
