import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose } from './assert-close.js';
import { referenceGradient } from './gradient.js';
import { constantKnots, cubeOf, FRONT, knot, noiseCube, psiOf } from './scenes.js';

const test = suite('reference: gradient by camera, clip and lights');
const TRANSMITTANCE = [0, 0, 0, 1];
const WHITE = [1, 1, 1] as [number, number, number];
const degree = Math.PI / 180;
const DISTANCE = FRONT.distance;

const uniform = cubeOf([4, 4, 4], () => 0.5);
/** v = x + ½ between the outer voxel centres. */
const ramp = cubeOf([8, 8, 8], (x) => (x + 0.5) / 8);
const SIGMA = 1.4;

interface Options {
  size?: { width: number; height: number };
  weights?: readonly number[];
}

function gradientOf(cube: typeof uniform, parts: Record<string, unknown>, paths: string[], options: Options = {}) {
  const { size = { width: 1, height: 1 }, weights = TRANSMITTANCE } = options;
  const scene = { cube, psi: psiOf(parts), size: { ...size, steps: 7 } };
  return referenceGradient(scene, paths, Float64Array.from(weights)).map(({ value }) => value);
}

/** Of the transmittance exp(−SIGMA·length) of one ray through a uniform volume. */
const throughUniform = (parts: Record<string, unknown>, paths: string[], options?: Options) =>
  gradientOf(uniform, { channels: [{ knots: constantKnots(WHITE, SIGMA) }], ...parts }, paths, options);
/** What a change of the length does to that. */
const byLength = (length: number) => -SIGMA * Math.exp(-SIGMA * length);

test('clip planes that cut the ray lengthen it, the others do nothing', () => {
  const clip = { min: [0.1, 0.2, 0.3], max: [0.9, 0.7, 0.6] };
  const target = [0.01, 0.02, -0.03];
  const paths = [0, 1, 2].flatMap((axis) => [`clip.min.${axis}`, `clip.max.${axis}`]);
  const values = throughUniform({ clip, camera: { ...FRONT, target } }, paths);
  assertClose(values, [0, 0, -byLength(0.5), byLength(0.5), 0, 0], 1e-9, 'clip');
});

test('an eye within the box starts the ray', () => {
  const camera = { azimuth: 0, elevation: 0, distance: 0.2, target: [0.03, 0.05, 0.02] };
  // From y = 0.05 − 0.2 to ½.
  const paths = ['camera.target.1', 'camera.distance', 'camera.target.0', 'clip.min.1', 'clip.max.1'];
  const slope = byLength(0.65);
  assertClose(throughUniform({ camera }, paths), [-slope, slope, 0, 0, slope], 1e-9, 'eye');
});

test('a turned ray is longer', () => {
  const azimuth = 20;
  const length = 1 / Math.cos(azimuth * degree);
  const values = throughUniform({ camera: { ...FRONT, azimuth } }, [
    'camera.azimuth',
    'camera.roll',
    'camera.distance',
  ]);
  assertClose(values, [byLength(length) * length * Math.tan(azimuth * degree) * degree, 0, 0], 1e-9, 'azimuth');
  const elevated = throughUniform({ camera: { ...FRONT, elevation: -azimuth } }, ['camera.elevation']);
  assertClose(elevated, [-byLength(length) * length * Math.tan(azimuth * degree) * degree], 1e-9, 'elevation');
});

test('field of view: rays beside the middle are longer; in an orthographic picture there is none', () => {
  const fov = 8;
  const half = Math.tan((fov / 2) * degree);
  // The left of three pixels of a row three times as wide as high: sx = −2·half.
  const length = Math.sqrt(1 + 4 * half * half);
  const options = { size: { width: 3, height: 1 }, weights: [...TRANSMITTANCE, 0, 0, 0, 0, 0, 0, 0, 0] };
  const values = throughUniform({ camera: { azimuth: 0, elevation: 0, distance: 1, fov } }, ['camera.fov'], options);
  const byHalf = (byLength(length) * 4 * half) / length;
  assertClose(values, [byHalf * ((1 + half * half) / 2) * degree], 1e-9, 'fov');
  assert.equal(throughUniform({}, ['camera.fov'], options), [0]);
});

/** Of exp(−4·u) of one pixel's ray through the ramp, along which u is x + ½. */
const throughRamp = (parts: Record<string, unknown>, paths: string[], options?: Options) =>
  gradientOf(ramp, { channels: [{ knots: [knot(0, WHITE, 0), knot(1, WHITE, 4)] }], ...parts }, paths, options);
const byPlace = (x: number) => -4 * Math.exp(-4 * (x + 0.5));

test('a shift moves the samples; beyond the outer voxel centres nothing changes', () => {
  const shifted = (x: number) =>
    throughRamp({ camera: { ...FRONT, target: [x, 0, 0] } }, ['camera.target.0', 'camera.target.1', 'camera.target.2']);
  assertClose(shifted(0.13), [byPlace(0.13), 0, 0], 1e-9, 'within');
  // On the first voxel's centre: the cell's slope. Behind the last one's: none.
  assertClose(shifted(-0.4375), [byPlace(-0.4375), 0, 0], 1e-9, 'on the first centre');
  assertClose(shifted(0.46), [0, 0, 0], 1e-11, 'beyond');
  assert.equal(shifted(0.6), [0, 0, 0], 'past the box');
});

