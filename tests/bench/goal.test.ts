import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { peerCube, peerPsi } from '../../bench/peer-scene.js';
import { Ceiling, type FetchScene, raysThroughCube } from '../../bench/speed/ceiling.js';
import { DeviceTimed } from '../../bench/speed/device-time.js';
import type { Step } from '../../bench/speed/events.js';
import { goalDimensions, goalScene, measureGoal } from '../../bench/speed/goal.js';
import { FAST, Rendering } from '../../bench/speed/scene.js';
import { byteCube } from '../../bench/speed/sweep-points.js';
import type { Device } from '../../engine/device.js';
import { sharedDevice } from '../device.js';

const test = suite('bench: goal');
const [EDGE, SIZE, STEPS] = [16, 20, 24];
const SCENE: FetchScene = {
  voxels: byteCube(EDGE).channels[0]!.samples as Uint8Array,
  edge: EDGE,
  size: SIZE,
  steps: STEPS,
  camera: peerPsi(STEPS).camera,
};

/** The trilinear interpolant between voxel centres at a point of the unit cube, clamped at the border. */
function sampleAt(point: readonly number[]): number {
  const grid = point.map((x) => Math.min(EDGE - 1, Math.max(0, x * EDGE - 0.5)));
  let value = 0;
  for (let corner = 0; corner < 8; corner++) {
    let [weight, index] = [1, 0];
    for (const axis of [2, 1, 0] as const) {
      const lower = Math.min(EDGE - 2, Math.floor(grid[axis]!));
      const upper = (corner >> axis) & 1;
      weight *= upper ? grid[axis]! - lower : 1 - grid[axis]! + lower;
      index = index * EDGE + lower + upper;
    }
    value += (weight * SCENE.voxels[index]!) / 255;
  }
  return value;
}

/** What the kernel adds up, in float64, from README's words about the camera: an orbit at 30° and 20°, 2 away, of 40°. */
function expectedSums(): { sums: number[]; rays: number } {
  const [a, e, tangent] = [Math.PI / 6, Math.PI / 9, Math.tan(Math.PI / 9)];
  const back = [Math.cos(e) * Math.sin(a), -Math.cos(e) * Math.cos(a), Math.sin(e)];
  const right = [Math.cos(a), Math.sin(a), 0];
  const up = [-Math.sin(e) * Math.sin(a), Math.sin(e) * Math.cos(a), Math.cos(e)];
  let rays = 0;
  const sums = Array.from({ length: SIZE * SIZE }, (_, pixel) => {
    const u = (((pixel % SIZE) + 0.5) / SIZE) * 2 - 1;
    const v = 1 - ((Math.floor(pixel / SIZE) + 0.5) / SIZE) * 2;
    const long = [0, 1, 2].map((i) => -back[i]! + tangent * (u * right[i]! + v * up[i]!));
    const direction = long.map((x) => x / Math.hypot(...long));
    const faces = direction.map((d, i) => [-0.5, 0.5].map((face) => (face - 2 * back[i]!) / d).sort((p, q) => p - q));
    const entry = Math.max(...faces.map(([near]) => near!));
    const step = (Math.min(...faces.map(([, far]) => far!)) - entry) / STEPS;
    if (step <= 0) return 0;
    rays++;
    let sum = 0;
    for (let i = 0; i < STEPS; i++) {
      const t = entry + (i + 0.5) * step;
      sum += sampleAt(direction.map((d, axis) => 0.5 + 2 * back[axis]! + d * t));
    }
    return sum;
  });
  return { sums, rays };
}

/** The largest difference between neighbours along an axis, in intensities. */
function steepest(): number {
  const differences = [1, EDGE, EDGE * EDGE].flatMap((pitch) =>
    Array.from(SCENE.voxels, (value, i) =>
      Math.floor(i / pitch) % EDGE < EDGE - 1 ? Math.abs(SCENE.voxels[i + pitch]! - value) / 255 : 0,
    ),
  );
  return Math.max(...differences);
}

// Float32 puts a sample within 1e-5 of a voxel; a sampler may weigh with 8 bits, on each of three axes.
const TOLERANCES = { storage: 3 * 1e-5, texture: 3 / 256 } as const;
for (const path of ['storage', 'texture'] as const) {
  test(`fetching by ${path} adds up the samples of each ray, and takes time`, async () => {
    const ceiling = await Ceiling.open(await sharedDevice(), SCENE, path);
    try {
      const { fetch } = await ceiling.round(0);
      assert.ok(fetch! > 0 && Number.isFinite(fetch), `${fetch} ms`);
      const found = await ceiling.sums();
      const { sums, rays } = expectedSums();
      const allowed = STEPS * TOLERANCES[path] * steepest();
      const worst = Math.max(...sums.map((sum, i) => Math.abs(found[i]! - sum)));
      assert.ok(worst <= allowed, `off by ${worst}, allowed is ${allowed}; the largest sum is ${Math.max(...sums)}`);
      assert.ok(Math.max(...sums) > 10 * allowed, 'the sums are large enough to say something');
      assert.is(raysThroughCube(SCENE), rays);
      assert.ok(rays > 100 && rays < SIZE * SIZE, `${rays} rays meet the cube`);
    } finally {
      ceiling.close();
    }
  });
}

test('the goal’s gradient is by what a refinement frees by default, and by the camera where asked', () => {
  const dimensions = goalDimensions({ quick: true });
  const scene = goalScene(dimensions, peerCube(4), 'Ψ');
  for (const path of ['channels.0.gamma', 'channels.0.window.lo', 'channels.0.knots.9.x', 'density', 'tone.hue']) {
    assert.ok(scene.paths.includes(path), path);
  }
  assert.not.ok(scene.paths.some((path) => path.startsWith('camera.')));
  assert.not.ok(scene.paths.includes('channels.0.knots.2.extinction'), 'a clear knot stays clear');
  assert.ok(goalScene(dimensions, peerCube(4), 'Ψ', ['camera']).paths.includes('camera.azimuth'));
  assert.equal(goalDimensions({ quick: false }), { n: 256, size: 1024, steps: 512 });
});

test('a processor is not asked for minutes', async () => {
  const steps: Step[] = [];
  const device = { software: true } as Device;
  for await (const step of measureGoal({ device, runs: 1, quick: false }, undefined)) steps.push(step);
  assert.is(steps.length, 1);
  const [left] = 'rows' in steps[0]! ? steps[0].rows : [];
  assert.ok(left?.type === 'skipped' && left.section === 'goal');
  assert.is(left.reason, 'takes minutes on a processor');
});

test('the device’s own time is part of the wall time, and the queue is left as it was', async () => {
  const device = await sharedDevice();
  const rendering = await Rendering.open(device, goalScene(goalDimensions({ quick: true }), peerCube(8), 'Ψ'), FAST);
  try {
    const timed = new DeviceTimed(device, rendering);
    await timed.round(0);
    const round = await timed.round(1);
    // Each of two submissions may be heard of a moment after the readback behind it.
    assert.ok(round.device! > 0 && round.device! < round.both! + 20, `${round.device} ms of ${round.both} ms`);
    assert.not.ok(Object.hasOwn(device.gpu.queue, 'submit'));
  } finally {
    rendering.close();
  }
});

test('a round that fails leaves the queue as it was', async () => {
  const device = await sharedDevice();
  const failing = { name: 'failing', round: () => Promise.reject(new TypeError('a fault')) };
  const thrown = await new DeviceTimed(device, failing).round(0).catch((error: Error) => error.message);
  assert.is(thrown, 'a fault');
  assert.not.ok(Object.hasOwn(device.gpu.queue, 'submit'));
});

test.run();
