import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { orbitCamera } from '../../engine/camera.js';
import { keyDirection, lightPullback, type Pose, poseOf, posePullback, reachOf } from '../../engine/pose.js';
import { type Psi, parsePsi } from '../../engine/psi.js';
import { keyOf, SCALARS } from '../../engine/psi-scalars.js';
import { combine, dot, type Vec3 } from '../../engine/vec3.js';
import { type Random, seededRandom } from '../../random.js';
import { differentiablePaths, getScalar, withScalar } from '../reference/scalars.js';

const test = suite('pose');

const cube = { shape: [40, 64, 25], spacing: [1, 0.7, 2.3] } as const;
const vec3 = ({ normal }: Random): Vec3 => [normal(), normal(), normal()];
const POSE_PATHS = differentiablePaths(psiWith({}, {})).filter((path) => /^(camera|clip)\./.test(path));

function psiWith(camera: Partial<Psi['camera']>, key: Partial<Psi['lights']['key']>): Psi {
  const clip = { min: [0.1, 0.22, 0.3], max: [0.8, 0.95, 0.7] };
  const knots = [0, 1].map((x) => ({ x, color: [1, 1, 1], extinction: 1 }));
  return parsePsi({ version: 1, channels: [{ knots }], camera, lights: { key }, clip });
}

/** Any camera of the bounds' middle, and any key light. */
function randomPsi(random: Random, fov: number): Psi {
  const { between } = random;
  return psiWith(
    {
      azimuth: between(-360, 360),
      elevation: between(-90, 90),
      roll: between(-360, 360),
      distance: between(0.05, 3),
      target: [between(-0.6, 0.6), between(-0.6, 0.6), between(-0.6, 0.6)],
      fov,
    },
    { azimuth: between(-180, 180), elevation: between(-90, 90) },
  );
}

const poseDot = (a: Pose, b: Pose): number =>
  a.half_height * b.half_height +
  (['origin', 'right', 'up', 'forward', 'box_min', 'box_max'] as const).reduce(
    (sum, part) => sum + dot(a[part], b[part]),
    0,
  );

/** Of the pose with the rays' origins as far from the eye as they are given to be. */
function poseAt(psi: Psi, reach: number): Pose {
  const { origin, forward } = orbitCamera(psi.camera);
  return { ...poseOf(cube, psi), origin: combine([1, origin], [reach, forward]) };
}

/** By central differences; the error of second order is some 1e-9 of the third derivative. */
function difference(psi: Psi, path: string, value: (at: Psi) => number): number {
  const h = SCALARS[keyOf(path)].unit === '°' ? 1e-2 : 1e-4;
  const x = getScalar(psi, path);
  return (value(withScalar(psi, path, x + h)) - value(withScalar(psi, path, x - h))) / (2 * h);
}

for (const [what, seed, lens] of [
  ['perspective', 1, ({ between }: Random) => between(5, 120)],
  ['orthographic', 2, () => 0],
] as const) {
  test(`camera and clip box have the gradient of differences: ${what}`, () => {
    const random = seededRandom(seed);
    let reaching = 0;
    for (let camera = 0; camera < 40; camera++) {
      const psi = randomPsi(random, lens(random));
      const reach = reachOf(orbitCamera(psi.camera));
      assert.equal(poseAt(psi, reach), poseOf(cube, psi));
      if (reach > 0) reaching++;
      const d: Pose = {
        origin: vec3(random),
        right: vec3(random),
        up: vec3(random),
        forward: vec3(random),
        half_height: random.normal(),
        box_min: vec3(random),
        box_max: vec3(random),
      };
      const dKey = vec3(random);
      // The reach counts as a constant: it moves the rays' origins along the rays, so a picture doesn't depend on it.
      const value = (at: Psi) => poseDot(d, poseAt(at, reach)) + dot(dKey, keyDirection(at));
      const gradient = posePullback(cube, psi, d, dKey);
      assert.equal(Object.keys(gradient).sort(), [...POSE_PATHS].sort());
      for (const path of POSE_PATHS) {
        // Next to a field of view of 0, which is none, is a lens that is nearly 0.
        const expected = path === 'camera.fov' && psi.camera.fov === 0 ? 0 : difference(psi, path, value);
        const off = Math.abs(gradient[path]! - expected);
        assert.ok(off <= 1e-6, `camera ${camera}, ${path}: ${gradient[path]}, by differences ${expected}`);
      }
    }
    assert.ok(reaching > 20 && reaching < 40, `${reaching} of 40 rays begin away from the eye`);
  });
}

test("the key light's angles have the gradient of differences", () => {
  const random = seededRandom(3);
  for (let light = 0; light < 40; light++) {
    const psi = randomPsi(random, random.index(2) * 40);
    const d = vec3(random);
    const gradient = lightPullback(psi, d);
    assert.equal(Object.keys(gradient), ['lights.key.azimuth', 'lights.key.elevation']);
    for (const [path, actual] of Object.entries(gradient)) {
      const expected = difference(psi, path, (at) => dot(d, keyDirection(at)));
      assert.ok(Math.abs(actual - expected) <= 1e-6, `light ${light}, ${path}: ${actual}, by differences ${expected}`);
    }
  }
});

test('an image that moves with the camera has no torque', () => {
  // The directions' lengths and the angles between them are the same from everywhere.
  const psi = randomPsi(seededRandom(4), 35);
  const { right, up, forward } = poseOf(cube, psi);
  const zero: Vec3 = [0, 0, 0];
  const d: Pose = { origin: zero, right, up, forward, half_height: 0, box_min: zero, box_max: zero };
  for (const [path, value] of Object.entries(posePullback(cube, psi, d, keyDirection(psi)))) {
    assert.ok(Math.abs(value) < 1e-15, `${path}: ${value}`);
  }
});

test.run();
