import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../random.js';
import { assertClose } from './assert-close.js';
import { sampleRays } from './renderer.js';
import { cubeOf, noiseCube, psiOf, sampleAt } from './scenes.js';

const test = suite('reference: gradient of the volume');

test('a linear ramp has its slope per world unit everywhere within, half of it on the outer voxels', () => {
  const ramp = cubeOf([6, 5, 4], (x, y, z) => (x + 2 * y + 4 * z) / 32);
  // Sides 3, 10, 6: the longest is 1, so a voxel is 0.05 × 0.2 × 0.15.
  const cube = { ...ramp, spacing: [0.5, 2, 1.5] as const };
  const slopes = [1 / 32 / 0.05, 2 / 32 / 0.2, 4 / 32 / 0.15];
  for (const interpolation of ['linear', 'nearest'] as const) {
    assertClose(sampleAt(cube, [2.3, 1.9, 1.6], interpolation).gradient, slopes, 1e-12, interpolation);
    const halved = [slopes[0]!, slopes[1]! / 2, slopes[2]! / 2];
    assertClose(sampleAt(cube, [2.3, 4.3, 3.2], interpolation).gradient, halved, 1e-12, `${interpolation}, outside`);
  }
  assertClose(sampleAt(cube, [2, 3.5, 1]).gradient, [slopes[0]!, 0.75 * slopes[1]!, slopes[2]!], 1e-12, 'between');
});

test('it is the trilinear interpolant of central differences', () => {
  const cube = noiseCube(9, [5, 4, 6]);
  const voxel = (x: number, y: number, z: number) => cube.channels[0]!.samples[x + 5 * (y + 4 * z)]!;
  // The longest side has 6 voxels and length 1.
  const difference = (x: number, y: number, z: number) => (6 * (voxel(x, y, z + 1) - voxel(x, y, z - 1))) / 2;
  const random = seededRandom(3);
  const [fx, fy, fz] = [random.uniform(), random.uniform(), random.uniform()];
  let expected = 0;
  for (const [i, j, k] of [0, 1, 2, 3, 4, 5, 6, 7].map((c) => [c & 1, (c >> 1) & 1, c >> 2] as const)) {
    const weight = (i ? fx : 1 - fx) * (j ? fy : 1 - fy) * (k ? fz : 1 - fz);
    expected += weight * difference(2 + i, 1 + j, 3 + k);
  }
  assertClose([sampleAt(cube, [2 + fx, 1 + fy, 3 + fz]).gradient[2]!], [expected], 1e-12, '∂v/∂z');
  const nearest = sampleAt(cube, [2.4, 1.4, 3.4], 'nearest').gradient[2]!;
  assertClose([nearest], [difference(2, 1, 3)], 1e-12, '∂v/∂z of the nearest voxel');
});

test('it is of the intensity and not of the sample, and 0 along an axis of one voxel', () => {
  const flat = cubeOf([4, 4, 1], () => 0);
  const samples = Int16Array.from({ length: 16 }, (_, i) => 100 * (i % 4) - 100);
  const cube = { ...flat, channels: [{ name: 'ct', samples, range: [-100, 200] as const }] };
  assertClose(sampleAt(cube, [1.5, 1.2, 0]).gradient, [4 / 3, 0, 0], 1e-12, 'gradient');
});

test('gradients are sampled only where Ψ shades, or where they are asked for', () => {
  const cube = noiseCube(2);
  const size = { width: 2, height: 2, steps: 3 };
  const knots = psiOf().channels[0]!.knots;
  assert.is(sampleRays(cube, psiOf(), size).gradients, null);
  assert.is(sampleRays(cube, psiOf({ lights: { headlight: { intensity: 1 } } }), size).gradients, null);
  assert.is.not(sampleRays(cube, psiOf({ shading: { ambient: 0.9 } }), size).gradients, null);
  assert.is.not(sampleRays(cube, psiOf({ channels: [{ knots, gradientOpacity: 0.1 }] }), size).gradients, null);
  assert.is.not(sampleRays(cube, psiOf(), size, undefined, true).gradients, null);
});

test.run();
