import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Psi, parsePsi } from '../../engine/psi.js';
import { keyOf, SCALARS, type ScalarKey } from '../../engine/psi-scalars.js';
import { fromVector, matches, toVector } from '../../engine/psi-vector.js';
import { type Random, seededRandom } from '../../random.js';
import { edited, knots, MINIMAL } from './documents.js';

const test = suite('Ψ, vector');

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
  psi.parameters = { free: ['tone', 'channels.0'], freeze: ['tone.hue'], tied: [['tone.gamma', 'tone.contrast']] };
  return psi;
}

/** The seeds and the numbers of knots of the random documents: 1 to 4 channels. */
const DOCUMENTS: [seed: number, ...counts: number[]][] = [
  [1, 2],
  [2, 8, 8],
  [3, 2, 64, 5],
  [4, 3, 2, 17, 8],
];

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

test.run();
