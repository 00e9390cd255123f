import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { makePhantom } from '../../cubes/phantom.js';
import { type Psi, parsePsi, psiSchema } from '../../engine/psi.js';
import { defaultPsi, intensityQuantiles } from '../../engine/psi-default.js';
import { EXTINCTION_PROFILES, randomPsi } from '../../engine/psi-random.js';
import { keyOf, SCALARS, type ScalarKey, type ScalarSpec } from '../../engine/psi-scalars.js';
import { fromVector, matches, toVector } from '../../engine/psi-vector.js';
import { type Random, seededRandom } from '../../random.js';
import { refused } from '../refused.js';

const test = suite('Ψ');

/** All that a document has to say. */
const MINIMAL = {
  version: 1,
  channels: [
    {
      knots: [
        { x: 0.25, color: [0.1, 0.2, 0.3], extinction: 0 },
        { x: 0.75, color: [0.4, 0.5, 0.6], extinction: 9 },
      ],
    },
  ],
};

type Node = Record<string, unknown>;

/** A copy of the minimal document with `value` at a path, which is made if need be. */
function edited(path: string, value: unknown): unknown {
  const copy: Node = structuredClone(MINIMAL);
  const steps = path.split('.');
  const last = steps.pop()!;
  let node = copy;
  for (const step of steps) {
    node[step] ??= {};
    node = node[step] as Node;
  }
  node[last] = value;
  return copy;
}

const knots = (...xs: number[]) => xs.map((x) => ({ x, color: [0, 0, 0], extinction: 1 }));

/** Every scalar drawn from its bounds; `counts` knots a channel. */
function randomDocument(random: Random, counts: readonly number[]): Psi {
  const template = parsePsi({
    ...MINIMAL,
    channels: counts.map((n) => ({ knots: knots(...Array(n).keys()).map((k) => ({ ...k, x: k.x / n })) })),
  });
  const { paths, values } = toVector(template);
  const psi = fromVector(
    template,
    values.map((_, i) => random.between(...SCALARS[keyOf(paths[i]!)].bounds)),
  );
  for (const [c, channel] of psi.channels.entries()) {
    const [lo, hi] = [channel.window.lo, channel.window.hi].sort((a, b) => a - b);
    channel.window = { lo: lo!, hi: hi! };
    const xs = channel.knots.map(({ x }) => x).sort((a, b) => a - b);
    for (const [k, knot] of channel.knots.entries()) knot.x = xs[k]!;
    channel.enabled = c % 2 === 0;
  }
  for (const axis of [0, 1, 2]) {
    const ends = [psi.clip.min[axis]!, psi.clip.max[axis]!];
    psi.clip.min[axis] = Math.min(...ends);
    psi.clip.max[axis] = Math.max(...ends);
  }
  psi.sampling.steps = random.index(2) === 0 ? null : 1 + random.index(500);
  psi.parameters = { free: ['tone', 'channels.0'], tied: [['tone.gamma', 'tone.contrast']] };
  return psi;
}

/** The seeds and the numbers of knots of the random documents: 1 to 4 channels. */
const DOCUMENTS: [seed: number, ...counts: number[]][] = [
  [1, 2],
  [2, 8, 8],
  [3, 2, 64, 5],
  [4, 3, 2, 17, 8],
];

test('a document that says the least gets every default', () => {
  const psi = parsePsi(MINIMAL);
  const { paths, values } = toVector(psi);
  for (const [i, path] of paths.entries()) {
    if (!path.includes('.knots.')) assert.is(values[i], SCALARS[keyOf(path)].default, path);
  }
  assert.equal(psi.channels[0]!.knots, MINIMAL.channels[0]!.knots);
  assert.is(psi.channels[0]!.enabled, true);
  assert.equal(psi.sampling, { rate: 1, steps: null, interpolation: 'linear', storage: 'float32' });
  assert.equal(psi.parameters, { free: [], tied: [] });
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

for (const [seed, ...counts] of DOCUMENTS) {
  test(`a document of ${counts.join(', ')} knots survives JSON and the vector`, () => {
    const psi = randomDocument(seededRandom(seed), counts);
    const text = JSON.stringify(psi);
    assert.is(JSON.stringify(parsePsi(JSON.parse(text))), text);
    // The order of a document's keys is no matter.
    assert.is(JSON.stringify(parsePsi(backwards(psi))), text);

    const { paths, values } = toVector(psi);
    assert.is(JSON.stringify(fromVector(psi, values)), text);
    assert.is(new Set(paths).size, values.length);
    const moved = values.map((value, i) => value + i);
    const other = fromVector(psi, moved);
    assert.equal(toVector(other), { paths, values: moved });
    assert.is(JSON.stringify(psi), text, 'the template is left alone');
    assert.equal({ ...other.sampling, rate: 0 }, { ...psi.sampling, rate: 0 }, "what is no scalar is the template's");
    for (const length of [0, values.length - 1, values.length + 1]) {
      assert.throws(() => fromVector(psi, new Float64Array(length)), /fromVector: Ψ has \d+ scalars/);
    }
  });
}

/** The same with the keys of every object in the other order. */
function backwards(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return Array.isArray(value) ? value.map(backwards) : value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, part]) => [key, backwards(part)]),
  );
}

