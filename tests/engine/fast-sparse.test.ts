import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BRICK } from '../../engine/held.js';
import { readback } from '../../engine/kernel.js';
import { Renderer } from '../../engine/renderer.js';
import { deviceOf, differencesOf, expectedOf, waysOf } from './fast-compare.js';
import { SPARSE_SCENES } from './fast-scenes.js';

/** The fast kernels against the simple ones where most of the cube is empty, opaque or never seen. */
const test = suite('fast kernels, sparse cubes');

for (const scene of SPARSE_SCENES) {
  test(scene.name, async () => {
    const expected = await expectedOf(scene);
    const seen = expected.picture.filter((_, i) => i % 4 === 3).filter((transmittance) => transmittance < 0.97);
    assert.ok(seen.length > 2, `something is seen: ${seen.length}`);
    for (const way of waysOf(scene)) {
      const wrong = await differencesOf(scene, expected, way, { by: ['all', 'skipping', 'usual'] });
      assert.is(wrong.length, 0, `${wrong.length} differences\n${wrong.slice(0, 8).join('\n')}`);
    }
  });
}

test('most bricks of a sparse cube are left out, and so the other tests are about something', async () => {
  const device = await deviceOf(true);
  const { cube, psi, size } = SPARSE_SCENES[0]!;
  const { gpu } = device;
  const create = gpu.createBuffer;
  let buffer: GPUBuffer | undefined;
  gpu.createBuffer = (descriptor) => {
    if (descriptor.label !== 'bricks') return create.call(gpu, descriptor);
    buffer = create.call(gpu, { ...descriptor, usage: descriptor.usage | GPUBufferUsage.COPY_SRC });
    return buffer;
  };
  const renderer = await Renderer.open(device, cube);
  try {
    await renderer.forward(psi, size);
    const encoder = gpu.createCommandEncoder();
    const read = readback(device, encoder, buffer!);
    gpu.queue.submit([encoder.finish()]);
    const matter = new Uint32Array((await read()).buffer);
    const count = matter.reduce((sum, one) => sum + one, 0);
    const bricks = cube.shape.reduce((product, side) => product * Math.ceil(side / BRICK), 1);
    assert.is(matter.length, bricks);
    assert.ok(count >= 2 && count < bricks / 2, `${count} of ${bricks} bricks matter`);
  } finally {
    gpu.createBuffer = create;
    renderer.close();
  }
});

test.run();
