import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drawCurves } from '../../../bench/amortised/chart.js';
import { curvePoints } from '../../../bench/amortised/curves.js';
import { formatSummary } from '../../../bench/amortised/format.js';
import { rowError } from '../../../bench/amortised/gauges.js';
import { bestSoFar, reached } from '../../../bench/amortised/refined.js';
import { quantile, summarise } from '../../../bench/amortised/summary.js';
import { outcome, record } from './fixtures.js';

const test = suite('bench amortised: summary');
const NEVER = Number.POSITIVE_INFINITY;

test('quantiles are linear between neighbours, and infinite beyond what is finite', () => {
  assert.is(quantile([], 0.5), undefined);
  assert.is(quantile([3], 0.9), 3);
  assert.is(quantile([4, 1, 2, 3], 0.5), 2.5);
  assert.ok(Math.abs(quantile([10, 20, 30], 0.9)! - 28) < 1e-9);
  assert.is(quantile([1, NEVER, 2], 0.5), 2);
  assert.is(quantile([1, NEVER], 0.5), NEVER);
  assert.is(quantile([NEVER, NEVER, 1], 0.5), NEVER);
});

test('a loss is reached when the best so far first is no higher', () => {
  const curve = { iterations: [0, 1, 2, 3], losses: [4, 2, 3, 1], seconds: [0.5, 1, 1.5, 2] };
  assert.equal(bestSoFar(curve), [4, 2, 2, 1]);
  assert.equal(reached(curve, 2.5), { iterations: 1, seconds: 1 });
  assert.equal(reached(curve, 1), { iterations: 3, seconds: 2 });
  assert.equal(reached(curve, 5), { iterations: 0, seconds: 0.5 });
  assert.is(reached(curve, 0.9), null);
});

test('the error in Ψ counts what shows in the truth', () => {
  const values = (...list: number[]) => Float32Array.from(list);
  const truth = { values: values(1, 2, 3), weights: values(1, 3, 0) };
  assert.is(rowError({ values: values(3, 4, 99), weights: values(0, 0, 1) }, truth), 2);
});

/** Three pairs: reached at once and better; never and worse by all; reached late, and equal within the tie but for Gram. */
const PAIRS = [
  record(
    'same cube',
    0,
    [
      outcome('default alone', { style: 1 }),
      outcome('f_predict alone', { style: 0.25, seconds: 0.2 }),
      outcome('from default', { loss: 1, iterations: 100, toDefault: { iterations: 90, seconds: 9 } }),
      outcome('from f_predict', {
        ...{ loss: 0.5, gram: 0.5, swd: 0.5, style: 0.1, iterations: 100, psnr: 30 },
        toDefault: { iterations: 0, seconds: 0.3 },
      }),
    ],
    [0.1, 0.2, 0.3],
  ),
  record('no render', 0, [
    outcome('default alone', { style: 1 }),
    outcome('f_predict alone', { style: 0.5, seconds: 0.4 }),
    outcome('from default', { loss: 1, iterations: 100, toDefault: { iterations: 100, seconds: 10 } }),
    outcome('from f_predict', { loss: 2, gram: 2, swd: 2, style: 0.9, iterations: 100, toDefault: null }),
  ]),
  record(
    'same cube',
    1,
    [
      outcome('default alone', { style: 0.5 }),
      outcome('f_predict alone', { style: 0.4, seconds: 0.3 }),
      outcome('from default', { loss: 1, iterations: 50, toDefault: { iterations: 50, seconds: 5 } }),
      outcome('from f_predict', {
        ...{ loss: 1.0005, gram: 1.01, swd: 1.0005, style: 0.385, iterations: 100, psnr: 20 },
        toDefault: { iterations: 25, seconds: 3 },
      }),
    ],
    [0.4],
  ),
];

test('medians, shares and what was never reached', () => {
  const { groups, views, acrossCubes } = summarise(PAIRS);
  assert.equal(
    groups.map(({ setting, pairs }) => [setting, pairs]),
    [
      ['all', 3],
      ['same cube', 2],
      ['no render', 1],
    ],
  );
  assert.is(views.count, 4);
  assert.ok(Math.abs(views.upper! - 0.37) < 1e-9);
  assert.equal(acrossCubes, { median: undefined, upper: undefined, count: 0 });
  const [all, same, none] = groups;
  assert.equal(all!.guess, { styleShare: 0.5, seconds: 0.3 });
  assert.is(all!.refined.iterationsShare, 0.5, 'of 0, never and 25/50');
  assert.is(same!.refined.iterationsShare, 0.25);
  assert.is(none!.refined.iterationsShare, NEVER);
  assert.is(all!.refined.noWorse, 2 / 3, 'equal within a thousandth is no worse');
  assert.is(all!.refined.noWorseBySwd, 2 / 3);
  assert.is(all!.refined.noWorseByGram, 1 / 3);
  assert.is(all!.refined.gramAgreesWithSwd, 2 / 3);
  assert.is(all!.refined.withinViews, 1 / 3);
  assert.is(all!.methods['from f_predict']!.iterationsToDefault, 25);
  assert.is(none!.methods['from f_predict']!.secondsToDefault, NEVER);
  assert.is(same!.methods['from f_predict']!.psnr, 25);
  assert.is(none!.methods['from f_predict']!.psnr, undefined);
  const text = formatSummary(summarise(PAIRS));
  assert.match(text, /^no render \(1\) +from f_predict .* never +never$/m);
  assert.match(text, /style distance 50 % of the default's, in 0\.300 s/);
  assert.match(text, /views of one style on one cube: median 0\.250, 90th percentile 0\.370 \(4\)/);
});

test('lines are medians of the best so far, from where all pairs have a loss to the last end', async () => {
  const curve = (first: number, losses: number[]) => ({
    ...{ losses, iterations: losses.map((_, i) => i), seconds: losses.map((_, i) => first * 2 ** i) },
  });
  const pairs = [curve(1, [5, 3, 4]), curve(2, [9, 7])].map((own, i) =>
    record('same cube', i, [outcome('from default', { curve: own })]),
  );
  const points = curvePoints(pairs);
  const of = (axis: string) => points.filter((point) => point.axis === axis).map(({ at, loss }) => [at, loss]);
  assert.equal(of('iterations'), [
    [0, 7],
    [1, 5],
    [2, 5],
  ]);
  assert.equal(
    [of('seconds')[0], of('seconds').at(-1)],
    [
      [2, 6],
      [4, 5],
    ],
  );
  const svg = await drawCurves(pairs, 'a device');
  assert.is(svg.match(/stroke="#4c78a8"[^>]*stroke-width="2"|stroke-width="2"[^>]*stroke="#4c78a8"/g)?.length, 2);
  assert.match(svg, />same cube</);
});

test.run();
