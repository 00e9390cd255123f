import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makePhantom } from '../../cubes/phantom.js';
import { type Psi, type PsiChannel, parsePsi } from '../../engine/psi.js';
import { defaultPsi } from '../../engine/psi-default.js';
import { resampleKnots } from '../../engine/psi-knots.js';
import { freeParameters } from '../../engine/psi-parameters.js';
import { EXTINCTION_PROFILES, randomPsi } from '../../engine/psi-random.js';
import { type Random, seededRandom } from '../../random.js';
import { assertClose } from '../reference/assert-close.js';
import { LIVE } from '../reference/branches.js';
import { classify } from '../reference/classify.js';
import { knot, psiOf } from '../reference/scenes.js';
import { refused } from '../refused.js';
import { nearby } from './free.js';
import { knotsOf, sampled, xsOf } from './knots.js';

type Knot = PsiChannel['knots'][number];

const test = suite('Ψ, number of knots');

/** Windowed intensities, with both ends. */
const GRID = Float64Array.from({ length: 1001 }, (_, i) => i / 1000);

/** Extinction and extinction·colour of a channel over the grid, four values a place, by the reference. */
function transfer(psi: Psi, channel: number, grid = GRID): Float64Array {
  const alone = { ...psi, channels: [{ ...psi.channels[channel]!, enabled: true }] };
  return Float64Array.from(
    [...grid.keys()].flatMap((at) => {
      const { extinction, red, green, blue } = classify(alone, [grid], null, at, LIVE);
      return [extinction, red, green, blue];
    }),
  );
}

/** The area between two transfer functions as the resampling counts it. */
function areaBetween(a: Psi, b: Psi, channel = 0): number {
  const [p, q] = [transfer(a, channel), transfer(b, channel)];
  const weights = [1, 1 / 3, 1 / 3, 1 / 3];
  return p.reduce((sum, value, i) => sum + weights[i % 4]! * Math.abs(value - q[i]!), 0) / GRID.length;
}

function assertSameFunctions(actual: Psi, expected: Psi, what: string): void {
  for (const c of expected.channels.keys()) {
    const [p, q] = [transfer(actual, c), transfer(expected, c)];
    const scale = Math.max(1, ...q);
    assertClose(
      p.map((value) => value / scale),
      q.map((value) => value / scale),
      1e-12,
      `${what}, channel ${c}`,
    );
  }
}

function randomKnots(random: Random, count: number): Knot[] {
  const xs = Array.from({ length: count }, random.uniform).sort((a, b) => a - b);
  return xs.map((x) => knot(x, [random.uniform(), random.uniform(), random.uniform()], random.between(0, 100)));
}

test('more knots are the same function, and the old ones are among them', () => {
  const random = seededRandom(1);
  const psi = psiOf({ channels: [2, 3, 8, 31].map((count) => ({ knots: randomKnots(random, count) })) });
  for (const count of [31, 32, 50, 64]) {
    const more = resampleKnots(psi, count);
    assert.equal(parsePsi(JSON.parse(JSON.stringify(more))), more);
    assertSameFunctions(more, psi, `${count} knots`);
    for (const [c, { knots }] of psi.channels.entries()) {
      assert.is(knotsOf(more, c).length, count);
      for (const old of knots) assert.ok(knotsOf(more, c).some((k) => JSON.stringify(k) === JSON.stringify(old)));
    }
  }
});

test('new knots halve the widest gaps, those between knots first', () => {
  const at = (...xs: number[]) => psiOf({ channels: [{ knots: xs.map((x) => knot(x, [1, 1, 1], x)) }] });
  assert.equal(xsOf(resampleKnots(at(0.125, 0.375, 0.875), 4)), [0.125, 0.375, 0.625, 0.875]);
  assert.equal(xsOf(resampleKnots(at(0, 0.75, 1), 5)), [0, 0.25, 0.5, 0.75, 1]);
  assert.equal(xsOf(resampleKnots(at(0.5, 0.75), 4)), [0.25, 0.5, 0.625, 0.75]);
  const fine = xsOf(resampleKnots(at(0.5, 0.5), 4));
  assert.equal(fine, [0.5, 0.5, 0.5, 0.5], 'where all coincide there is no gap');
});

