import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parsePsi } from '../../engine/psi.js';
import { keyOf, SCALARS } from '../../engine/psi-scalars.js';
import { fromVector, toVector } from '../../engine/psi-vector.js';
import { refused } from '../refused.js';
import { edited, knots, MINIMAL } from './documents.js';

const test = suite('Ψ');

test('a document that says the least gets every default', () => {
  const psi = parsePsi(MINIMAL);
  const { paths, values } = toVector(psi);
  for (const [i, path] of paths.entries()) {
    if (!path.includes('.knots.')) assert.is(values[i], SCALARS[keyOf(path)].default, path);
  }
  assert.equal(psi.channels[0]!.knots, MINIMAL.channels[0]!.knots);
  assert.is(psi.channels[0]!.enabled, true);
  assert.equal(psi.sampling, { rate: 1, steps: null, interpolation: 'linear', jitter: false, storage: 'auto' });
  assert.equal(psi.parameters, { free: [], freeze: [], tied: [] });
  assert.equal(MINIMAL.channels[0]!.knots.length, 2, 'the document itself is left alone');
});

// What is wrong, at which path of the document, and the field that the error names.
const refusals: [what: string, path: string, value: unknown, says: string | RegExp][] = [
  ['an unknown key', 'contrast', 1, /at document: .*"contrast"/],
  ['a misspelt key', 'tone.exposre', 1, /at tone: .*"exposre"/],
  ['an unknown key of a knot', 'channels.0.knots.1.alpha', 1, /at channels\.0\.knots\.1: .*"alpha"/],
  ['a key of two lines', 'a\nb', 1, /at document/],
  ['another version', 'version', 2, 'at version'],
  ['a version as text', 'version', '1', 'at version'],
  ['no version', 'version', undefined, 'at version'],
  ['no channel', 'channels', [], 'at channels'],
  ['nine channels', 'channels', Array(9).fill(MINIMAL.channels[0]), 'at channels'],
  ['one knot', 'channels.0.knots', knots(0.5), 'at channels.0.knots'],
  ['65 knots', 'channels.0.knots', knots(...Array(65).fill(0.5)), 'at channels.0.knots'],
  ['knots out of order', 'channels.0.knots', knots(0.2, 0.6, 0.5, 0.9), /at channels\.0\.knots: .*order/],
  ['an empty window', 'channels.0.window', { lo: 0.4, hi: 0.4 }, /at channels\.0\.window: .*less than/],
  ['a window upside down', 'channels.0.window', { lo: 0.6, hi: 0.4 }, /at channels\.0\.window: .*less than/],
  ['a window above the default end', 'channels.0.window.lo', 1.2, /at channels\.0\.window: .*less than/],
  ['a clip box without inside', 'clip', { min: [0, 0.5, 0], max: [1, 0.5, 1] }, /at clip: .*less than/],
  ['a colour of two', 'background.top', [0, 0], 'at background.top'],
  ['a colour of four', 'background.top', [0, 0, 0, 0], 'at background.top'],
  ['NaN', 'tone.hue', Number.NaN, 'at tone.hue'],
  ['infinity', 'density', Number.POSITIVE_INFINITY, 'at density'],
  ['a number as text', 'density', '1', 'at density'],
  ['null', 'density', null, 'at density'],
  ['half a step', 'sampling.steps', 10.5, 'at sampling.steps'],
  ['no step', 'sampling.steps', 0, 'at sampling.steps'],
  ['an unknown interpolation', 'sampling.interpolation', 'cubic', 'at sampling.interpolation'],
  ['a tie of one', 'parameters.tied', [['density']], 'at parameters.tied.0'],
];
for (const [what, path, value, says] of refusals) {
  test(`${what} is refused`, async () => {
    const { code, parts, message } = await refused(() => parsePsi(edited(path, value), 'look.psi.json'));
    assert.equal([code, parts.where], ['bad-input', 'look.psi.json'], message);
    if (typeof says === 'string')
      assert.ok(parts.found.startsWith(`${says}:`) || parts.found.startsWith(`${says}.`), message);
    else assert.match(parts.found, says);
  });
}

for (const document of [undefined, null, 1, 'psi', [], {}]) {
  test(`${JSON.stringify(document)} is no document`, async () => {
    assert.is((await refused(() => parsePsi(document))).code, 'bad-input');
  });
}

test('every scalar is refused beyond its bounds, by its path, and taken on them', async () => {
  for (const [key, { bounds }] of Object.entries(SCALARS)) {
    const path = key.replace(/(channels|knots)\.\*/g, '$1.0').replace('*', '1');
    const whole = toDocument(path);
    for (const [value, beyond] of [
      [bounds[0], bounds[0] - 1e-6],
      [bounds[1], bounds[1] + 1e-6],
    ] as const) {
      const { parts } = await refused(() => parsePsi(whole(beyond)));
      assert.ok(parts.found.startsWith(`at ${path}: `), `${path} = ${beyond}: ${parts.found}`);
      // On a bound, an ordered scalar or a clip plane may be out of order with its neighbour; nothing else is wrong with it.
      try {
        parsePsi(whole(value));
      } catch (error) {
        assert.match((error as Error).message, /order|less than/, `${path} = ${value}`);
      }
    }
  }
});

/** Documents with every scalar written down and one of them replaced. */
function toDocument(path: string): (value: number) => unknown {
  const psi = parsePsi(MINIMAL);
  const { paths, values } = toVector(psi);
  const at = paths.indexOf(path);
  assert.ok(at >= 0, `a document has no ${path}`);
  return (value) => fromVector(psi, values.with(at, value));
}

test.run();
