import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose } from './assert-close.js';
import { pixelJitter } from './jitter.js';
import { sampleRays } from './renderer.js';
import { cubeOf, psiOf } from './scenes.js';

const test = suite('reference: jitter');

/** The specification's formula in integers without a width, cut to 32 bits where it says so. */
function jitterOf(index: number): number {
  const bits = (x: bigint) => BigInt.asUintN(32, x);
  const s = bits(BigInt(index) * 747796405n + 2891336453n);
  const w = bits(((s >> ((s >> 28n) + 4n)) ^ s) * 277803737n);
  return Number(((w >> 22n) ^ w) >> 8n) / 2 ** 24;
}

test('the hash is that of 32-bit unsigned arithmetic', () => {
  const indices = [0, 1, 2, 3, 399, 65535, 65536, 1920 * 1080 - 1, 2 ** 24 + 1, 2 ** 31, 2 ** 32 - 1];
  assert.equal(indices.map(pixelJitter), indices.map(jitterOf));
});

test('offsets are spread over [0, 1)', () => {
  const offsets = Array.from({ length: 4096 }, (_, i) => pixelJitter(i));
  assert.ok(offsets.every((j) => j >= 0 && j < 1));
  for (let tenth = 0; tenth < 10; tenth++) {
    const count = offsets.filter((j) => Math.floor(j * 10) === tenth).length;
    assert.ok(count > 330 && count < 490, `${count} of 4096 offsets in tenth ${tenth}`);
  }
});

test('every sample of a ray is moved by the share of its pixel', () => {
  const cube = cubeOf([2, 2, 2], () => 0.5);
  const size = { width: 4, height: 4, steps: 5 };
  const { positions, hit } = sampleRays(cube, psiOf({ sampling: { jitter: true } }), size);
  for (const pixel of [5, 6, 9, 10]) {
    assert.is(hit[pixel], 1);
    const along = [0, 1, 2, 3, 4].map((k) => positions[3 * (pixel * 5 + k) + 1]!);
    const expected = [0, 1, 2, 3, 4].map((k) => (k + jitterOf(pixel)) / 5 - 0.5);
    assertClose(along, expected, 1e-14, `samples of pixel ${pixel}`);
  }
});

test.run();