test('more knots and then as many as before are the same function', () => {
  const template = defaultPsi(makePhantom('fluorescence', { size: 16 }));
  for (const profile of EXTINCTION_PROFILES) {
    const psi = randomPsi(template, seededRandom(2), profile);
    for (const count of [9, 24, 64]) {
      const back = resampleKnots(resampleKnots(psi, count), 8);
      assertSameFunctions(back, psi, `${profile}, by ${count} knots`);
    }
  }
});

test('the same count is the same document', () => {
  const psi = defaultPsi(makePhantom('ct', { size: 16 }));
  const same = resampleKnots(psi, 8);
  assert.equal(same, psi);
  assert.is.not(same, psi);
});

test('fewer knots of a smooth function are near it', () => {
  const smooth = sampled(64, (x) => 50 * (1 + Math.sin(5 * x)));
  const whole = areaBetween(
    smooth,
    sampled(64, () => 0),
  );
  for (const [count, share] of [
    [24, 0.002],
    [12, 0.01],
    [6, 0.05],
  ] as const) {
    const area = areaBetween(resampleKnots(smooth, count), smooth);
    assert.ok(area < share * whole, `${count} knots: ${area / whole} of the function`);
  }
});

test('fewer knots of a spiky function are better than evenly spaced ones, and than any other choice', () => {
  const random = seededRandom(3);
  for (let trial = 0; trial < 5; trial++) {
    const spikes = new Set(Array.from({ length: 4 }, () => random.index(64)));
    const spiky = sampled(64, (x) => (spikes.has(Math.round(63 * x)) ? 100 : 1));
    const fewer = resampleKnots(spiky, 15);
    const evenly = { ...spiky, channels: [{ ...spiky.channels[0]!, knots: [] as Knot[] }] };
    for (let k = 0; k < 15; k++) evenly.channels[0]!.knots.push(knotsOf(spiky)[Math.round((63 * k) / 14)]!);
    const [area, even] = [areaBetween(fewer, spiky), areaBetween(evenly, spiky)];
    assert.ok(area < 0.1 * even, `${area}, evenly ${even}`);
  }

  const psi = psiOf({ channels: [{ knots: randomKnots(random, 9) }] });
  const best = areaBetween(resampleKnots(psi, 5), psi);
  for (let set = 0; set < 2 ** 9; set++) {
    const some = knotsOf(psi).filter((_, k) => (set >> k) % 2 === 1);
    // What voxels beyond the window take is kept.
    if (some.length !== 5 || set % 2 === 0 || set < 2 ** 8) continue;
    const area = areaBetween({ ...psi, channels: [{ ...psi.channels[0]!, knots: some }] }, psi);
    assert.ok(area > 0.98 * best, `${set.toString(2)}: ${area}, chosen ${best}`);
  }
});

test('two knots keep what voxels beyond the window take', () => {
  const psi = psiOf({
    channels: [
      { knots: [0, 0.001, 0.5, 0.999, 1].map((x, k) => knot(x, [1, 1, 1], [0, 80, 80, 80, 5][k]!)) },
      { knots: [0, 0.1, 0.2, 0.4, 0.9].map((x, k) => knot(x, [k / 4, 1, 1], [0, 0, 0, 1, 9][k]!)) },
    ],
  });
  const two = resampleKnots(psi, 2);
  assert.equal(two, parsePsi(two));
  assert.equal(
    knotsOf(two).map(({ extinction }) => extinction),
    [0, 5],
  );
  // Clear knots are alike whatever their colour, so the last of them serves; the last ones here are not alike.
  assert.equal(xsOf(two, 1), [0.2, 0.9]);
});