test('the numbers of a document are its scalars, its version and its steps', () => {
  const psi = parsePsi(edited('sampling.steps', 99));
  const numbers = (node: unknown, path: string): string[] =>
    typeof node === 'number'
      ? [path]
      : typeof node === 'object' && node !== null
        ? Object.entries(node).flatMap(([key, part]) => numbers(part, path === '' ? key : `${path}.${key}`))
        : [];
  const all = numbers(psi, '');
  const { paths } = toVector(psi);
  assert.equal(
    all.filter((path) => !paths.includes(path)),
    ['version', 'sampling.steps'],
  );
  assert.equal([...new Set(paths.map(keyOf))].sort(), (Object.keys(SCALARS) as ScalarKey[]).sort());
});

test('the table of scalars makes sense', () => {
  for (const [key, spec] of Object.entries<ScalarSpec>(SCALARS)) {
    const [low, high] = spec.bounds;
    assert.ok(low < high && low <= spec.default && spec.default <= high && spec.pace > 0 && spec.about !== '', key);
    if (spec.bijection === 'log') assert.ok(low > 0, key);
    if (spec.bijection === 'asinh') assert.ok(low >= 0, key);
  }
});

interface SchemaNode {
  properties?: Record<string, SchemaNode>;
  items?: SchemaNode | false;
  prefixItems?: SchemaNode[];
  additionalProperties?: unknown;
  anyOf?: SchemaNode[];
  minimum?: number;
  maximum?: number;
  default?: unknown;
  description?: string;
}

test('the JSON Schema lists every scalar with its bounds and says no to unknown keys', () => {
  const schema = z.toJSONSchema(psiSchema, { io: 'input' }) as SchemaNode;
  for (const [key, { bounds, about, unit, default: initial }] of Object.entries(SCALARS)) {
    let node: SchemaNode | undefined = schema;
    let whole: SchemaNode | undefined;
    for (const step of key.split('.')) {
      if (step === '*' && node?.prefixItems) whole = node;
      node = step === '*' ? node?.items || node?.prefixItems?.[2] : node?.properties?.[step];
    }
    assert.ok(node, `the schema has no ${key}`);
    assert.equal([node.minimum, node.maximum], [...bounds], key);
    assert.ok(node.description!.includes(about) && node.description!.includes(unit), key);
    if (key.includes('.knots.')) continue;
    assert.equal(whole ? whole.default : node.default, whole ? [initial, initial, initial] : initial, key);
  }
  const objects = (node: SchemaNode): SchemaNode[] => [
    ...(node.properties ? [node] : []),
    ...[...Object.values(node.properties ?? {}), ...(node.items ? [node.items] : [])].flatMap(objects),
  ];
  const all = objects(schema);
  assert.ok(all.length >= 12, `${all.length} objects`);
  for (const { additionalProperties, properties } of all)
    assert.is(additionalProperties, false, Object.keys(properties!).join());
});

const selectors: [selector: string, path: string, matched: boolean][] = [
  ['tone', 'tone.hue', true],
  ['tone.hue', 'tone.hue', true],
  ['tone.hue.x', 'tone.hue', false],
  ['ton', 'tone.hue', false],
  ['', 'tone.hue', false],
  ['*', 'tone.hue', true],
  ['*.hue', 'tone.hue', true],
  ['channels.*.gamma', 'channels.3.gamma', true],
  ['channels.1', 'channels.10.gamma', false],
  ['channels.*.knots.*.x', 'channels.0.knots.7.x', true],
  ['channels.*.knots.*.x', 'channels.0.knots.7.extinction', false],
];
for (const [selector, path, matched] of selectors) {
  test(`'${selector}' ${matched ? 'names' : 'does not name'} ${path}`, () =>
    assert.is(matches(selector, path), matched));
}

for (const kind of ['ct', 'fluorescence'] as const) {
  test(`the default and random Ψ of a ${kind} phantom are documents that say what may change`, () => {
    const cube = makePhantom(kind, { size: 16 });
    const psi = defaultPsi(cube);
    assert.equal(parsePsi(JSON.parse(JSON.stringify(psi))), psi);
    assert.equal(
      psi.channels.map(({ name }) => name),
      cube.channels.map(({ name }) => name),
    );
    assert.ok(psi.parameters.free.length > 0);
    for (const profile of EXTINCTION_PROFILES) {
      const drawn = randomPsi(psi, seededRandom(7), profile);
      assert.equal(parsePsi(JSON.parse(JSON.stringify(drawn))), drawn, profile);
      assert.equal(randomPsi(psi, seededRandom(7), profile), drawn, 'the same seed, the same Ψ');
      assert.not.equal(randomPsi(psi, seededRandom(8), profile), drawn);
      assert.equal([drawn.camera, drawn.sampling], [psi.camera, psi.sampling]);
    }
  });
}

test('quantiles are those of the sorted samples, to a bin', () => {
  const random = seededRandom(5);
  const samples = Int16Array.from({ length: 5000 }, () => -1000 + 3000 * random.uniform() ** 3);
  const sorted = [...samples].sort((a, b) => a - b);
  const range = [sorted[0]!, sorted.at(-1)!] as const;
  const shares = [0, 0.02, 0.5, 0.998, 1];
  for (const [i, found] of intensityQuantiles({ name: '', samples, range }, shares).entries()) {
    const at = sorted[Math.max(0, Math.ceil(shares[i]! * sorted.length) - 1)]!;
    assert.ok(Math.abs(found - (at - range[0]) / (range[1] - range[0])) <= 1 / 4096, `${shares[i]}: ${found}`);
  }
});

test.run();
