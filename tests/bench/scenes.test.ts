import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { peerCube, peerPsi } from '../../bench/peer-scene.js';
import { FROZEN, SIMPLE } from '../../bench/speed/scene.js';
import { baseSetting, byteCube, isBase, sweepPsi, sweepScene, sweeps } from '../../bench/speed/sweep-points.js';
import { tooSlow } from '../../bench/speed/sweeps.js';
import { emptyShare } from '../../bench/speed/volumes.js';
import { parsePsi } from '../../engine/psi.js';
import { cubeOf } from '../reference/scenes.js';

const test = suite('bench: scenes');

test('the sweeps’ base is the peers’ scene', () => {
  const base = baseSetting(false);
  assert.equal(sweepPsi(base), peerPsi(256));
  const { cube, size, paths } = sweepScene('base', { ...base, voxels: 8 });
  assert.equal(cube.channels[0]!.samples, peerCube(8).channels[0]!.samples);
  assert.equal(size, { width: 256, height: 256 });
  assert.is(paths.length, 64 * 4);
});

test('each sweep varies one factor and goes through a base whose work is 1', () => {
  for (const quick of [false, true]) {
    const base = baseSetting(quick);
    for (const { factor, points } of sweeps(quick)) {
      assert.ok(
        points.some(({ value, work }) => value === base[factor] && work === 1),
        factor,
      );
      for (const { setting, value } of points) {
        const about = { ...base, [factor]: value, ...(factor === 'voxels' && { bytes: 1 }) };
        assert.equal(setting, about, factor);
      }
    }
  }
  const work = (name: string) =>
    sweeps(false)
      .find(({ factor }) => factor === name)!
      .points.map((point) => point.work);
  assert.equal(work('picture'), [0.25, 1, 4, 16]);
  assert.equal(work('voxels'), [0.125, 1, 8, 64]);
  assert.equal(work('steps'), [0.25, 0.5, 1, 2, 4]);
});

test('voxels of one byte are another scene than the base', () => {
  const base = baseSetting(false);
  const points = sweeps(false).map(({ points }) => points.filter(({ setting }) => isBase(setting, base)).length);
  assert.equal(points, [1, 1, 0, 1, 1, 1]);
});

test('the volume of bytes is the peers’, rounded', () => {
  const exact = peerCube(12).channels[0]!.samples;
  const bytes = byteCube(12).channels[0]!.samples;
  assert.ok(
    bytes.every((value, i) => Math.abs(value - 255 * exact[i]!) <= 0.501),
    'within half a level',
  );
  assert.ok(Math.max(...bytes) > 150);
});

test('several channels share the extinction, and each has its own voxels and gradients', () => {
  const psi = sweepPsi({ ...baseSetting(false), channels: 4, knots: 8 });
  const total = psi.channels.reduce((sum, { knots }) => sum + knots[7]!.extinction, 0);
  assert.is(total, 8);
  const { cube, paths } = sweepScene('four', { ...baseSetting(true), channels: 4, knots: 8 });
  assert.is(cube.channels.length, 4);
  assert.is(paths.length, 4 * 8 * 4);
});

test('a point beyond the budget is too slow by what its base took; an unknown base is no reason', () => {
  const row = { type: 'row', section: 'sweeps', scene: 'base', way: SIMPLE.name } as const;
  const rows = [{ ...row, timings: { both: { median: 1000, times: [1000] } } }];
  assert.is(tooSlow(rows, SIMPLE, 60), undefined);
  assert.is(tooSlow(rows, SIMPLE, 96), 'it would take about 96 s of the 60 s that a point may');
  assert.is(tooSlow(rows, FROZEN, 96), undefined);
});

test('the empty share counts voxels without extinction in every channel that is on', () => {
  const cube = cubeOf([10, 1, 1], (x) => x / 9);
  const psi = (knots: object[], more: object = {}) => parsePsi({ version: 1, channels: [{ knots, ...more }] });
  const knot = (x: number, extinction: number) => ({ x, color: [1, 1, 1], extinction });
  // From 0.5 on something is there: of 0, 1/9 … 1 five are below.
  assert.is(emptyShare({ cube, psi: psi([knot(0.5, 0), knot(0.6, 1)]) }), 0.5);
  assert.is(emptyShare({ cube, psi: psi([knot(0, 1), knot(1, 1)]) }), 0);
  assert.is(emptyShare({ cube, psi: psi([knot(0, 0), knot(1, 0)]) }), 1);
  // The window moves 0.5 to 0.9 of the range, which only the last voxel is above.
  assert.is(emptyShare({ cube, psi: psi([knot(0.5, 0), knot(0.6, 1)], { window: { lo: 0.8, hi: 1 } }) }), 0.9);
});

test.run();
