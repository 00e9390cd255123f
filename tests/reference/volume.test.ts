import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cube } from '../../cubes/cube.js';
import type { Psi } from '../../engine/psi.js';
import { assertClose } from './assert-close.js';
import { LIVE } from './branches.js';
import { classify, windowed, windowedValues } from './classify.js';
import { compositeRays } from './composite.js';
import { type RenderSize, renderReference, sampleRays } from './renderer.js';
import { gridCoordinate } from './sampling.js';
import { constantKnots, cubeOf, FRONT, knot, psiOf, richPsi, sampleAt, shown } from './scenes.js';

const test = suite('reference: volume');
const PIXEL = { width: 1, height: 1, steps: 37 };
const COLOR = [0.8, 0.4, 0.2] as [number, number, number];
const medium = (knots: unknown, u: number, rest = {}) => {
  const { extinction, red, green, blue } = classify(
    psiOf({ channels: [{ knots, ...rest }] }),
    [Float64Array.of(u)],
    null,
    0,
    LIVE,
  );
  return [extinction, red / extinction, green / extinction, blue / extinction];
};
/** What the volume sends to the eye, where nothing is shaded. */
const lightOf = (cube: Cube, psi: Psi, size: RenderSize) => {
  const rays = sampleRays(cube, psi, size);
  return compositeRays(rays, psi, windowedValues(rays, psi, LIVE), null, LIVE);
};

test('a uniform volume gives (1 − exp(−σL))·colour + exp(−σL)·background', () => {
  const cube = cubeOf([3, 4, 3], () => 0.5);
  const channels = [{ knots: constantKnots(COLOR, 2.5) }];
  const psi = psiOf({ channels, density: 0.7, background: { top: [0, 0.2, 0.4], bottom: [1, 0.4, 0] } });
  // The longest side, along which the ray looks, has length 1.
  const left = Math.exp(-0.7 * 2.5);
  const background = [0.5, 0.3, 0.2];
  const expected = COLOR.map((c, i) => shown((1 - left) * c + left * background[i]!));
  assertClose(renderReference(cube, psi, PIXEL), [...expected, left], 1e-14, 'pixel');
});

test('an empty volume, and a ray that misses, show the background', () => {
  const cube = cubeOf([2, 2, 2], () => 0.5);
  const background = { top: [0.9, 0.1, 0.5], bottom: [0.1, 0.5, 0.5] };
  const psi = psiOf({ channels: [{ knots: constantKnots(COLOR, 0) }], background });
  const picture = renderReference(cube, psi, { width: 4, height: 4, steps: 3 });
  for (let pixel = 0; pixel < 16; pixel++) {
    const down = (Math.floor(pixel / 4) + 0.5) / 4;
    const expected = [shown(0.9 - 0.8 * down), shown(0.1 + 0.4 * down), shown(0.5), 1];
    assertClose(picture.slice(pixel * 4, pixel * 4 + 4), expected, 1e-14, `pixel ${pixel}`);
  }
});

test('channels mix by their extinction; those not enabled are left out', () => {
  const cube = cubeOf([2, 2, 2], ...[0.5, 0.5, 0.5].map((v) => () => v));
  const channels = [
    { knots: constantKnots([1, 0, 0], 1) },
    { knots: constantKnots([0, 1, 0], 3) },
    { knots: constantKnots([0, 0, 1], 9), enabled: false },
  ];
  const light = lightOf(cube, psiOf({ channels }), PIXEL);
  const left = Math.exp(-4);
  assertClose(light, [(1 - left) / 4, (3 * (1 - left)) / 4, 0, left], 1e-14, 'light');
});

test('what is in front hides what is behind', () => {
  const cube = cubeOf([1, 2, 1], (_x, y) => y);
  const channels = [
    { knots: [knot(0, [1, 0, 0], 2), knot(0.5, [1, 0, 0], 2), knot(0.5, [0, 0, 1], 6), knot(1, [0, 0, 1], 6)] },
  ];
  const psi = psiOf({ channels, sampling: { interpolation: 'nearest' } });
  const light = lightOf(cube, psi, { width: 1, height: 1, steps: 2 });
  const [near, far] = [Math.exp(-1), Math.exp(-3)];
  assertClose(light, [1 - near, 0, near * (1 - far), near * far], 1e-15, 'light');
});

test('the picture converges with the square of the step', () => {
  const cube = cubeOf([6, 6, 6], (x, y, z) => (Math.sin(x + 0.3 * y) * Math.cos(0.7 * z + y) + 1) / 2);
  const psi = psiOf({
    channels: [{ knots: [knot(0, [1, 0, 0.3], 0), knot(1, [0, 1, 0.6], 8)] }],
    camera: { azimuth: 20 },
  });
  const at = (steps: number) => renderReference(cube, psi, { width: 6, height: 6, steps });
  const exact = at(4096);
  const error = (steps: number) => Math.max(...at(steps).map((value, i) => Math.abs(value - exact[i]!)));
  const [coarse, middle, fine] = [error(64), error(128), error(256)];
  assert.ok(fine < 1e-3, `error with 256 steps ${fine}`);
  assert.ok(
    coarse / middle > 2.5 && middle / fine > 2.5,
    `errors with 64, 128, 256 steps: ${coarse} ${middle} ${fine}`,
  );
});