test('the ends stay as they are with a jump on them, whatever the area', () => {
  const white = (places: [x: number, extinction: number][]) =>
    psiOf({ channels: [{ knots: places.map(([x, extinction]) => knot(x, [1, 1, 1], extinction)) }] });
  const cases: [psi: Psi, count: number][] = [
    [
      white([
        [0, 0],
        [0, 10],
        [0, 0],
        [0.02, 20],
        [0.04, 10],
        [1, 11],
      ]),
      3,
    ],
    [
      white([
        [0, 0],
        [1, 0],
        [1, 10],
      ]),
      2,
    ],
  ];
  const ends = Float64Array.of(0, 1);
  for (const [psi, count] of cases) {
    assert.equal([...transfer(resampleKnots(psi, count), 0, ends)], [...transfer(psi, 0, ends)]);
  }
});

test('coincident knots stay a jump', () => {
  const step = (...xs: number[]) =>
    psiOf({ channels: [{ knots: xs.map((x, k) => knot(x, [0.1 * k, 0.5, 1], 10 * k)) }] });
  const cases = [
    step(0.25, 0.5, 0.5, 0.75),
    step(0.25, 0.5, 0.5, 0.5, 1),
    step(0, 0, 0.5),
    step(0.5, 1, 1),
    step(0.5, 0.5),
    step(0.5, 0.5, 0.5),
    step(0, 0),
    step(0, 0, 0),
    step(1, 1, 1),
  ];
  for (const psi of cases) {
    for (const count of [8, 64]) {
      assertSameFunctions(resampleKnots(psi, count), psi, `knots at ${xsOf(psi)}, ${count} of them`);
      const size = knotsOf(psi).length;
      assertSameFunctions(resampleKnots(resampleKnots(psi, count), size), psi, `knots at ${xsOf(psi)}, and back`);
    }
  }
  // The one in the middle of three is never seen, nor is the first of two at 0.
  const five = cases[1]!;
  assertSameFunctions(resampleKnots(five, 4), five, 'without the one in the middle');
  assertSameFunctions(resampleKnots(cases[2]!, 2), cases[2]!, 'without the first at 0');
});

test('channels with tied lists of knots are resampled alike, so that the tie holds', () => {
  const random = seededRandom(6);
  const first = randomKnots(random, 12);
  const second = randomKnots(random, 12).map((k, i) => ({ ...k, x: first[i]!.x }));
  const psi = psiOf({ channels: [{ knots: first }, { knots: randomKnots(random, 12) }, { knots: second }] });
  psi.parameters.tied = [['channels.0.knots.*.x', 'channels.2.knots.*.x']];
  for (const count of [5, 30]) {
    const resampled = resampleKnots(psi, count);
    assert.equal(xsOf(resampled, 0), xsOf(resampled, 2));
    assert.not.equal(xsOf(resampled, 0), xsOf(resampled, 1));
    assert.equal(resampled.parameters.tied, psi.parameters.tied);
    const parameters = freeParameters(resampled, ['channels']);
    const { channels } = parameters.toPsi(nearby(parameters, 7));
    assert.equal(
      channels[0]!.knots.map(({ x }) => x),
      channels[2]!.knots.map(({ x }) => x),
    );
    if (count > 12) assertSameFunctions(resampled, psi, 'tied channels');
  }
});

test('the same Ψ and count give the same document', () => {
  const psi = psiOf({ channels: [{ knots: randomKnots(seededRandom(8), 40) }] });
  const before = structuredClone(psi);
  assert.equal(resampleKnots(psi, 7), resampleKnots(psi, 7));
  assert.equal(psi, before, 'what was given is left as it was');
});

for (const count of [1, 65, 2.5, Number.NaN]) {
  test(`${count} knots are refused`, async () => {
    const psi = sampled(4, () => 1);
    const error = await refused(() => resampleKnots(psi, count));
    assert.is(error.code, 'usage');
    assert.match(error.message, /knots: expected a whole number from 2 to 64/);
  });
}

test.run();
