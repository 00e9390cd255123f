import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultCubes, defaultLosses, defaultTargets, named } from '../../bench/losses/defaults.js';
import type { Cell, LossesEvent } from '../../bench/losses/events.js';
import { measureLosses } from '../../bench/losses/measure.js';
import { LossesReport, readCells } from '../../bench/losses/report.js';
import { filterBank } from '../../features/index.js';
import { LOSSES } from '../../losses/index.js';
import { temporaryFolder, voxstyle } from '../cli/command.js';
import { sharedDevice } from '../device.js';
import { refused } from '../refused.js';

const test = suite('bench: losses');
const folder = temporaryFolder();
const SIZE = 32;
const LOSS = ['l2', 'swd', 'gram'];
const out = join(folder, 'run');
const bench = (...words: string[]) =>
  voxstyle(
    ['bench', 'losses', '--cube', 'phantom:ct?size=16', '--size', `${SIZE}`, '--iterations', '2', '--out', out].concat(
      words,
    ),
  );
const read = () => JSON.parse(readFileSync(join(out, 'losses.json'), 'utf8'));
const withoutSeconds = (cells: readonly Cell[]) => cells.map(({ seconds, ...rest }) => rest);

test('leaves a record, a picture for each cell, and a sheet of them all', async () => {
  const { code, stdout, stderr } = await bench('--loss', `${LOSS.join()},style-code`);
  assert.is(code, 0, stderr);
  const { complete, cells, refused: leftOut, settings } = read();
  assert.is(complete, true);
  assert.equal([settings.iterations, settings.size], [2, SIZE]);
  assert.equal(
    cells.map(({ target, loss }: Cell) => `${target} ${loss}`),
    ['amber', 'aurora'].flatMap((target) => LOSS.map((loss) => `${target} ${loss}`)),
  );
  for (const { loss, before, after, ratio, iterations, others } of cells) {
    assert.ok(after < before && ratio === before / after, `${loss}: ${before} to ${after}`);
    assert.is(iterations, 2);
    assert.equal(Object.keys(others), ['swd', 'gram', 'statistics', 'ssim']);
    if (others[loss]) assert.ok(Math.abs(others[loss].after - after) < 1e-6 * after, `${loss}, itself a gauge`);
  }
  assert.equal(
    leftOut.map(({ loss, target }: { loss: string; target: string }) => `${target} ${loss}`),
    ['amber style-code', 'aurora style-code'],
  );
  assert.is(readdirSync(join(out, 'cells')).length, 6);
  for (const { picture } of cells) {
    const { width, height } = PNG.sync.read(readFileSync(join(out, picture)));
    assert.equal([width, height], [SIZE, SIZE]);
  }
  assert.match(stderr, /^1\/8 phantom:ct\?size=16 -> amber by l2: 0\.\d+ -> 0\.\d+ \([\d.]+x\), [\d.]+ s$/m);
  assert.match(stderr, /^4\/8 .* by style-code: left out, needs features with a style code/m);
  assert.is(stdout.match(/^phantom:ct\?size=16 /gm)?.length, 6);
});

test('the sheet has a row of starts, one of targets, and one for each loss', () => {
  const { width, height, data } = PNG.sync.read(readFileSync(join(out, 'sheet.png')));
  const cell = { width: 200 + 12, height: SIZE + 12 + 28 + 18 };
  assert.equal([width, height], [2 * cell.width + 12, 6 * cell.height + 12]);
  const middle = (column: number, row: number) => {
    const at = 4 * (width * (12 + row * cell.height + SIZE / 2) + 12 + column * cell.width + 100);
    return data[at]! + data[at + 1]! + data[at + 2]!;
  };
  for (const column of [0, 1]) {
    for (const row of [0, 1, 2, 3, 4]) assert.ok(middle(column, row) > 150, `a volume in row ${row}`);
    assert.is(middle(column, 5), 0, 'nothing for the loss that was left out');
  }
});

test('--resume does what is missing alone, and refuses other settings', async () => {
  const before = read();
  rmSync(join(out, before.cells[1].picture));
  rmSync(join(out, 'sheet.png'));
  const { code, stdout, stderr } = await bench('--loss', LOSS.join(), '--resume', '--json');
  assert.is(code, 0, stderr);
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(
    events.filter(({ type }) => type === 'cell').map(({ kept }) => kept),
    [true, false, true, true, true, true],
  );
  assert.equal(withoutSeconds(read().cells), withoutSeconds(before.cells), 'what is done again gives the same values');
  assert.ok(existsSync(join(out, 'sheet.png')) && existsSync(join(out, before.cells[1].picture)));

  const saved = await readCells(out);
  const other = { device: await sharedDevice(), saved, cubes: ['phantom:ct?size=16'], size: SIZE, iterations: 3 };
  assert.match((await refused(() => measureLosses(other).next())).message, /resume: expected the iterations of/);
  const absent = await refused(() => readCells(join(folder, 'absent')));
  assert.is(absent.code, 'missing-input');
});

test('an interrupted run ends with the sheet of what is there', async () => {
  const stop = new AbortController();
  const earlier = { ...(await readCells(out)).cells[0]!, key: 'of another' };
  const report = new LossesReport(join(folder, 'interrupted'), [earlier]);
  const events: LossesEvent[] = [];
  for await (const event of measureLosses({
    ...{ device: await sharedDevice(), signal: stop.signal, losses: 'l2,swd', size: SIZE, iterations: 2 },
    cubes: ['phantom:ct?size=16'],
  })) {
    events.push(event);
    await report.add(event);
    if (event.type === 'cell') stop.abort();
  }
  assert.equal(
    events.map(({ type }) => type),
    ['start', 'column', 'cell', 'done'],
  );
  assert.equal(events.at(-1), { type: 'done', complete: false });
  await report.writeSheet();
  const { cells } = JSON.parse(readFileSync(join(report.folder, 'losses.json'), 'utf8'));
  assert.equal(
    cells.map(({ key }: Cell) => key),
    [report.cells[0]!.key, 'of another'],
    'what an earlier run had done stays in the record',
  );
  const { width, height } = PNG.sync.read(readFileSync(join(report.folder, 'sheet.png')));
  assert.equal([width, height], [200 + 12 + 12, 4 * (SIZE + 12 + 28 + 18) + 12]);
});

test('what is wrong is said before anything is refined', async () => {
  const device = await sharedDevice();
  const cubes = ['phantom:ct?size=16'];
  for (const [options, message] of [
    [{ losses: 'l2,nope' }, /expected the name of a loss, found 'nope'/],
    [{ targets: [join(folder, 'absent.png')] }, /absent\.png: expected a picture file/],
    [{ cubes: [join(folder, 'absent.nrrd')] }, /absent\.nrrd/],
    [{ free: ['nothing'] }, /nothing/],
  ] as const)
    assert.match((await refused(() => measureLosses({ device, cubes, ...options }).next())).message, message);
});

test('without options there are two volumes, two targets, and all losses that need no style code', () => {
  for (const { path } of [...defaultTargets(), ...defaultCubes().slice(1)]) assert.ok(existsSync(path), path);
  assert.equal(
    defaultLosses(filterBank),
    [...LOSSES.keys()].filter((name) => name !== 'style-code'),
  );
  assert.equal(
    named(['a/x.nrrd', 'b/x.nrrd', 'y.raw:4x4x4:uint8']).map(({ name }) => name),
    ['x.nrrd', 'x.nrrd (2)', 'y.raw'],
  );
});

test.run();
