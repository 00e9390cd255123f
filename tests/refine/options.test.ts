import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parsePsi } from '../../engine/psi.js';
import { toVector } from '../../engine/psi-vector.js';
import { REFINE_DEFAULTS, type RefineOptions } from '../../refine/index.js';
import { assertClose } from '../reference/assert-close.js';
import { refused } from '../refused.js';
import { init, run, SIZE } from './runs.js';

const test = suite('refine, options');

const refusals: [what: string, options: RefineOptions, code: string, says: RegExp][] = [
  ['an unknown loss', { loss: 'grem' }, 'usage', /'grem'/],
  ['an unknown path', { free: ['contrast'] }, 'usage', /'contrast'/],
  ['nothing free', { freeze: ['channels', 'density', 'background', 'tone'] }, 'usage', /at least one free scalar/],
  ['the sampling', { free: ['sampling'] }, 'usage', /'sampling'/],
  [
    'a Ψ of another cube',
    { init: parsePsi({ ...init, channels: [...init.channels, ...init.channels] }) },
    'bad-input',
    /expected 1 channels/,
  ],
  [
    'one of another cube among others',
    { init: [init, parsePsi({ ...init, channels: [...init.channels, ...init.channels] })] },
    'bad-input',
    /expected 1 channels/,
  ],
  ['no candidate', { init: [] }, 'usage', /^init: expected one Ψ or more, found an empty list/],
  ['more starts than candidates', { init: [init, init], starts: 3 }, 'usage', /^starts: .*candidates.*, 2, found 3/],
  ['more starts than the one Ψ', { starts: 2 }, 'usage', /^starts: .*, 1, found 2/],
];
for (const [what, options, code, says] of refusals) {
  test(`${what} is refused before the first event`, async () => {
    const seen: string[] = [];
    const error = await refused(() => run(options, ({ type }) => seen.push(type)));
    assert.is(error.code, code);
    assert.match(error.message, says);
    assert.equal(seen, []);
  });
}

type Numeric = 'starts' | 'size' | 'levels' | 'iterations' | 'learningRate' | 'seed' | 'checkpointEvery';
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const wrong: [name: Numeric, expected: RegExp, values: number[]][] = [
  ['size', /a whole number, 1 to 8192/, [1e9, 8193, 0, -3, 2.5, nan, infinity]],
  ['levels', /a whole number, 1 to 8/, [0, -1, 1.5, 9, nan, infinity]],
  ['starts', /a whole number from 1/, [0, -1, 1.5, nan, infinity]],
  ['iterations', /a whole number from 0/, [2.5, nan, -1, infinity, 1e300]],
  ['learningRate', /a positive number/, [nan, -1, 0, infinity]],
  ['seed', /a whole number/, [nan, 0.5, infinity, 1e300]],
  ['checkpointEvery', /a whole number from 1/, [0, -1, 1.5, nan]],
];
for (const [name, expected, values] of wrong) {
  for (const value of values) {
    test(`${name} ${value} is refused by its name before the first event`, async () => {
      const seen: string[] = [];
      const error = await refused(() => run({ [name]: value }, ({ type }) => seen.push(type)));
      assert.equal([error.code, error.parts.where, error.parts.found], ['usage', name, `${value}`], error.message);
      assert.match(error.parts.expected, expected);
      assert.equal(seen, []);
    });
  }
}

const right: RefineOptions[] = [
  { size: 1 },
  { size: 1, levels: 8 },
  { iterations: 1 },
  { learningRate: 1e-9 },
  { seed: -7 },
  { seed: Number.MAX_SAFE_INTEGER },
  { checkpointEvery: 1e6 },
];
for (const options of right) {
  test(`${JSON.stringify(options)} is taken`, async () => {
    const { done } = await run({ size: 4, iterations: 1, loss: 'swd', ...options });
    assert.equal([done.reason, done.iterations], ['iterations', 1]);
  });
}

test('no iteration gives the initial Ψ, its picture and a checkpoint', async () => {
  const { events, of, done, states } = await run({ iterations: 0 });
  assert.equal(
    events.map(({ type }) => type),
    ['start', 'checkpoint', 'done'],
  );
  assert.equal([done.reason, done.iterations, states[0]!.iteration], ['iterations', 0, 0]);
  const [before, after] = [toVector(init), toVector(done.psi)];
  assert.equal(after.paths, before.paths);
  assertClose(after.values, before.values, 1e-12, 'Ψ');
  assertClose(done.picture.data, of('start')[0]!.before.data, 1e-6, 'picture');
});

test('no iteration moves knots that coincide no farther than the least gap', async () => {
  const start = structuredClone(init);
  const [channel] = start.channels;
  const last = channel!.knots.at(-1)!;
  channel!.knots.push({ ...last }, { ...last });
  const { done } = await run({ init: start, iterations: 0 });
  const [before, after] = [start, done.psi].map((psi) => psi.channels[0]!.knots.map(({ x }) => x));
  // Each of n values is at most all n + 1 gaps of 1e-4, and half of each, off its place.
  assertClose(after!, before!, 1.5e-4 * (before!.length + 1), 'places');
  for (const [k, x] of after!.slice(1).entries()) assert.ok(x > after![k]!, `knots ${k} and ${k + 1} coincide`);
  const others = (psi: typeof start) => {
    const { paths, values } = toVector(psi);
    return values.filter((_, i) => !paths[i]!.endsWith('.x'));
  };
  assertClose(others(done.psi), others(start), 1e-12, 'everything else');
});

test('an option that is undefined takes its default', async () => {
  const undefinedOptions = Object.fromEntries(Object.keys(REFINE_DEFAULTS).map((name) => [name, undefined]));
  const { of } = await run({ ...undefinedOptions, size: 24, iterations: 1 });
  const { loss, seed } = of('start')[0]!;
  assert.equal([loss, seed], [REFINE_DEFAULTS.loss, REFINE_DEFAULTS.seed]);
  const whole = await run({ ...undefinedOptions, signal: AbortSignal.abort() });
  const { iterations, width, height } = whole.of('start')[0]!;
  assert.equal([iterations, width, height], [REFINE_DEFAULTS.iterations, REFINE_DEFAULTS.size, REFINE_DEFAULTS.size]);
  assert.is.not(REFINE_DEFAULTS.size, SIZE);
  assert.is(whole.checkpoints[0]!.inputs['learning rate'], `${REFINE_DEFAULTS.learningRate}`);
});

test.run();
