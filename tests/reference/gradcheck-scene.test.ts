import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parsePsi } from '../../engine/psi.js';
import { LIVE } from './branches.js';
import { windowedValues } from './classify.js';
import { onVoxelBorder } from './gradcheck-float32.js';
import { drawScene } from './gradcheck-scene.js';
import { renderReference, sampleRays } from './renderer.js';
import { cubeOf, FRONT, psiOf } from './scenes.js';

const test = suite('reference: scenes of the gradient check');
const SIZE = { width: 20, height: 20 };
const scenes = Array.from({ length: 60 }, (_, number) => drawScene([1, number, 0], number, SIZE));
const named = (...words: string[]) => scenes.filter(({ name }) => words.every((word) => name.includes(word)));

test('twelve scenes have every kind', () => {
  const names = scenes.slice(0, 12).map(({ name }) => name);
  const kinds = [
    'dense',
    'thin',
    'spiky',
    'perspective',
    'orthographic',
    'inside',
    'axis-parallel',
    'nearest',
    'linear',
  ];
  const parts = ['surfaces', 'jitter', 'encoding none', 'off', 'clipped', 'burnt out', 'knots on the ends'];
  const degenerate = [
    'grazing an edge',
    'coincident inner knots',
    'single slice',
    'zero extinction',
    'constant volume',
  ];
  for (const word of [...kinds, ...parts, ...degenerate, '8 channels']) {
    assert.ok(
      names.some((name) => name.includes(word)),
      `${word}: ${names.join('; ')}`,
    );
  }
});

test('every camera is met with surfaces and without', () => {
  for (const camera of ['perspective', 'orthographic', 'inside', 'axis-parallel']) {
    const shaded = named(camera, 'surfaces').length;
    assert.ok(shaded > 3 && named(camera).length - shaded > 3, `${camera}: ${shaded} of ${named(camera).length}`);
  }
});

test('every Ψ is a document, and the same again from the same seeds', () => {
  for (const [number, { name, cube, psi }] of scenes.entries()) {
    assert.equal(parsePsi(psi, name), psi);
    assert.is(psi.channels.length, cube.channels.length, name);
    assert.equal(drawScene([1, number, 0], number, SIZE).psi, psi);
  }
});

test('scenes are what their names say', () => {
  for (const { cube, psi } of named('grazing an edge')) {
    const { dt, hit, steps } = sampleRays(cube, psi, SIZE);
    const shortest = Math.min(...dt.filter((_, pixel) => hit[pixel] === 1)) * steps;
    assert.ok(shortest > 0 && shortest < 0.1, `the shortest ray has length ${shortest}`);
  }
  for (const { name, cube, psi } of named('coincident inner knots')) {
    const windowed = windowedValues(sampleRays(cube, psi, SIZE), psi, LIVE);
    for (const [c, { knots }] of psi.channels.entries()) {
      assert.is(knots[1]!.x, knots[2]!.x);
      const nearest = windowed[c]!.reduce((least, u) => Math.min(least, Math.abs(u - knots[1]!.x)), 1);
      assert.ok(nearest > 1e-5, `${name}: a sample is ${nearest} beside the knots`);
    }
  }
  for (const { cube, psi } of named('zero extinction')) {
    const picture = renderReference(cube, psi, SIZE);
    assert.ok(picture.every((value, i) => i % 4 !== 3 || value === 1));
  }
  for (const { cube } of named('single slice')) assert.is(cube.shape[2], 1);
  for (const { cube } of named('constant volume')) assert.is(new Set(cube.channels[0]!.samples).size, 1);
});

test('a sample on the border of two voxels is noticed if it takes the nearest', () => {
  const cube = cubeOf([4, 4, 4], () => 0.5);
  const size = { width: 1, height: 1, steps: 4 };
  const at = (x: number, interpolation: string) => {
    const psi = psiOf({ camera: { ...FRONT, target: [x, 0, 0.1] }, sampling: { interpolation } });
    return onVoxelBorder({ cube, psi, size });
  };
  assert.equal([at(0.25, 'nearest'), at(0.25 + 1e-7, 'nearest'), at(0.25, 'linear')], [true, true, false]);
  assert.equal([at(0.25 + 1e-5, 'nearest'), at(0.4999, 'nearest')], [false, false]);
});

test.run();
