import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodePng, readPicture } from '../../engine/picture-file.js';
import { resample, sizeLike } from '../../engine/picture-resample.js';
import { CODE_SIDE } from '../../networks/style/index.js';
import { temporaryFolder, voxstyle } from './command.js';

const test = suite('commands: train, style');
const folder = temporaryFolder();
const out = join(folder, 'f_style');
const pictures = ['examples/amber.png', 'examples/aurora.png'];

const events = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

test('trains, leaves a network that compare and style take, and goes on where it stopped', async () => {
  const words = ['train', 'style', '--phantoms', '1', '--size', '24', '--out', out, '--json'];
  const first = await voxstyle([...words, '--steps', '1']);
  assert.is(first.code, 0, first.stderr);
  assert.match(first.stderr, /beside it, Gram: recall, same cube [01]\.\d+; recall, across cubes [01]\.\d+/);
  const told = events(first.stdout).map(({ type }) => type);
  assert.equal(told, ['start', 'validation', 'checkpoint', 'step', 'validation', 'checkpoint', 'done']);
  assert.equal(readdirSync(out).sort(), [
    'checkpoint.safetensors',
    'curve.svg',
    'f_style.json',
    'f_style.safetensors',
    'log.jsonl',
  ]);
  const again = await voxstyle([...words, '--steps', '2', '--resume']);
  assert.is(again.code, 0, again.stderr);
  assert.is(events(again.stdout)[0].from, 1);
  assert.is(readFileSync(join(out, 'log.jsonl'), 'utf8').trim().split('\n').length, 5);

  const network = join(out, 'f_style.json');
  // The command reads styles at this size, the loss reads pictures as they are.
  const small = pictures.map((_, i) => join(folder, `${i}.png`));
  for (const [i, path] of pictures.entries()) {
    const picture = await readPicture(path);
    const { width, height } = sizeLike(picture, CODE_SIDE);
    writeFileSync(small[i]!, encodePng(resample(picture, width, height)));
  }
  const compared = await voxstyle(['compare', ...small, '--features', network, '--loss', 'style-code', '--json']);
  assert.is(compared.code, 0, compared.stderr);
  const far = JSON.parse(compared.stdout).losses['style-code'];
  const styles = await voxstyle(['style', ...small, '--features', network, '--json']);
  assert.is(styles.code, 0, styles.stderr);
  const { codes, distances } = JSON.parse(styles.stdout);
  for (const code of codes) assert.ok(Math.abs(Math.hypot(...code) - 1) < 1e-5);
  assert.equal([distances[0][0], distances[1][1]], [0, 0]);
  assert.ok(Math.abs(distances[0][1] ** 2 / 2 - far) < 1e-5, `${distances[0][1]} and ${far}`);
});

test('codes are of the shipped network when none is named, and need one that has them', async () => {
  const shipped = await voxstyle(['style', ...pictures, '--json']);
  assert.is(shipped.code, 0, shipped.stderr);
  const named = await voxstyle(['style', ...pictures, '--json', '--features', 'f_style']);
  assert.is(shipped.stdout, named.stdout);
  assert.ok(JSON.parse(named.stdout).distances[0][1] > 0.5, named.stdout);
  const none = await voxstyle(['style', ...pictures, '--features', 'filter-bank']);
  assert.is(none.code, 2);
  assert.match(none.stderr, /--features: expected a network with a style code, found filter.bank, which has none/);
});

test('train predict leaves guesses that predict takes, joint or of Ψ only, and goes on where it stopped', async () => {
  const place = join(folder, 'f_predict');
  const words = ['train', 'predict', '--phantoms', '1', '--size', '16', '--out', place, '--json'];
  const first = await voxstyle([...words, '--steps', '1', '--style-weight', '0']);
  assert.is(first.code, 0, first.stderr);
  assert.match(first.stderr, /by Ψ only with wasm, 1 steps/);
  const files = ['checkpoint.safetensors', 'curve.svg', 'f_predict.safetensors', 'log.jsonl'];
  assert.equal(readdirSync(place).sort(), files);
  const joint = await voxstyle([...words, '--resume']);
  assert.is(joint.code, 2);
  assert.match(joint.stderr, /resume: expected the checkpoint's objective/);
  const again = await voxstyle([...words, '--steps', '2', '--style-weight', '0', '--resume']);
  assert.is(again.code, 0, again.stderr);
  assert.is(events(again.stdout)[0].from, 1);

  const scene = ['--cube', 'phantom:ct?size=16', '--target', pictures[0]!, '--out', join(folder, 'psi.json')];
  const guessed = await voxstyle(['predict', ...scene, '--predictor', join(place, 'f_predict.safetensors')]);
  assert.is(guessed.code, 0, guessed.stderr);
  const other = ['--predictor-features', join(out, 'f_style.json')];
  const refused = await voxstyle(['predict', ...scene, ...other]);
  assert.is(refused.code, 65);
  assert.match(refused.stderr, /expected the style network [0-9a-f]+, found .*use the network that it was trained on/);
});

test('there is nothing to resume where nothing was trained', async () => {
  const absent = await voxstyle(['train', 'style', '--resume', '--out', join(folder, 'absent')]);
  assert.is(absent.code, 66);
  assert.match(absent.stderr, /checkpoint of a training, found no such file/);
});

test.run();
