import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { onVoxelBorder } from '../reference/gradcheck-float32.js';
import { drawScene } from '../reference/gradcheck-scene.js';
import { differencesOf, expectedOf, type FastScene, waysOf } from './fast-compare.js';

/** The fast kernels against the simple ones on scenes of the gradient check, which has the simple ones' word for it. */
const test = suite('fast kernels, scenes of the gradient check');

/** Sides that are no multiples of a tile's. */
const SIZE = { width: 19, height: 13 };
const CASES = 24;

function sceneOf(number: number): FastScene {
  for (let draw = 0; ; draw++) {
    const scene = drawScene([2, number, draw], number, SIZE);
    if (!onVoxelBorder({ ...scene, size: SIZE })) return { ...scene, size: SIZE };
  }
}

for (let number = 0; number < CASES; number++) {
  const scene = sceneOf(number);
  test(`scene ${number}: ${scene.name}`, async () => {
    const expected = await expectedOf(scene);
    for (const way of waysOf(scene)) {
      const wrong = await differencesOf(scene, expected, way);
      assert.is(wrong.length, 0, `${wrong.length} differences\n${wrong.slice(0, 8).join('\n')}`);
    }
  });
}

test.run();
