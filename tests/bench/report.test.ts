import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drawChart } from '../../bench/speed/chart.js';
import type { RowEvent } from '../../bench/speed/events.js';
import { formatReport } from '../../bench/speed/format.js';
import { SpeedReport } from '../../bench/speed/report.js';
import { formatTable } from '../../bench/speed/table.js';

const test = suite('bench: report');

const timed = (median: number) => ({ both: { median, times: [median] } });
const machine = {
  ...{ device: 'a driver', tier: 'bundled', software: true, bindingLimit: 1, cpu: 'a cpu', cores: 2, memory: 1 },
  ...{ platform: 'linux x64', node: 'v20' },
};

/** The base of a sweep of steps, measured first, and two more points, of two ways. */
function report(): SpeedReport {
  const made = new SpeedReport();
  made.add({ type: 'start', machine, runs: 3, quick: false, method: 'medians of 3' });
  for (const [way, ms] of [
    ['simple kernels', 400],
    ['fast, camera frozen', 100],
  ] as const) {
    for (const [value, work] of [
      [256, 1],
      [64, 0.25],
      [1024, 4],
    ] as const) {
      const row: RowEvent = {
        ...({ type: 'row', section: 'sweeps', scene: `steps: ${value} steps`, way } as const),
        ...{ timings: timed(ms * work), sweep: { factor: 'steps', value, work } },
      };
      made.add(row);
    }
  }
  return made;
}

test('columns are aligned, and those without a value left out', () => {
  const table = formatTable(
    [
      { title: 'name', left: true, cell: ({ name }) => name },
      { title: 'none', cell: () => undefined },
      { title: 'ms', cell: ({ ms }) => ms },
    ],
    [
      { name: 'n³', ms: '1.5' },
      { name: 'longer', ms: undefined },
      { name: 'x', ms: '100.0' },
    ],
  );
  assert.is(table, 'name       ms\nn³        1.5\nlonger\nx       100.0');
});

test('the table shows a sweep in the order of its values, however it was measured', () => {
  const lines = formatReport(report()).split('\n');
  const values = lines.flatMap((line) => /^steps: (\d+) steps/.exec(line)?.[1] ?? []);
  assert.equal(values, ['64', '256', '1024']);
});

test('a gradient step stands beside its goal and what the device can fetch', () => {
  const made = report();
  const about = { type: 'row', section: 'goal', samples: 1e6 } as const;
  made.add({ ...about, scene: 'fetches', way: 'fetch by texture', timings: { fetch: { median: 2, times: [2] } } });
  const timings = { ...timed(8), device: { median: 5, times: [5] } };
  made.add({ ...about, scene: 'step', way: 'fast', timings, goalMs: 4, ceilingShare: 0.4 });
  const text = formatReport(made);
  const cells = (scene: string) =>
    text
      .split('\n')
      .find((line) => line.startsWith(`${scene} `))!
      .split(/ {2,}/);
  assert.equal(cells('fetches'), ['fetches', 'fetch by texture', '2.00', '500.0']);
  assert.equal(cells('step'), ['step', 'fast', '8.0', '5.00', '125.0', '40 %', '2.00']);
  assert.match(text, /over the 4 ms/);
});

test('the text says what was left out, what disagrees, and that it was interrupted', () => {
  const made = report();
  const left = { section: 'peers', scene: 'peers’ scene' } as const;
  made.add({ ...left, type: 'missing', way: 'torch_autograd.py', reason: 'no torch' });
  made.add({ ...left, type: 'skipped', way: 'fast', reason: 'too large' });
  made.add({ type: 'done', complete: false, disagreeing: ['peers’ scene: fast'] });
  const text = formatReport(made);
  for (const line of [
    'missing: peers’ scene: torch_autograd.py: no torch',
    'skipped: peers’ scene: fast: too large',
    'disagrees: peers’ scene: fast',
    'interrupted: the rest was not measured',
  ]) {
    assert.ok(text.split('\n').includes(line), line);
  }
  const json = JSON.parse(made.toJson());
  assert.is(json.complete, false);
  assert.equal(json.missing, [{ ...left, way: 'torch_autograd.py', reason: 'no torch' }]);
  assert.is(json.rows.length, 6);
});

test('the chart has a panel a way with a line, its points and a reference of slope 1', async () => {
  const svg = await drawChart(report());
  assert.match(svg, /^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  assert.match(svg, /<\/svg>\n$/);
  for (const text of ['simple kernels', 'fast, camera frozen', 'a driver', 'a cpu, 2 threads', 'steps']) {
    assert.ok(svg.includes(`>${text}<`), text);
  }
  const dashed = [...svg.matchAll(/<path [^>]*d="M([^"]+)"[^>]*stroke-dasharray/g)].map(([, d]) => d!);
  assert.is(dashed.length, 2, 'a reference a panel');
  // Cost in proportion to work: the line of the sweep lies on its reference.
  const ends = (d: string) => d.split('L').map((pair) => pair.split(',').map((n) => Number(n).toFixed(2)));
  const lines = [...svg.matchAll(/<path [^>]*d="M([^"]+)"[^>]*stroke-width="2"/g)]
    .map(([, d]) => d!)
    .filter((d) => d.split('L').length === 3);
  assert.is(lines.length, 2, 'a line a panel');
  for (const [i, line] of lines.entries()) {
    const points = ends(line);
    assert.equal([points[0], points[2]], ends(dashed[i]!));
  }
});

test.run();
