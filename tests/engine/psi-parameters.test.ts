import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Psi, parsePsi } from '../../engine/psi.js';
import { freeParameters } from '../../engine/psi-parameters.js';
import { toVector } from '../../engine/psi-vector.js';
import { assertClose } from '../reference/assert-close.js';
import { constantKnots, psiOf } from '../reference/scenes.js';
import { refused } from '../refused.js';
import { list, nearby, rich, withTies } from './free.js';

const test = suite('Ψ, what is free');

/** The scalars whose values differ between two documents of one shape. */
function changed(before: Psi, after: Psi): string[] {
  const [a, b] = [toVector(before), toVector(after)];
  assert.equal(a.paths, b.paths);
  return a.paths.filter((_, i) => !Object.is(a.values[i], b.values[i]));
}

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
  const psi = { ...rich, parameters: { free: ['tone.hue', 'tone.gamma'], freeze: ['tone.gamma'], tied: [] } };
  assert.equal(freeParameters(psi).names, ['tone.hue']);
  assert.equal(freeParameters(psi, ['density']).names, ['density']);
  // What the document freezes is taken back from what it frees, and from nothing else.
  assert.equal(freeParameters(psi, ['tone.gamma']).names, ['tone.gamma']);
  const all = { ...psi, parameters: { ...psi.parameters, free: ['tone'] } };
  const names = TONE.filter((path) => path !== 'tone.gamma');
  assert.equal(freeParameters(all).names, names);
  assert.equal(
    freeParameters(all, undefined, ['tone.hue']).names,
    names.filter((path) => path !== 'tone.hue'),
  );
});

test('a selector with and without gradients frees the former and notes the latter', () => {
  const { names, notes } = freeParameters(rich, ['*']);
  const others = toVector(rich).paths.filter((path) => path !== 'sampling.rate');
  assert.equal([...names].sort(), others.sort());
  assert.equal(notes, ['sampling.rate: frozen, it has no gradient']);
});

test('the ends of the clip box stay in their order and may leave their bounds', () => {
  const free = (psi: Psi, ...paths: string[]) => freeParameters(psi, paths);
  const both = free(rich, 'clip');
  assert.equal(
    both.names,
    list('clip.min', '0', '1', '2')
      .concat(list('clip.max', '0', '1', '2'))
      .sort(byAxis),
  );
  const far = both.toPsi(both.project(Float64Array.from([9, -9, 9, -9, 9, -9])));
  for (const axis of [0, 1, 2]) {
    const width = far.clip.max[axis]! - far.clip.min[axis]!;
    assert.ok(width > 0.99e-3 && width < 1.1e-3, `crossed ends meet, ${width} apart`);
  }
  const halved = { ...rich, clip: { min: [0, 0.2, 0], max: [0.5, 1, 1] } } as Psi;
  const one = free(halved, 'clip.min.0', 'clip.max.1');
  const most = one.toPsi(one.project(Float64Array.from([99, -99])));
  assert.ok(Math.abs(most.clip.min[0] - 0.499) < 1e-12 && Math.abs(most.clip.max[1] - 0.201) < 1e-12);
  const { min, max } = one.toPsi(one.start).clip;
  assertClose([...min, ...max], [0, 0.2, 0, 0.5, 1, 1], 1e-15, 'the start is the document’s');
  const near = { ...rich, clip: { min: [0.0029, 0, 0], max: [0.003, 1, 1] } } as Psi;
  assert.ok(free(near, 'clip.min.0').start.every(Number.isFinite), 'ends nearer than the least width');
  const touching = { ...rich, clip: { min: [0, 0, 0], max: [0.0005, 1, 1] } } as Psi;
  assert.equal(free(touching, 'clip.min.0', 'density').notes, [
    'clip.min.0: frozen, no room between its frozen neighbours',
  ]);
});

test('what is free without an effect is noted', () => {
  const plain = { ...rich, channels: rich.channels.map((channel) => ({ ...channel, gradientOpacity: 0 })) };
  const notes = (psi: Psi, ...paths: string[]) => freeParameters(psi, paths).notes.map((note) => note.split(':')[0]);
  assert.equal(notes(plain, 'lights', 'surface'), ['lights', 'surface']);
  assert.equal(notes(rich, 'lights', 'surface'), ['lights'], 'gradient opacity asks how steep a surface is');
  assert.equal(notes(plain, 'lights', 'surface', 'shading.diffuse'), []);
  assert.equal(notes({ ...plain, shading: { ...plain.shading, specular: 0.1 } }, 'lights', 'surface'), []);
});

test('the field of view of an orthographic camera is no scalar to free', () => {
  const perspective = { ...rich, camera: { ...rich.camera, fov: 40 } };
  assert.equal(freeParameters(perspective, ['camera.fov']).names, ['camera.fov']);
  const flat = { ...rich, camera: { ...rich.camera, fov: 0 } };
  const { names, notes } = freeParameters(flat, ['camera']);
  assert.not.ok(names.includes('camera.fov'));
  assert.equal(notes, ['camera.fov: frozen, the camera is orthographic']);
  assert.throws(() => freeParameters(flat, ['camera.fov']), /none; camera\.fov: frozen, the camera is orthographic/);
});

/** Blocks come in the order of their first members: each axis' ends together. */
const byAxis = (a: string, b: string) => Number(a.at(-1)) - Number(b.at(-1)) || b.localeCompare(a);

const refusals: [what: string, psi: Psi, free: string[], freeze: string[], says: RegExp][] = [
  [
    'the rate of sampling',
    rich,
    ['tone', 'sampling.rate'],
    [],
    /^free: expected scalars that have a gradient, found 'sampling\.rate'/,
  ],
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
    /a whole window, all knots, or both clip planes of an axis, found 'channels\.0\.window\.lo'/,
  ],
  [
    'a tie of one knot',
    withTies(['channels.0.knots.1', 'channels.1.knots.1']),
    ['tone'],
    [],
    /a whole window, all knots/,
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

test.run();
