import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDevice } from '../../engine/device.js';
import { Renderer } from '../../engine/renderer.js';
import { sharedDevice } from '../device.js';
import { cubeOf, psiOf } from '../reference/scenes.js';
import { refused } from '../refused.js';
import { having, noise, rendererOf, rich, SIZE, sampling } from './scenes.js';

const test = suite('renderer, memory and kernels');

/** The buffers that are made while `act` runs. */
async function buffersMadeBy(act: () => Promise<unknown>): Promise<GPUBufferDescriptor[]> {
  const { gpu } = await sharedDevice();
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

test('a picture alone makes no buffer of the gradient; the first gradient makes each once', async () => {
  const renderer = await Renderer.open(await sharedDevice(), noise);
  const labels = (made: GPUBufferDescriptor[]) => made.map(({ label }) => label);
  const frameOnly = await buffersMadeBy(() => renderer.forward(rich, SIZE));
  const frameBuffers = ['view', 'psi', 'radiance', 'picture', 'ends'];
  assert.equal(labels(frameOnly), [...frameBuffers, 'lookup', 'ranges', 'bricks', 'readback of picture']);
  const frame = await renderer.forward(rich, SIZE);
  const first = await buffersMadeBy(() => renderer.adjoint(frame, frame.picture.data));
  assert.equal(labels(first), ['psi of the gradient', 'upstream', 'partials', 'total', 'readback of total']);
  const second = await buffersMadeBy(() => renderer.adjoint(frame, frame.picture.data));
  assert.equal(labels(second), ['readback of total']);
  renderer.close();
});

test('after buffers that the device refused, a frame is gone, and the next one is as good as any', async () => {
  const device = await sharedDevice();
  const renderer = await Renderer.open(device, noise);
  const frame = await renderer.forward(rich, SIZE);
  const create = device.gpu.createBuffer;
  device.gpu.createBuffer = (descriptor) => {
    if (descriptor.label === 'partials') throw new RangeError('no memory');
    return create.call(device.gpu, descriptor);
  };
  try {
    assert.is((await refused(() => renderer.adjoint(frame, frame.picture.data))).code, 'internal');
  } finally {
    device.gpu.createBuffer = create;
  }
  assert.match((await refused(() => renderer.adjoint(frame, frame.picture.data))).message, /an earlier frame/);
  const next = await renderer.forward(rich, SIZE);
  assert.equal(next.picture, frame.picture);
  assert.ok((await renderer.adjoint(next, next.picture.data)).some((g) => g !== 0));
  renderer.close();
});

test('renderers of one device compile each kernel once', async () => {
  const device = await openDevice({ tier: 'bundled' });
  const { gpu } = device;
  const create = gpu.createComputePipelineAsync;
  const labels: (string | undefined)[] = [];
  gpu.createComputePipelineAsync = (descriptor) => {
    labels.push(descriptor.label);
    return create.call(gpu, descriptor);
  };
  const cube = cubeOf([2, 2, 2], (x) => x);
  const psi = psiOf({ sampling: { steps: 4 } });
  const renderers = await Promise.all([1, 2, 3].map(() => Renderer.open(device, cube)));
  const render = async (renderer: Renderer) => {
    const frame = await renderer.forward(psi, { width: 4, height: 4 });
    return renderer.adjoint(frame, frame.picture.data);
  };
  // Two at once, and one when both are done.
  const [one, two] = await Promise.all(renderers.slice(1).map(render));
  assert.equal([one, two], Array(2).fill(await render(renderers[0]!)));
  assert.equal(
    labels.map((label) => label?.replace(/\(.*/, '')).sort(),
    ['fast_adjoint', 'fast_forward', 'occupied', 'ranges', 'reduce'],
    labels.join(),
  );
  for (const renderer of renderers) renderer.close();
  device.close();
});

test.run();
