import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Psi, parsePsi } from '../../engine/psi.js';
import { freeParameters, type Parameters } from '../../engine/psi-parameters.js';
import { keyOf, SCALARS } from '../../engine/psi-scalars.js';
import { toVector } from '../../engine/psi-vector.js';
import { seededRandom } from '../../random.js';
import { assertClose } from '../reference/assert-close.js';
import { getScalar } from '../reference/scalars.js';
import { constantKnots, knot, psiOf, richPsi } from '../reference/scenes.js';
import { refused } from '../refused.js';

const test = suite('Ψ, what is free');

/** Channels of four and three knots, all at their own values and none on a bound, where it couldn't move both ways. */
const rich = richPsi();
for (const channel of rich.channels) for (const k of channel.knots) k.extinction += 2;
rich.channels[1]!.knots.at(-1)!.x = 0.95;
const withTies = (...tied: string[][]): Psi => ({ ...structuredClone(rich), parameters: { free: [], tied } });

/** Reals about the start that a run of the optimizer may come to. */
function nearby({ start, project }: Parameters, seed: number, scale = 1): Float64Array {
  const random = seededRandom(seed);
  return project(start.map((real) => real + scale * random.normal()));
}

/** The scalars whose values differ between two documents of one shape. */
function changed(before: Psi, after: Psi): string[] {
  const [a, b] = [toVector(before), toVector(after)];
  assert.equal(a.paths, b.paths);
  return a.paths.filter((_, i) => !Object.is(a.values[i], b.values[i]));
}

const list = (prefix: string, ...ends: string[]) => ends.map((end) => `${prefix}.${end}`);
const TONE = list('tone', 'exposure', 'contrast', 'saturation', 'hue', 'gamma');

const selections: [what: string, free: string[], freeze: string[], names: string[]][] = [
  ['a group', ['tone'], [], TONE],
  ['one scalar', ['density'], [], ['density']],
  ['two groups in the order of the document, once each', ['tone', 'density', 'tone.hue'], [], ['density', ...TONE]],
  ['a group but one', ['tone'], ['tone.hue'], TONE.filter((path) => path !== 'tone.hue')],
  ['a wildcard', ['channels.*.gamma'], [], ['channels.0.gamma', 'channels.1.gamma']],
  ['a wildcard but one', ['channels.*.gamma'], ['channels.0'], ['channels.1.gamma']],
  [
    'two wildcards',
    ['channels.1.knots.*.color.*'],
    ['channels.*.knots.*.color.1'],
    [0, 1, 2].flatMap((k) => list(`channels.1.knots.${k}.color`, '0', '2')),
  ],
  [
    'a part of an ordered list',
    ['channels.0.knots.*.x'],
    ['channels.0.knots.1'],
    list('channels.0.knots', '0.x', '2.x', '3.x'),
  ],
  ['a window', ['channels.1.window'], [], list('channels.1.window', 'lo', 'hi')],
  ['a freeze of what is not free anyway', ['density'], ['camera', 'tone'], ['density']],
];
for (const [what, free, freeze, names] of selections) {
  test(`free: ${what}`, () => {
    const parameters = freeParameters(rich, free, freeze);
    assert.equal(parameters.names, names);
    assert.is(parameters.start.length, names.length);
    assert.equal(changed(rich, parameters.toPsi(nearby(parameters, 1))), names, 'what moves');
    assert.equal(parameters.notes, []);
  });
}

test('what a document says is free is, unless the caller says otherwise', () => {
  const psi = { ...rich, parameters: { free: ['tone.hue'], tied: [] } };
  assert.equal(freeParameters(psi).names, ['tone.hue']);
  assert.equal(freeParameters(psi, ['density']).names, ['density']);
});

test('a selector with and without gradients frees the former and notes the latter', () => {
  const { names, notes } = freeParameters(rich, ['channels.0']);
  assert.is(names.length, 2 + 1 + 4 * 5);
  assert.equal(notes, ['channels.*.gradientOpacity: frozen, no gradient yet']);
});

