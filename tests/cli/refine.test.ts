import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Finished, temporaryFolder, voxstyle } from './command.js';

const test = suite('command: refine');
const folder = temporaryFolder();
const ITERATIONS = 24;

const refine = (out: string, ...words: string[]) =>
  ['refine', '--cube', 'phantom:ct?size=24', '--target', 'examples/amber.png', '--out', join(folder, out)].concat(
    ['--size', '32', '--steps', '24', '--iterations', `${ITERATIONS}`, '--seed', '7', '--json'],
    words,
  );
const bytes = (run: string, file: string) => readFileSync(join(folder, run, file));
const events = ({ stdout }: Finished) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const OUTPUTS = ['checkpoint.json', 'history.jsonl', 'psi.json', 'render.png', 'sheet.png'];

test('leaves its files, one JSON event a line, and a lower loss', async () => {
  const done = await voxstyle(refine('whole'));
  assert.is(done.code, 0, done.stderr);
  assert.equal(readdirSync(join(folder, 'whole')).sort(), OUTPUTS);
  const all = events(done);
  assert.is(all[0].type, 'start');
  assert.is(all.at(-1).type, 'done');
  const losses = all.filter((event) => event.type === 'iteration').map((event) => event.loss);
  assert.is(losses.length, ITERATIONS);
  assert.ok(all.at(-1).loss < losses[0] / 3, `${losses[0]} to ${all.at(-1).loss}`);
  const history = bytes('whole', 'history.jsonl').toString().trim().split('\n');
  assert.is(history.length, ITERATIONS);
  assert.match(done.stderr, /iteration 24\/24 {2}loss/);
});

test('two runs with one seed leave the same bytes, another seed others', async () => {
  await voxstyle(refine('again'));
  await voxstyle(refine('other', '--seed', '8'));
  for (const file of ['psi.json', 'render.png']) {
    assert.ok(bytes('again', file).equals(bytes('whole', file)), file);
  }
  assert.not.ok(bytes('other', 'psi.json').equals(bytes('whole', 'psi.json')), 'the seed has an effect');
});

test('a run killed with SIGKILL at half-way and resumed ends with the same bytes', async () => {
  const killed = await voxstyle(refine('killed'), {
    onLine: (line, kill) => {
      if (JSON.parse(line).iteration === ITERATIONS / 2) kill('SIGKILL');
    },
  });
  assert.is(killed.signal, 'SIGKILL');
  assert.equal(
    readdirSync(join(folder, 'killed')).sort(),
    ['checkpoint.json', 'history.jsonl'],
    'nothing half-written',
  );
  const resumed = await voxstyle(refine('killed', '--resume'));
  assert.is(resumed.code, 0, resumed.stderr);
  assert.is(events(resumed)[0].from, 10, 'it went on from the last checkpoint');
  for (const file of ['psi.json', 'render.png']) {
    assert.ok(bytes('killed', file).equals(bytes('whole', file)), file);
  }
  const history = bytes('killed', 'history.jsonl').toString().trim().split('\n');
  assert.equal(
    history.map((line) => JSON.parse(line).iteration),
    Array.from({ length: ITERATIONS }, (_, i) => i),
  );
});

test('SIGINT ends with 130, leaves the best so far, and the run can be resumed to the same bytes', async () => {
  const interrupted = await voxstyle(refine('interrupted'), {
    onLine: (line, kill) => {
      if (JSON.parse(line).iteration === 5) kill('SIGINT');
    },
  });
  assert.is(interrupted.code, 130, interrupted.stderr);
  assert.is(events(interrupted).at(-1).reason, 'aborted');
  assert.equal(readdirSync(join(folder, 'interrupted')).sort(), OUTPUTS);
  const resumed = await voxstyle(refine('interrupted', '--resume'));
  assert.is(resumed.code, 0, resumed.stderr);
  assert.ok(bytes('interrupted', 'psi.json').equals(bytes('whole', 'psi.json')));
});

test('resuming with other inputs is refused in one line', async () => {
  const { code, stderr } = await voxstyle(refine('killed', '--resume', '--iterations', '30'));
  assert.is(code, 2);
  assert.match(stderr, /^voxstyle: resume: expected the checkpoint's iterations, 24, found 30;.*--init$/m);
});

test('render shows the Ψ that refine found', async () => {
  const psi = join(folder, 'whole', 'psi.json');
  const out = join(folder, 'rendered.png');
  const done = await voxstyle(['render', '--cube', 'phantom:ct?size=24', '--psi', psi, '--size', '32', '--out', out]);
  assert.is(done.code, 0, done.stderr);
  assert.ok(existsSync(out));
  assert.ok(readFileSync(out).equals(bytes('whole', 'render.png')), 'the same picture, byte for byte');
});

test.run();
