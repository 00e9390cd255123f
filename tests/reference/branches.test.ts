import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Psi } from '../../engine/psi.js';
import { seededRandom } from '../../random.js';
import { assertClose } from './assert-close.js';
import { clippedBox, intersect } from './box.js';
import { type BranchPoints, type BranchRecord, BranchRecorder, power } from './branches.js';
import { referenceGradient } from './gradient.js';
import { branchSignature, following, recordBranches, renderReference, sampleRays, shade } from './renderer.js';
import { differentiablePaths, getScalar, withScalar } from './scalars.js';
import { cubeOf, FRONT, knot, noiseCube, psiOf, shadedPsi } from './scenes.js';

const test = suite('reference: branches');
const SIZE = { width: 8, height: 7, steps: 24 };
const psi = shadedPsi();
const cube = noiseCube(5);
const rays = sampleRays(cube, psi, SIZE);
const recordAt = (at: Psi) => recordBranches({ cube, psi: at, size: SIZE });

test('frozen at Ψ the picture is that of Ψ, bit for bit', () => {
  assert.equal(renderReference(cube, psi, SIZE, recordAt(psi)), renderReference(cube, psi, SIZE));
  assert.equal(shade(rays, psi, recordAt(psi)), renderReference(cube, psi, SIZE), 'from the rays');
  const dark = { ...psi, background: psiOf().background, tone: { ...psi.tone, saturation: 3, contrast: 3 } };
  assert.equal(shade(rays, dark, recordAt(dark)), shade(rays, dark), 'with colours on the floors');
});

test('the signature changes when a branch does', () => {
  const signatureOf = (at: typeof psi) => branchSignature(recordAt(at));
  assert.is(signatureOf(psi), signatureOf(withScalar(psi, 'channels.0.knots.1.extinction', 3 + 1e-9)));
  assert.is.not(signatureOf(psi), signatureOf(withScalar(psi, 'channels.0.knots.1.x', 0.3)));
  assert.is.not(signatureOf(psi), signatureOf(withScalar(psi, 'tone.exposure', 6)));
  assert.is.not(signatureOf(psi), signatureOf(withScalar(psi, 'camera.azimuth', 36)));
  assert.is.not(signatureOf(psi), signatureOf(withScalar(psi, 'lights.key.azimuth', -60)));
});

test('frozen branches hold on both sides of a kink', () => {
  const white = [1, 1, 1] as [number, number, number];
  const knots = [knot(0, white, 0), knot(0.5, white, 1), knot(1, white, 5)];
  const bend = psiOf({ channels: [{ knots }] });
  const grey = cubeOf([2, 2, 2], () => 0.5);
  const size = { width: 1, height: 1, steps: 4 };
  const pixel = sampleRays(grey, bend, size);
  const frozen = recordBranches({ cube: grey, psi: bend, size });
  const extinction = (lo: number, branches?: typeof frozen) =>
    -Math.log(shade(pixel, withScalar(bend, 'channels.0.window.lo', lo), branches)[3]!);
  // By lo = 0.01 u moves from ½ to 0.49/0.99, into the segment of slope 2; frozen it keeps to that of slope 8.
  const moved = 0.49 / 0.99 - 0.5;
  assert.ok(Math.abs(extinction(0.01) - (1 + 2 * moved)) < 1e-14);
  assert.ok(Math.abs(extinction(0.01, frozen) - (1 + 8 * moved)) < 1e-14);
});

test('a record of other rays is refused', () => {
  const other = recordBranches({ cube, psi, size: { ...SIZE, steps: 25 } });
  assert.throws(() => shade(rays, psi, other), /decisions of a record of/);
});

test('near 0 a frozen power is its tangent, elsewhere the power', () => {
  const frozen = { take: () => 0, anchor: () => 1e-6 };
  const slope = (power(1e-6 + 1e-4, 0.5, frozen) - power(1e-6 - 1e-4, 0.5, frozen)) / 2e-4;
  assert.ok(Math.abs(slope / (0.5 * 1e-6 ** -0.5) - 1) < 1e-12, `slope ${slope}`);
  assert.is(power(1e-6, 0.5, frozen), 1e-6 ** 0.5);
  assert.is(power(0.3, 0.5, { take: () => 0, anchor: () => 0.25 }), 0.3 ** 0.5);
});

