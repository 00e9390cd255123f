import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeFileWhole } from '../../../files.js';
import {
  encodeSafetensors,
  filesOf,
  keepTraining,
  type Product,
  parseCheckpoint,
  readTraining,
  TRAINING_FILES,
  train,
} from '../../../networks/training/index.js';
import { refused } from '../../refused.js';
import { folder } from '../folder.js';
import { collect, done, only, until } from './events.js';
import { lineLearner } from './line.js';

const test = suite('networks/training/log');
const line = lineLearner();
const quick = { steps: 12, validateEvery: 4 };
const product: Product = {
  manifest: 'line.json',
  save: (path, weights) => writeFileWhole(path, JSON.stringify([...weights])),
};

test('a training’s folder, whose log is that of the whole after a resume', async () => {
  const place = folder('line');
  await until(6, (signal) => keepTraining(place, product, train(line, { ...quick, signal })));
  const { checkpoint, log } = await readTraining(place);
  assert.is(checkpoint.state.step, 7);
  assert.is(log.length, 7 + 2);
  await collect(keepTraining(place, product, train(line, { ...quick, resume: checkpoint }), log));
  assert.equal(readdirSync(place).sort(), filesOf(product.manifest).sort());
  const lines = readFileSync(folder('line', TRAINING_FILES.log), 'utf8').trim().split('\n');
  const events = lines.map((text) => JSON.parse(text));
  assert.equal(
    only(events, 'step').map(({ step }) => step),
    [...Array(12).keys()],
  );
  assert.equal(
    only(events, 'validation').map(({ step }) => step),
    [0, 4, 8, 12],
  );
  const whole = await collect(train(line, quick));
  assert.is(readFileSync(folder('line', 'line.json'), 'utf8'), JSON.stringify([...done(whole).weights]));
});

test('a log that is ahead of its checkpoint is cut to it', async () => {
  const place = folder('ahead');
  await until(6, (signal) => keepTraining(place, product, train(line, { ...quick, signal })));
  const path = folder('ahead', TRAINING_FILES.log);
  const before = readFileSync(path, 'utf8');
  await writeFileWhole(path, `${before}{"type":"step","step":7}\n{"type":"validation","step":8}\n`);
  assert.is(`${(await readTraining(place)).log.join('\n')}\n`, before);
});

test('files that aren’t checkpoints are refused', async () => {
  const others = encodeSafetensors([{ name: 'weights', shape: [1], values: Float32Array.of(1) }]);
  assert.match((await refused(() => parseCheckpoint(others, 'f_style.safetensors'))).message, /f_style.safetensors/);
  assert.is((await refused(() => parseCheckpoint(Buffer.from('{}')))).code, 'bad-input');
  assert.is((await refused(() => readTraining(folder('nowhere')))).code, 'missing-input');
});

test.run();
