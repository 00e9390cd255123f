import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parsePsi } from '../../engine/psi.js';
import { freeParameters } from '../../engine/psi-parameters.js';
import { toVector } from '../../engine/psi-vector.js';
import { assertClose } from '../reference/assert-close.js';
import { getScalar } from '../reference/scalars.js';
import { constantKnots, knot, psiOf } from '../reference/scenes.js';
import { refused } from '../refused.js';
import { list, nearby, rich, withTies } from './free.js';

const test = suite('Ψ, ties and ordered runs');

test('tied scalars share a coordinate, follow the first and sum their gradients', () => {
  const psi = withTies(['channels.1.gamma', 'channels.0.gamma'], ['background.top', 'background.bottom']);
  const parameters = freeParameters(psi, ['channels.0.gamma', 'background.bottom.2']);
  // The first of a tie leads, wherever it stands in the document; freeing any of them frees the tie.
  assert.equal(parameters.names, ['channels.1.gamma=channels.0.gamma', 'background.top.2=background.bottom.2']);
  const atStart = parameters.toPsi(parameters.start);
  assertClose([atStart.channels[0]!.gamma], [rich.channels[1]!.gamma], 1e-12, 'gamma of the follower');
  assert.equal(atStart.background.bottom.slice(0, 2), rich.background.top.slice(0, 2), 'a frozen tie holds too');
  const moved = parameters.toPsi(nearby(parameters, 4));
  assert.is(moved.channels[0]!.gamma, moved.channels[1]!.gamma);
  assert.is(moved.background.top[2], moved.background.bottom[2]);
  assert.is.not(moved.channels[1]!.gamma, rich.channels[1]!.gamma);

  const { paths } = toVector(psi);
  const of = (...which: string[]) =>
    parameters.pullback(
      parameters.start,
      Float64Array.from(paths, (path) => Number(which.includes(path))),
    )[0]!;
  const [leader, follower] = [of('channels.1.gamma'), of('channels.0.gamma')];
  assert.ok(leader > 0);
  assert.is(follower, leader);
  assertClose([of('channels.0.gamma', 'channels.1.gamma')], [2 * leader], 1e-15, 'the sum');
});

test('tied ordered lists move together and keep their order', () => {
  const psi = structuredClone(rich);
  psi.channels[1]!.knots = psi.channels[0]!.knots.map(({ x }, k) => knot(x / 2, [0, 0.1 * k, 0], k));
  psi.parameters.tied = [['channels.0.knots.*.x', 'channels.1.knots.*.x']];
  const parameters = freeParameters(psi, ['channels.*.knots.*.x'], ['channels.1.knots.2.x']);
  // A member frozen by name freezes its whole tie.
  assert.equal(
    parameters.names,
    [0, 1, 3].map((k) => `channels.0.knots.${k}.x=channels.1.knots.${k}.x`),
  );
  const moved = parsePsi(parameters.toPsi(nearby(parameters, 5, 20)));
  const xs = moved.channels.map(({ knots }) => knots.map(({ x }) => x));
  assert.equal(xs[0], xs[1]);
  assert.is(xs[0]![2], psi.channels[0]!.knots[2]!.x);
});

const tieFreezes: [what: string, free: string[], freeze: string[], off: number | undefined, names: string[]][] = [
  ['its first member frozen', ['channels.*.gamma', 'density'], ['channels.0.gamma'], undefined, ['density']],
  ['another member frozen', ['channels.*.gamma', 'density'], ['channels.1.gamma'], undefined, ['density']],
  ['its first member in a channel that is off', ['channels.*.gamma'], [], 0, ['channels.0.gamma=channels.1.gamma']],
  ['another member in a channel that is off', ['channels.*.gamma'], [], 1, ['channels.0.gamma=channels.1.gamma']],
];
for (const [what, free, freeze, off, names] of tieFreezes) {
  test(`a tie with ${what}`, () => {
    const psi = withTies(['channels.0.gamma', 'channels.1.gamma']);
    if (off !== undefined) psi.channels[off]!.enabled = false;
    assert.equal(freeParameters(psi, free, freeze).names, names);
  });
}

test('a run of free ordered scalars stays between its frozen neighbours', () => {
  const parameters = freeParameters(rich, ['channels.0.knots.1.x', 'channels.0.knots.2.x', 'channels.1.window.lo']);
  for (const scale of [1, 1e3]) {
    const { channels } = parameters.toPsi(nearby(parameters, 6, scale));
    const xs = channels[0]!.knots.map(({ x }) => x);
    assert.ok(xs[0]! < xs[1]! && xs[1]! < xs[2]! && xs[2]! < xs[3]!, xs.join());
    assert.equal([xs[0], xs[3]], [0.05, 0.9]);
    assert.ok(channels[1]!.window.lo < 0.9 && channels[1]!.window.lo > -0.5);
  }
});

test('a run between frozen neighbours at the same place is frozen too, and noted', async () => {
  const knots = [0.2, 0.5, 0.5, 0.5, 0.8].map((x) => knot(x, [1, 1, 1], 1));
  const psi = psiOf({ channels: [{ knots }] });
  const freeze = ['channels.0.knots.1.x', 'channels.0.knots.3.x'];
  const parameters = freeParameters(psi, ['channels.0.knots.*.x'], freeze);
  assert.equal(parameters.names, list('channels.0.knots', '0.x', '4.x'));
  assert.equal(parameters.notes, ['channels.0.knots.2.x: frozen, no room between its frozen neighbours']);
  assert.is(getScalar(parameters.toPsi(nearby(parameters, 8)), 'channels.0.knots.2.x'), 0.5);
  assert.match(
    (await refused(() => freeParameters(psi, ['channels.0.knots.2.x']))).message,
    /at least one free scalar/,
  );

  // The same at the ends of the range.
  const ends = psiOf({ channels: [{ knots: constantKnots([1, 1, 1], 1) }] });
  ends.channels[0]!.knots.unshift(knot(0, [0, 0, 0], 0));
  assert.equal(freeParameters(ends, ['tone.hue', 'channels.0.knots.0.x']).names, ['tone.hue']);
});

test('a narrow run between frozen neighbours has room', () => {
  const psi = psiOf({ channels: [{ knots: [0.5, 0.5, 0.5 + 1e-12].map((x) => knot(x, [1, 1, 1], 1)) }] });
  const parameters = freeParameters(psi, ['channels.0.knots.1.x']);
  for (const scale of [0, 1, 100]) {
    const x = getScalar(parameters.toPsi(nearby(parameters, 9, scale)), 'channels.0.knots.1.x');
    assert.ok(x >= 0.5 && x <= 0.5 + 1e-12, `${x}`);
  }
});

test('coincident knots are moved apart when they are freed, and stay a document', () => {
  const psi = psiOf({ channels: [{ knots: Array.from({ length: 64 }, () => knot(0.5, [1, 1, 1], 1)) }] });
  const parameters = freeParameters(psi, ['channels.0.knots.*.x']);
  assert.ok(parameters.start.every(Number.isFinite));
  const xs = parsePsi(parameters.toPsi(parameters.start)).channels[0]!.knots.map(({ x }) => x);
  for (const [k, x] of xs.entries()) {
    assert.ok(k === 0 || x > xs[k - 1]!, 'strictly in order');
    assert.ok(Math.abs(x - 0.5) < 0.01, `knot ${k} is at ${x}`);
  }
});

test.run();
