import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parsePsi } from '../../engine/psi.js';
import { temporaryFolder, voxstyle } from './command.js';

const test = suite('commands: predict, refine --init predict');
const folder = temporaryFolder();
const SCENE = ['--cube', 'phantom:ct?seed=1003&size=24', '--target', 'examples/amber.png'];
const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const events = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

test('writes the Ψ of the hypothesis that is nearest in style, from where it was asked for', async () => {
  const out = join(folder, 'psi.json');
  const done = await voxstyle(['predict', ...SCENE, '--out', out, '--elevation', '12', '--json']);
  assert.is(done.code, 0, done.stderr);
  const [{ hypotheses, default: start }] = events(done.stdout);
  assert.is(hypotheses.length, 5);
  const distances = hypotheses.map(({ distance }: { distance: number }) => distance);
  assert.equal(distances, [...distances].sort());
  assert.ok(distances[0] < start.distance / 2, `${distances} and by default ${start.distance}`);
  const psi = parsePsi(read(out));
  assert.equal(psi.channels, hypotheses[0].psi.channels);
  assert.is(psi.camera.elevation, 12);
  assert.match(done.stderr, /wrote .*psi\.json/);
});

test('prints a table for people', async () => {
  const done = await voxstyle(['predict', ...SCENE, '--out', join(folder, 'again.json')]);
  assert.match(done.stdout, /hypothesis {2}weight {2}style distance\n +1 +[01]\.\d+ +[012]\.\d+/);
  assert.match(done.stdout, /default +– +[012]\.\d+/);
  assert.match(done.stderr, /guessed in \d+\.\d+ s/);
});

const refine = (out: string, ...words: string[]) =>
  voxstyle([
    ...['refine', ...SCENE, '--out', join(folder, out), '--size', '48', '--steps', '24', '--levels', '1'],
    ...['--iterations', '2', '--json', ...words],
  ]);

test('a refinement begins from the guess that is nearest by its loss, and several from several', async () => {
  const one = await refine('one');
  assert.is(one.code, 0, one.stderr);
  const [start] = events(one.stdout);
  assert.is(start.candidates.length, 6);
  const losses = start.candidates.map(({ loss }: { loss: number }) => loss);
  assert.equal(start.starts, [losses.indexOf(Math.min(...losses))]);
  assert.ok(losses.at(-1) > Math.min(...losses), `the default Ψ is farther: ${losses}`);
  const several = await refine('several', '--starts', '2');
  assert.is(events(several.stdout)[0].starts.length, 2);
  const iterations = events(several.stdout).filter(({ type }) => type === 'iteration');
  assert.is(iterations.length, 4);
});

test('what is to be kept is the default Ψ’s', async () => {
  for (const [name, ...words] of [
    ['default', '--init', 'default'],
    ['free', '--free', 'tone'],
    ['keep', '--colour', 'keep'],
  ] as [string, ...string[]][]) {
    const done = await refine(name, ...words);
    assert.is(done.code, 0, done.stderr);
    assert.is(events(done.stdout)[0].candidates.length, 1, name);
  }
});

test('wrong words are answered in one line', async () => {
  const many = await refine('many', '--starts', '9');
  assert.is(many.code, 2);
  assert.match(many.stderr, /starts: expected .*6.*, found 9/);
  const other = await voxstyle(['predict', ...SCENE, '--out', join(folder, 'x.json'), '--predictor', 'package.json']);
  assert.is(other.code, 65);
  assert.match(other.stderr, /package\.json: expected/);
  const missing = await voxstyle(['predict', ...SCENE, '--out', join(folder, 'x.json'), '--predictor', 'none']);
  assert.is(missing.code, 66);
  assert.not.ok(existsSync(join(folder, 'x.json')));
});

test.run();