test('trilinear interpolation is exact for a trilinear field, nearest takes the voxel that holds the place', () => {
  const field = (x: number, y: number, z: number) => (x + 2 * y + 4 * z + x * y * z) / 64;
  const cube = cubeOf([3, 4, 5], field);
  assertClose([sampleAt(cube, [1.25, 0.5, 3.75]).value], [field(1.25, 0.5, 3.75)], 1e-14, 'linear');
  assertClose([sampleAt(cube, [2, 3, 4]).value], [field(2, 3, 4)], 1e-14, 'on the last voxel');
  assertClose([sampleAt(cube, [1.49, 0.5 + 1e-9, 3.51], 'nearest').value], [field(1, 1, 4)], 0, 'nearest');
  // Beyond the outer voxel centres.
  for (const interpolation of ['linear', 'nearest'] as const) {
    const outside = sampleAt(cube, [2.4, -0.3, 4.49], interpolation).value;
    assertClose([outside], [field(2, 0, 4)], 1e-14, `${interpolation} outside`);
  }
  assertClose(
    [-0.2, 0.1, 0.5].map((x) => gridCoordinate(x, 4, 0.8)),
    [0.5, 2, 4],
    1e-15,
    'grid coordinates',
  );
});

test('stored samples are normalised by their range, and a cube of one slice has the same value all through', () => {
  const cube = cubeOf([2, 2, 1], () => 0);
  const flat = {
    ...cube,
    channels: [{ name: 'dapi', samples: Int16Array.of(-100, 100, 300, -50), range: [-100, 300] as const }],
  };
  const { values } = sampleRays(flat, psiOf({ camera: { ...FRONT, elevation: 90 } }), {
    width: 4,
    height: 4,
    steps: 3,
  });
  assertClose([sampleAt(flat, [1, 0, 0]).value], [0.5], 1e-14, 'intensity');
  for (const pixel of [5, 6, 9, 10]) {
    const along = values[0]!.slice(pixel * 3, pixel * 3 + 3);
    assertClose(along, [along[0]!, along[0]!, along[0]!], 1e-15, `ray of pixel ${pixel}`);
  }
  assertClose([values[0]![5 * 3]!], [1], 1e-15, 'top left, the voxel (0, 1, 0)');
});

test('the window maps lo to 0, hi to 1 and bends by gamma between', () => {
  const channel = { window: { lo: 0.2, hi: 0.6 }, gamma: 2 };
  const u = [-0.1, 0.2, 0.3, 0.6, 0.9].map((v) => windowed(channel, v, LIVE));
  assertClose(u, [0, 0, 0.0625, 1, 1], 1e-15, 'u');
});

test('the transfer function is linear between knots and flat beyond them', () => {
  const knots = [knot(0.2, [1, 0, 0], 1), knot(0.4, [0, 1, 0], 3), knot(0.8, [0, 0, 1], 5)];
  assertClose(medium(knots, 0.1), [1, 1, 0, 0], 1e-15, 'before the first');
  assert.equal(medium(knots, 0.4), [3, 0, 1, 0], 'on a knot');
  assertClose(medium(knots, 0.7), [4.5, 0, 0.25, 0.75], 1e-15, 'between');
  assert.equal(medium(knots, 0.9), [5, 0, 0, 1], 'after the last');
});

test('coincident knots step: left of them the first counts, from them on the last', () => {
  const white = [1, 1, 1] as [number, number, number];
  const of = (...at: [x: number, extinction: number][]) => at.map(([x, extinction]) => knot(x, white, extinction));
  const inner = of([0, 1], [0.5, 2], [0.5, 7], [0.5, 8], [1, 8]);
  assert.is(medium(inner, 0.5)[0], 8);
  assertClose(medium(inner, 0.5 - 1e-9).slice(0, 1), [2], 1e-8, 'left of the step');
  // On a step that is all there is, u ≤ x_0 is asked first; where more follows, the last segment that begins there counts.
  assert.is(medium(of([0.3, 2], [0.3, 5]), 0.2)[0], 2);
  assert.is(medium(of([0.3, 2], [0.3, 5]), 0.3)[0], 2);
  assert.is(medium(of([0.3, 2], [0.3, 5]), 0.3 + 1e-9)[0], 5);
  assert.is(medium(of([0.3, 2], [0.3, 5], [1, 6]), 0.2)[0], 2);
  assert.is(medium(of([0.3, 2], [0.3, 5], [1, 6]), 0.3)[0], 5);
  assert.is(medium(of([0, 1], [1, 2], [1, 5]), 1)[0], 5);
});

test('steps come from the size or from Ψ, or a rate along the diagonal', () => {
  const cube = cubeOf([2, 2, 2], () => 0.5);
  assert.is(sampleRays(cube, psiOf({ sampling: { steps: 5 } }), { width: 1, height: 1 }).steps, 5);
  const atRate = (rate: number, ...shape: [number, number, number]) =>
    sampleRays(
      cubeOf(shape, () => 0.5),
      psiOf({ sampling: { rate } }),
      { width: 1, height: 1 },
    ).steps;
  assert.equal([atRate(1, 2, 2, 2), atRate(0.05, 2, 2, 2), atRate(2, 2, 3, 6)], [4, 1, 14]);
  assert.is(atRate(1, 2, 7, 26), 27, 'a diagonal that is a whole number');
  assert.throws(() => renderReference(cube, richPsi(), PIXEL), /at most 1 channels in Ψ, got 2/);
});

test.run();