test('frozen cells, planes and hits hold as the camera moves', () => {
  // The intensity has slope 2 along x before the middle of the cube and −1 behind it, per world unit.
  const tent = cubeOf([9, 1, 1], (x) => (x <= 4 ? (2 * x) / 9 : (8 - (x - 4)) / 9));
  const at = (x: number) => psiOf({ camera: { ...FRONT, target: [x, 0, 0] } });
  const one = { width: 1, height: 1, steps: 2 };
  const frozen = recordBranches({ cube: tent, psi: at(0), size: one });
  const valueAt = (x: number, record?: BranchRecord) =>
    following(record, (points) => sampleRays(tent, at(x), one, points)).values[0]![0]!;
  assertClose([valueAt(-0.1), valueAt(0.1)], [8 / 9 - 0.2, 8 / 9 - 0.1], 1e-7, 'live');
  assertClose([valueAt(-0.1, frozen.places), valueAt(0.1, frozen.places)], [8 / 9 + 0.1, 8 / 9 - 0.1], 1e-7, 'frozen');

  const box = clippedBox([1, 1, 1], psiOf().clip);
  const diagonal = Math.SQRT1_2;
  const cut = (x: number, branches: BranchPoints) =>
    intersect({ origin: [x, -1, 0], direction: [diagonal, diagonal, 0] }, box, branches);
  // Enters by y = −½ at x + ½ and leaves by x = ½ at y = −½ − x; beyond 0 that is the wrong way round.
  const recorder = new BranchRecorder();
  const hit = cut(-0.1, recorder)!;
  assertClose([hit.t0, hit.t1], [0.5 / diagonal, 0.6 / diagonal], 1e-15, 'hit');
  const beyond = following(recorder.record(), (points) => cut(0.1, points))!;
  assertClose([beyond.t0, beyond.t1], [0.5 / diagonal, 0.4 / diagonal], 1e-15, 'hit that would miss');
  const missed = new BranchRecorder();
  assert.is(cut(0.1, missed), null);
  assert.is(
    following(missed.record(), (points) => cut(-0.1, points)),
    null,
    'miss that would hit',
  );
});

test('the frozen gradient is that of the live picture wherever no kink is crossed', () => {
  const scene = { cube, psi, size: SIZE };
  const weights = Float64Array.from({ length: SIZE.width * SIZE.height * 4 }, seededRandom(7).normal);
  const signatureAtPsi = branchSignature(recordAt(psi));
  const compared: string[] = [];
  for (const { path, value, scale } of referenceGradient(scene, differentiablePaths(psi), weights)) {
    const h = 1e-7 * Math.max(1, Math.abs(getScalar(psi, path)));
    const [below, above] = [-h, h].map((offset) => withScalar(psi, path, getScalar(psi, path) + offset)) as [
      typeof psi,
      typeof psi,
    ];
    const crosses = [below, above].some((at) => branchSignature(recordAt(at)) !== signatureAtPsi);
    if (crosses) continue;
    compared.push(path);
    const [minus, plus] = [renderReference(cube, below, SIZE), renderReference(cube, above, SIZE)];
    const live = weights.reduce((sum, weight, i) => sum + (weight * (plus[i]! - minus[i]!)) / (2 * h), 0);
    assert.ok(Math.abs(live - value) <= 1e-6 * scale, `${path}: live ${live}, frozen ${value}, scale ${scale}`);
  }
  assert.ok(compared.length > 60, `compared only ${compared}`);
  for (const part of ['camera.', 'clip.', 'shading.', 'lights.', 'channels.0.gradientOpacity']) {
    assert.ok(
      compared.some((path) => path.startsWith(part)),
      `compared none of ${part}: ${compared}`,
    );
  }
});

test.run();
