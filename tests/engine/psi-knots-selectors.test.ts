import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makePhantom } from '../../cubes/phantom.js';
import { defaultPsi } from '../../engine/psi-default.js';
import { resampleKnots } from '../../engine/psi-knots.js';
import { freeParameters } from '../../engine/psi-parameters.js';
import { nearby } from './free.js';
import { knotsOf, sampled, xsOf } from './knots.js';

const test = suite('Ψ, what is free after its knots were resampled');

const extinctions = (...knots: number[]) => knots.map((k) => `channels.0.knots.${k}.extinction`);

test('frozen knots stay frozen, and so do new ones between two of them', () => {
  const psi = defaultPsi(makePhantom('ct', { size: 16 }));
  assert.equal(psi.parameters.freeze, extinctions(0, 1));
  const more = resampleKnots(psi, 16);
  const clear = knotsOf(more).flatMap(({ extinction }, k) => (extinction === 0 ? [k] : []));
  assert.ok(clear.length > 2);
  assert.equal(more.parameters.freeze, extinctions(...clear));
  assert.equal(more.parameters.free, psi.parameters.free);

  const fewer = resampleKnots(psi, 5);
  assert.is(knotsOf(fewer).filter(({ extinction }) => extinction === 0).length, 1);
  assert.equal(fewer.parameters.freeze, extinctions(0));
  for (const count of [2, 64]) {
    const parameters = freeParameters(resampleKnots(psi, count));
    const moved = parameters.toPsi(nearby(parameters, 5));
    assert.is(knotsOf(moved)[0]!.extinction, 0);
  }
});

test('paths of single knots follow them, with wildcards and whole knots too', () => {
  const psi = sampled(3, (x) => 10 * x);
  psi.channels.push(structuredClone(psi.channels[0]!));
  psi.parameters = {
    free: ['tone', 'channels.*.knots.1.color', 'channels.1.knots.2', 'channels.0.knots.*.x'],
    freeze: ['channels.0.knots.0.x', 'channels.0.knots.1.x', 'channels.1.knots.0.color.2'],
    tied: [],
  };
  const { free, freeze } = resampleKnots(psi, 5).parameters;
  const colors = (path: string) => [0, 1, 2].map((i) => `${path}.color.${i}`);
  assert.equal(free, [
    ...['tone', 'channels.0.knots.*.x'],
    ...colors('channels.0.knots.2'),
    ...colors('channels.1.knots.2'),
    // Between two knots that are free in their colours only.
    ...colors('channels.1.knots.3'),
    'channels.1.knots.4.x',
    ...colors('channels.1.knots.4'),
    'channels.1.knots.4.extinction',
  ]);
  assert.equal(freeze, [...[0, 1, 2].map((k) => `channels.0.knots.${k}.x`), 'channels.1.knots.0.color.2']);
  const two = resampleKnots(psi, 2).parameters;
  assert.equal(two.free.slice(0, 3), ['tone', 'channels.0.knots.*.x', 'channels.1.knots.1.x']);
  assert.equal(two.freeze, ['channels.0.knots.0.x', 'channels.1.knots.0.color.2']);
});

test('ties of single knots follow them, and go with them', () => {
  const psi = sampled(4, (x) => (x < 0.5 ? 0 : 150 * x - 90));
  psi.parameters.tied = [
    ['channels.0.knots.1.color', 'channels.0.knots.3.color'],
    extinctions(0, 3),
    ['background.top', 'background.bottom'],
  ];
  const { tied } = resampleKnots(psi, 7).parameters;
  const pair = (i: number) => [`channels.0.knots.2.color.${i}`, `channels.0.knots.6.color.${i}`];
  assert.equal(tied, [pair(0), pair(1), pair(2), extinctions(0, 6), ['background.top', 'background.bottom']]);
  const kept = xsOf(resampleKnots(psi, 2));
  assert.equal(kept, [1 / 3, 1], 'the first two are both clear');
  assert.equal(resampleKnots(psi, 2).parameters.tied.length, 4, 'the tie of the first one has gone');
});

test.run();
