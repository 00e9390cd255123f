import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../random.js';
import { power } from './branches.js';
import { referenceGradient } from './gradient.js';
import { branchSignature, recordBranches, sampleRays, shade } from './renderer.js';
import { differentiablePaths, getScalar, withScalar } from './scalars.js';
import { cubeOf, knot, noiseCube, psiOf, richPsi } from './scenes.js';

const test = suite('reference: branches');
const SIZE = { width: 8, height: 7, steps: 24 };
const psi = richPsi();
const rays = sampleRays(noiseCube(5), psi, SIZE);

test('frozen at Ψ the picture is that of Ψ, bit for bit', () => {
  assert.equal(shade(rays, psi, recordBranches(rays, psi)), shade(rays, psi));
  const dark = { ...psi, background: psiOf().background, tone: { ...psi.tone, saturation: 3, contrast: 3 } };
  assert.equal(shade(rays, dark, recordBranches(rays, dark)), shade(rays, dark), 'with colours on the floors');
});

test('the signature changes when a branch does', () => {
  const signatureOf = (at: typeof psi) => branchSignature(recordBranches(rays, at));
  assert.is(signatureOf(psi), signatureOf(withScalar(psi, 'channels.0.knots.1.extinction', 3 + 1e-9)));
  assert.is.not(signatureOf(psi), signatureOf(withScalar(psi, 'channels.0.knots.1.x', 0.3)));
  assert.is.not(signatureOf(psi), signatureOf(withScalar(psi, 'tone.exposure', 6)));
});

test('frozen branches hold on both sides of a kink', () => {
  const white = [1, 1, 1] as [number, number, number];
  const knots = [knot(0, white, 0), knot(0.5, white, 1), knot(1, white, 5)];
  const bend = psiOf({ channels: [{ knots }] });
  const pixel = sampleRays(
    cubeOf([2, 2, 2], () => 0.5),
    bend,
    { width: 1, height: 1, steps: 4 },
  );
  const frozen = recordBranches(pixel, bend);
  const extinction = (lo: number, branches?: typeof frozen) =>
    -Math.log(shade(pixel, withScalar(bend, 'channels.0.window.lo', lo), branches)[3]!);
  // By lo = 0.01 u moves from ½ to 0.49/0.99, into the segment of slope 2; frozen it keeps to that of slope 8.
  const moved = 0.49 / 0.99 - 0.5;
  assert.ok(Math.abs(extinction(0.01) - (1 + 2 * moved)) < 1e-14);
  assert.ok(Math.abs(extinction(0.01, frozen) - (1 + 8 * moved)) < 1e-14);
});

test('a record of other rays is refused', () => {
  const other = recordBranches(sampleRays(noiseCube(5), psi, { ...SIZE, steps: 25 }), psi);
  assert.throws(() => shade(rays, psi, other), /decisions of a record of/);
});

test('near 0 a frozen power is its tangent, elsewhere the power', () => {
  const frozen = { take: () => 0, anchor: () => 1e-6 };
  const slope = (power(1e-6 + 1e-4, 0.5, frozen) - power(1e-6 - 1e-4, 0.5, frozen)) / 2e-4;
  assert.ok(Math.abs(slope / (0.5 * 1e-6 ** -0.5) - 1) < 1e-12, `slope ${slope}`);
  assert.is(power(1e-6, 0.5, frozen), 1e-6 ** 0.5);
  assert.is(power(0.3, 0.5, { take: () => 0, anchor: () => 0.25 }), 0.3 ** 0.5);
});

test('the frozen gradient is that of the live picture wherever no kink is crossed', () => {
  const weights = Float64Array.from({ length: SIZE.width * SIZE.height * 4 }, seededRandom(7).normal);
  const signatureAtPsi = branchSignature(recordBranches(rays, psi));
  let compared = 0;
  for (const { path, value, scale } of referenceGradient(rays, psi, differentiablePaths(psi), weights)) {
    const h = 1e-7 * Math.max(1, Math.abs(getScalar(psi, path)));
    const [below, above] = [-h, h].map((offset) => withScalar(psi, path, getScalar(psi, path) + offset)) as [
      typeof psi,
      typeof psi,
    ];
    const crosses = [below, above].some((at) => branchSignature(recordBranches(rays, at)) !== signatureAtPsi);
    if (crosses) continue;
    compared++;
    const [minus, plus] = [shade(rays, below), shade(rays, above)];
    const live = weights.reduce((sum, weight, i) => sum + (weight * (plus[i]! - minus[i]!)) / (2 * h), 0);
    assert.ok(Math.abs(live - value) <= 1e-6 * scale, `${path}: live ${live}, frozen ${value}, scale ${scale}`);
  }
  assert.ok(compared > 45, `compared only ${compared} scalars`);
});

test.run();