test('on the face of two cells the slope is that of the cell above', () => {
  const tent = cubeOf([9, 1, 1], (x) => (x <= 4 ? x / 8 : (12 - x) / 16));
  const channels = [{ knots: [knot(0, WHITE, 0), knot(1, WHITE, 4)] }];
  const [value] = gradientOf(tent, { channels }, ['camera.target.0']);
  // A ninth of a world unit a voxel, and the ray is as long as the tent's other sides.
  assertClose([value!], [(4 / 9) * (9 / 16) * Math.exp((-4 * 0.5) / 9)], 1e-9, 'on the top');
});

test('nearest: steps, so no slope', () => {
  const sampling = { interpolation: 'nearest' };
  assert.equal(throughRamp({ sampling }, ['camera.target.0', 'camera.roll']), [0, 0]);
});

test('distance and roll of an orthographic picture scale and turn it', () => {
  // The upper left of 2 × 2 pixels that span [−1, 1], seen from half as far away: sx = −¼, sy = ¼.
  const camera = { ...FRONT, distance: DISTANCE / 2 };
  const options = { size: { width: 2, height: 2 }, weights: [...TRANSMITTANCE, ...new Array<number>(12).fill(0)] };
  const values = throughRamp({ camera }, ['camera.distance', 'camera.roll'], options);
  assertClose(values, [byPlace(-0.25) * (-0.25 / (DISTANCE / 2)), byPlace(-0.25) * -0.25 * degree], 1e-9, 'pixel');
});

test('shading and lights on a full surface', () => {
  const along = cubeOf([1, 8, 1], (_x, y) => y / 8);
  const [azimuth, specular, diffuse, intensity, shininess] = [40, 0.5, 0.7, 1.1, 9];
  const parts = {
    // A full surface on the outer voxels too, which have half the slope.
    channels: [{ knots: constantKnots(WHITE, SIGMA), window: { lo: 0.49, hi: 0.5 } }],
    shading: { ambient: 0.2, diffuse, specular, shininess },
    lights: { key: { azimuth, elevation: 0, intensity, color: [0.5, 0.5, 0.5] } },
    tone: { encoding: 'none', exposure: -2 },
  };
  const cosine = Math.cos(azimuth * degree);
  const half = Math.cos((azimuth / 2) * degree);
  const gloss = half ** shininess;
  const key = 0.5 * intensity;
  const expected = {
    'shading.ambient': 1,
    'shading.diffuse': key * cosine,
    'shading.specular': key * gloss,
    'shading.shininess': specular * key * gloss * Math.log(half),
    'lights.key.intensity': 0.5 * (diffuse * cosine + specular * gloss),
    'lights.key.color.0': intensity * (diffuse * cosine + specular * gloss),
    'lights.key.color.1': 0,
    'lights.headlight.intensity': diffuse + specular,
    'lights.key.azimuth':
      -key *
      degree *
      (diffuse * Math.sin(azimuth * degree) +
        ((specular * shininess) / 2) * half ** (shininess - 1) * Math.sin((azimuth / 2) * degree)),
    'channels.0.gradientOpacity': 0,
  };
  const values = gradientOf(along, parts, Object.keys(expected), { weights: [1, 0, 0, 0] });
  // What of a colour arrives, at two stops less.
  const share = (1 - Math.exp(-SIGMA)) / 4;
  assertClose(
    values,
    Object.values(expected).map((value) => value * share),
    1e-9,
    'of red',
  );
});

test('gradient opacity where there is half a surface, and none', () => {
  const along = cubeOf([1, 8, 1], (_x, y) => y / 8);
  const channels = [{ knots: constantKnots(WHITE, SIGMA), window: { lo: 0.46, hi: 0.54 }, gradientOpacity: 0.6 }];
  const clip = { min: [0, 0.4, 0], max: [1, 0.6, 1] };
  const extinction = 0.2 * SIGMA * (1 + 0.6 * (0.5 - 1));
  // m = 0.04/width is a half, where s has slope 3/2 by m.
  const byOpacity = -Math.exp(-extinction) * 0.2 * SIGMA;
  const paths = ['channels.0.gradientOpacity', 'channels.0.window.hi'];
  const values = gradientOf(along, { channels, clip }, paths);
  assertClose(values, [byOpacity * -0.5, byOpacity * 0.6 * 1.5 * (-0.5 / 0.08)], 1e-6, 'half');
  const [none] = gradientOf(uniform, { channels }, ['channels.0.gradientOpacity']);
  assertClose([none!], [Math.exp(-0.4 * SIGMA) * SIGMA], 1e-9, 'none');
});

test('what nothing depends on has no gradient, not even of rounding', () => {
  const psi = psiOf({ channels: [{ knots: constantKnots(WHITE, 1), gradientOpacity: 0.5 }], camera: { azimuth: 10 } });
  const scene = { cube: noiseCube(4), psi, size: { width: 3, height: 3, steps: 5 } };
  const paths = ['lights.key.azimuth', 'lights.key.color.1', 'lights.headlight.intensity', 'shading.shininess'];
  for (const { path, value, scale, error } of referenceGradient(scene, paths, new Float64Array(36).fill(1))) {
    assert.equal([value, scale, error], [0, 0, 0], path);
  }
  const shares = referenceGradient(scene, ['shading.diffuse', 'shading.specular'], new Float64Array(36).fill(1));
  for (const { path, value } of shares) assert.ok(value !== 0, `${path} has a slope where it is 0`);
});

test.run();
