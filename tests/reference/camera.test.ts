import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose } from './assert-close.js';
import { clippedBox, intersect } from './box.js';
import { LIVE } from './branches.js';
import { cameraFrame, pixelRay } from './camera.js';
import { renderReference, sampleRays } from './renderer.js';
import { cubeOf, FRONT, knot, psiOf } from './scenes.js';

const test = suite('reference: camera');
const MIDDLE = [0, 0, { width: 1, height: 1 }] as const;
const SQUARE = { width: 8, height: 8, steps: 16 };

test('azimuth turns the eye about +z, elevation lifts it', () => {
  for (const [azimuth, elevation, towards] of [
    [0, 0, [0, -1, 0]],
    [90, 0, [1, 0, 0]],
    [180, 0, [0, 1, 0]],
    [0, 90, [0, 0, 1]],
    [45, 30, [Math.sqrt(3 / 8), -Math.sqrt(3 / 8), 0.5]],
  ] as const) {
    const { camera } = psiOf({ camera: { azimuth, elevation, distance: 3, target: [0.1, 0.2, 0.3] } });
    const { origin, direction } = pixelRay(cameraFrame(camera), ...MIDDLE);
    const name = `azimuth ${azimuth}, elevation ${elevation}`;
    assertClose(origin, [0.1 + 3 * towards[0], 0.2 + 3 * towards[1], 0.3 + 3 * towards[2]], 1e-14, `eye at ${name}`);
    assertClose(direction, [-towards[0], -towards[1], -towards[2]], 1e-14, `direction at ${name}`);
  }
});

test('the rays of a perspective span the vertical field of view', () => {
  const { camera } = psiOf({ camera: { azimuth: 0, elevation: 0, fov: 90, distance: 2 } });
  const size = { width: 200, height: 100 };
  const { direction: corner } = pixelRay(cameraFrame(camera), 199, 0, size);
  // Half a pixel within the corner (2, 1) of the plane at distance 1, whose half height is tan 45°.
  assertClose([corner[0] / corner[1], corner[2] / corner[1]], [1.99, 0.99], 1e-13, 'top right corner');
  assert.ok(Math.abs(Math.hypot(...corner) - 1) < 1e-15, 'directions have length 1');
});

/** Column and row of the most opaque of 8×8 pixels, for a cube that is empty but for one corner voxel. */
function pixelOfVoxel(at: readonly [number, number, number], camera: Record<string, number>): [number, number] {
  const cube = cubeOf([4, 4, 4], (x, y, z) => Number(x === at[0] && y === at[1] && z === at[2]));
  const channels = [{ knots: [knot(0, [1, 1, 1], 0), knot(1, [1, 1, 1], 50)] }];
  const psi = psiOf({ channels, camera: { ...FRONT, ...camera }, sampling: { interpolation: 'nearest' } });
  const picture = renderReference(cube, psi, SQUARE);
  const pixels = Array.from({ length: 64 }, (_, i) => i);
  const darkest = pixels.reduce((best, i) => (picture[i * 4 + 3]! < picture[best * 4 + 3]! ? i : best));
  return [darkest % 8, Math.floor(darkest / 8)];
}

test('a voxel appears where the convention puts it', () => {
  // The picture spans [−1, 1] and the cube [−½, ½], so a corner voxel covers one of the pixels 2 and 5.
  for (const [voxel, camera, pixel] of [
    [[3, 0, 3], {}, [5, 2]],
    [[0, 0, 0], {}, [2, 5]],
    [[3, 0, 0], {}, [5, 5]],
    [[3, 3, 0], { azimuth: 90 }, [5, 5]],
    [[3, 0, 3], { azimuth: 90 }, [2, 2]],
    [[3, 0, 3], { azimuth: 180 }, [2, 2]],
    [[3, 3, 3], { elevation: 90 }, [5, 2]],
    [[3, 0, 3], { elevation: 90 }, [5, 5]],
    // A roll of 90° makes what was up the right, so the picture turns clockwise: top left to top right.
    [[0, 0, 3], { roll: 90 }, [5, 2]],
    [[3, 0, 3], { roll: 90 }, [5, 5]],
  ] as const) {
    assert.equal(pixelOfVoxel(voxel, camera), pixel, `voxel ${voxel} with ${JSON.stringify(camera)}`);
  }
});

test('an orthographic picture frames what a 40° lens does at the target', () => {
  const cube = cubeOf([2, 2, 2], () => 0.5);
  const { hit, dt } = sampleRays(cube, psiOf(), SQUARE);
  const inside = (i: number) => i % 8 >= 2 && i % 8 < 6 && i >= 16 && i < 48;
  for (let i = 0; i < 64; i++) {
    assert.is(hit[i], Number(inside(i)), `hit of pixel ${i}`);
    assert.ok(Math.abs(dt[i]! - (inside(i) ? 1 / 16 : 0)) < 1e-15, `step of pixel ${i}: ${dt[i]}`);
  }
});

test('the clip planes cut the box', () => {
  const cube = cubeOf([2, 2, 2], () => 0.5);
  const { hit, dt } = sampleRays(cube, psiOf({ clip: { min: [0, 0.25, 0], max: [0.5, 0.75, 1] } }), SQUARE);
  const row = (values: ArrayLike<number>) => Array.from({ length: 8 }, (_, i) => values[3 * 8 + i]!);
  assert.equal(row(hit), [0, 0, 1, 1, 0, 0, 0, 0]);
  assertClose(row(dt), [0, 0, 1 / 32, 1 / 32, 0, 0, 0, 0], 1e-15, 'steps of row 3');
});

test('a ray starts at the eye when that is within the box, and misses a box behind it', () => {
  const box = clippedBox([1, 1, 1], psiOf().clip);
  assert.equal(intersect({ origin: [0, 0, 0], direction: [0, 1, 0] }, box, LIVE), { t0: 0, t1: 0.5 });
  assert.is(intersect({ origin: [0, 2, 0], direction: [0, 1, 0] }, box, LIVE), null);
  assert.is(intersect({ origin: [0.6, -2, 0], direction: [0, 1, 0] }, box, LIVE), null);
  assert.equal(intersect({ origin: [0.5, -2, 0], direction: [0, 1, 0] }, box, LIVE), { t0: 1.5, t1: 2.5 });
});

test.run();
