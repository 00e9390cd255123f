import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Finished, temporaryFolder, voxstyle } from './command.js';

const test = suite('command: bench speed');
const folder = temporaryFolder();
const quick = (out: string, ...words: string[]) =>
  ['bench', 'speed', '--quick', '--runs', '1', '--out', join(folder, out)].concat(words);
const events = ({ stdout }: Finished) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const read = (out: string) => JSON.parse(readFileSync(join(folder, out, 'speed.json'), 'utf8'));

interface Row {
  section: string;
  scene: string;
  way: string;
  timings: Record<string, { median: number; times: number[] }>;
  figures?: { difference?: number };
  goalMs?: number;
  ceilingShare?: number;
  heldBytes?: number;
  rss?: number;
}

test('--quick measures every part, tells it one event a line, and leaves a report and a chart', async () => {
  const done = await voxstyle(
    quick('whole', '--json', '--cube', 'phantom:ct?size=16', '--cube', 'phantom:ct?size=20', '--peers', folder),
  );
  assert.is(done.code, 0, done.stderr);
  const all = events(done);
  assert.is(all[0].type, 'start');
  assert.ok(all[0].machine.device && all[0].machine.cpu && all[0].machine.cores > 0);
  assert.equal(all.at(-1), { type: 'done', complete: true, disagreeing: [] });

  const rows: Row[] = all.filter((event) => event.type === 'row');
  const scenes = (section: string) => [
    ...new Set(rows.filter((row) => row.section === section).map((row) => row.scene)),
  ];
  assert.is(scenes('peers').length, 1);
  assert.equal(scenes('volumes'), ['phantom:ct?size=16, 16×16×16 voxels', 'phantom:ct?size=20, 20×20×20 voxels']);
  assert.is(scenes('goal').length, 3);
  assert.is(scenes('sweeps').length, 12);
  assert.is(scenes('memory').length, 2);
  const steps = rows.filter(({ timings }) => !timings.fetch);
  assert.equal(
    rows.filter((row) => !steps.includes(row)).map(({ way }) => way),
    ['fetch by texture', 'fetch by storage'],
  );
  for (const { scene, way, timings } of steps) {
    const { forward, both } = timings as Record<'forward' | 'both', { median: number; times: number[] }>;
    assert.is(both.times.length, 1, 'the warm-up is not counted');
    assert.ok(forward.median > 0 && both.median > forward.median, `${scene}: ${way}`);
  }
  for (const row of steps.filter(({ section }) => section === 'goal')) {
    assert.is(row.goalMs, 5);
    assert.ok(row.ceilingShare! > 0 && row.timings.device!.median > 0, `${row.scene}: ${row.way}`);
  }
  const ways = (section: string, scene: string) =>
    rows.filter((row) => row.section === section && row.scene === scene).map((row) => row.way);
  assert.equal(ways('volumes', scenes('volumes')[0]!), [
    ...['simple kernels', 'fast, no skipping', 'fast, camera free', 'fast, camera frozen'],
  ]);

  const [simple, free, frozen] = rows.filter((row) => row.section === 'peers') as [Row, Row, Row];
  assert.ok(simple.timings.iteration!.median > 0 && frozen.timings.iteration!.median > 0, 'whole iterations');
  for (const row of [free, frozen])
    assert.ok(row.figures!.difference! < 2e-3, `${row.way}: ${row.figures!.difference}`);
  const memory = rows.filter(({ section }) => section === 'memory');
  for (const { way, rss } of memory) assert.ok(rss! > 1e7, `${way}: resident memory in bytes`);
  const held = (way: string) => memory.filter((row) => row.way === way).map((row) => row.heldBytes!);
  assert.equal(held('fast, camera free'), [0, 0]);
  const [few, many] = held('fast, camera frozen') as [number, number];
  assert.ok(few > 0 && many > few, `8 and 16 steps hold ${few} and ${many} bytes`);
  assert.equal(
    all.filter((event) => event.type === 'missing').map(({ way }) => way),
    ['simd_limit.cpp', 'torch_autograd.py'],
  );

  assert.equal(readdirSync(join(folder, 'whole')).sort(), ['speed.json', 'speed.svg']);
  const report = read('whole');
  assert.is(report.complete, true);
  assert.equal(
    report.rows,
    rows.map(({ type, ...row }: Row & { type?: string }) => row),
  );
  assert.is(report.missing.length, 2);
  assert.match(readFileSync(join(folder, 'whole', 'speed.svg'), 'utf8'), /^<svg .*fast, camera frozen.*<\/svg>\n$/s);
  assert.match(done.stderr, /^measuring memory: 8 steps$/m);
});

test('SIGINT ends with 130 and leaves what was measured until then', async () => {
  const done = await voxstyle(quick('interrupted', '--json', '--runs', '3'), {
    onLine: (line, kill) => {
      const { type, section } = JSON.parse(line);
      if (type === 'measuring' && section === 'volumes') kill('SIGINT');
    },
  });
  assert.is(done.code, 130, done.stderr);
  assert.is(events(done).at(-1).complete, false);
  const { complete, rows } = read('interrupted') as { complete: boolean; rows: Row[] };
  assert.is(complete, false);
  assert.is(rows.filter(({ section }) => section === 'peers').length, 3);
  assert.not.ok(rows.some(({ section }) => section === 'sweeps'));
  assert.not.ok(existsSync(join(folder, 'interrupted', 'speed.svg')), 'no sweep was measured');
});

test('wrong options are refused in one line before anything is measured', async () => {
  for (const [words, code, message] of [
    [['--runs', '0'], 2, /--runs: expected a whole number of at least 1, found '0'/],
    [['--cube', join(folder, 'absent.nrrd')], 66, /absent\.nrrd: expected/],
    [['--peers', join(folder, 'absent')], 66, /absent: expected the folder of simd_limit\.cpp/],
  ] as const) {
    const { code: found, stderr } = await voxstyle(quick('refused', ...words));
    assert.is(found, code, stderr);
    assert.match(stderr, message);
  }
  const { code, stderr } = await voxstyle(['bench']);
  assert.is(code, 2);
  assert.match(stderr, /no benchmark was named/);
});

test('an option other than --cube counts as given last', async () => {
  const { code, stderr } = await voxstyle(quick('twice', '--runs', '3', '--runs', '0'));
  assert.is(code, 2);
  assert.match(stderr, /found '0'/);
});

test.run();