const refusals: [what: string, psi: Psi, free: string[], freeze: string[], says: RegExp][] = [
  ['the camera', rich, ['camera'], [], /^free: expected scalars that have a gradient, found 'camera'/],
  ['the clip box', rich, ['tone', 'clip.min'], [], /'clip\.min'/],
  ['shading', rich, ['shading.ambient'], [], /'shading\.ambient'/],
  ['an unknown path', rich, ['colour'], [], /expected a path into Ψ \(below channels, density,.*found 'colour'/],
  ['a path below a scalar', rich, ['density.x'], [], /'density\.x'/],
  ['a channel that is not there', rich, ['channels.2'], [], /'channels\.2'/],
  ['an empty path', rich, [''], [], /found ''/],
  ['steps, which are no scalar', rich, ['sampling.steps'], [], /'sampling\.steps'/],
  ['an unknown path to freeze', rich, ['tone'], ['tones'], /'tones'/],
  ['nothing', rich, [], [], /at least one free scalar/],
  ['nothing that is left', rich, ['tone'], ['tone'], /at least one free scalar/],
  ['a tie of an unknown path', withTies(['tone.hue', 'hue']), ['tone'], [], /'hue'/],
  [
    'a tie of unlike scalars',
    withTies(['tone.hue', 'density']),
    ['tone'],
    [],
    /tied: expected paths of the same kind, found 'tone\.hue' with 'density'/,
  ],
  [
    'a tie of lists of unlike length',
    withTies(['channels.0.knots', 'channels.1.knots']),
    ['tone'],
    [],
    /'channels\.0\.knots' with 'channels\.1\.knots'/,
  ],
  [
    'a tie of one end of a window',
    withTies(['channels.0.window.lo', 'channels.1.window.lo']),
    ['tone'],
    [],
    /a whole window or all knots, found 'channels\.0\.window\.lo'/,
  ],
  [
    'a tie of one knot',
    withTies(['channels.0.knots.1', 'channels.1.knots.1']),
    ['tone'],
    [],
    /a whole window or all knots/,
  ],
  [
    'a tie of a path with itself',
    withTies(['density', 'density']),
    ['density'],
    [],
    /each scalar once, found 'density' twice/,
  ],
  [
    'ties that overlap',
    withTies(
      list('channels.0.knots', '0.extinction', '1.extinction'),
      list('channels.0.knots', '1.extinction', '2.extinction'),
    ),
    ['density'],
    [],
    /'channels\.0\.knots\.1\.extinction' twice/,
  ],
];
for (const [what, psi, free, freeze, says] of refusals) {
  test(`refused: ${what}`, async () => {
    const error = await refused(() => freeParameters(psi, free, freeze));
    assert.is(error.code, 'usage');
    assert.match(error.message, says);
  });
}

test('the start is the document, and frozen scalars stay as they are to the bit', () => {
  const free = ['channels', 'density', 'background', 'tone'];
  const parameters = freeParameters(rich, free, ['tone.gamma', 'channels.1.knots.1']);
  const { paths, values } = toVector(rich);
  assertClose(toVector(parameters.toPsi(parameters.start)).values, values, 1e-12, 'Ψ at the start');
  for (const scale of [0.1, 1, 30]) {
    const psi = parameters.toPsi(nearby(parameters, 3, scale));
    for (const path of changed(rich, psi)) assert.ok(parameters.names.includes(path), `${path} is frozen and moved`);
    // Switches and the like are the document's, and the result is a document again.
    assert.equal(parsePsi(JSON.parse(JSON.stringify(psi))), psi);
    assert.equal([psi.parameters, psi.sampling, psi.camera], [rich.parameters, rich.sampling, rich.camera]);
  }
  assert.equal(toVector(rich), { paths, values }, 'the document itself is left alone');
});

test('projected reals give legal documents, however far out, and projecting twice changes nothing', () => {
  const parameters = freeParameters(rich, ['channels', 'density', 'background', 'tone']);
  for (const far of [1e2, 1e6, 1e300, Number.POSITIVE_INFINITY]) {
    for (const sign of [-1, 1]) {
      const reals = parameters.project(parameters.start.map((_, i) => (i % 3 === 0 ? -sign : sign) * far));
      assert.ok(reals.every(Number.isFinite), `${far}`);
      assert.equal(parameters.project(reals), reals);
      const psi = parameters.toPsi(reals);
      assert.equal(parsePsi(JSON.parse(JSON.stringify(psi))), psi, `${sign * far}`);
    }
  }
});

test('a start on a bound can leave it', () => {
  const psi = psiOf({ channels: [{ knots: constantKnots([0, 1, 0], 0) }] });
  const parameters = freeParameters(psi, ['channels.0.knots.*.color', 'channels.0.knots.*.extinction', 'background']);
  const { paths, values } = toVector(psi);
  assertClose(toVector(parameters.toPsi(parameters.start)).values, values, 1e-15, 'Ψ at the start');
  const { start, names } = parameters;
  const slopes = parameters.pullback(start, new Float64Array(paths.length).fill(1));
  for (const [i, name] of names.entries()) assert.ok(slopes[i]! > 1e-3, `${name} has the slope ${slopes[i]}`);
});

test('a channel that is off is not free', async () => {
  const psi = structuredClone(rich);
  psi.channels[0]!.enabled = false;
  assert.equal(freeParameters(psi, ['channels.*.gamma']).names, ['channels.1.gamma']);
  assert.match((await refused(() => freeParameters(psi, ['channels.0']))).message, /at least one free scalar/);
});

/** L(Ψ) = Σ a·sin(b·value + c), smooth, and different for each scalar. */
function smoothLoss(psi: Psi, seed: number) {
  const random = seededRandom(seed);
  const waves = toVector(psi).paths.map((path) => {
    const { bounds, bijection } = SCALARS[keyOf(path)];
    const period = bijection === 'asinh' ? 10 : bijection === 'log' ? 2 : bounds[1] - bounds[0];
    return { a: random.normal(), b: 2 / period, c: 6 * random.uniform() };
  });
  return {
    value: (at: Psi) => {
      const { values } = toVector(at);
      return waves.reduce((sum, { a, b, c }, i) => sum + a * Math.sin(b * values[i]! + c), 0);
    },
    gradient: (at: Psi) => {
      const { values } = toVector(at);
      return values.map((value, i) => waves[i]!.a * waves[i]!.b * Math.cos(waves[i]!.b * value + waves[i]!.c));
    },
  };
}

const pullbacks: [what: string, tied: string[][], freeze: string[]][] = [
  ['everything free', [], []],
  [
    'runs of ordered scalars between frozen ones',
    [],
    ['channels.0.knots.1.x', 'channels.0.window.hi', 'channels.1.knots.0.x'],
  ],
  [
    'ties of colours, windows and tone',
    [
      ['channels.0.window', 'channels.1.window'],
      ['channels.0.knots.0.color', 'channels.0.knots.1.color', 'channels.1.knots.2.color'],
      ['background.bottom', 'background.top'],
    ],
    [],
  ],
];
for (const [what, tied, freeze] of pullbacks) {
  test(`the pullback is that of differences: ${what}`, () => {
    const psi = withTies(...tied);
    const parameters = freeParameters(psi, ['channels', 'density', 'background', 'tone'], freeze);
    const loss = smoothLoss(psi, 11);
    const reals = nearby(parameters, 12, 0.1);
    const h = 1e-5;
    const at = (i: number, step: number) => loss.value(parameters.toPsi(reals.with(i, reals[i]! + step)));
    const differences = reals.map((_, i) => (at(i, h) - at(i, -h)) / (2 * h));
    const gradient = parameters.pullback(reals, loss.gradient(parameters.toPsi(reals)));
    assertClose(gradient, differences, 1e-8, 'dL/d(real)');
    assert.ok(
      differences.every((d) => d !== 0),
      'every real has a part in the loss',
    );
  });
}

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
