import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type AmortisedEvent, METHODS, type PairRecord, toJson } from '../../../bench/amortised/events.js';
import { measureAmortised } from '../../../bench/amortised/measure.js';
import { type AmortisedOptions, makePlan } from '../../../bench/amortised/plan.js';
import { AmortisedReport, readPairs } from '../../../bench/amortised/report.js';
import { Predictor } from '../../../networks/predict/index.js';
import { voxstyle } from '../../cli/command.js';
import { refused } from '../../refused.js';
import { folder, predictorFile, tools } from './fixtures.js';

const test = suite('bench amortised: run');
const out = join(folder, 'run');
const targets = join(folder, 'targets');
const options = { targets, pairs: 1, iterations: 2, size: 32, side: 24, starts: 2 };
const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, `${value}`]);
const bench = async (...more: string[]) =>
  voxstyle(['bench', 'amortised', '--predictor', await predictorFile(), '--out', out, ...words, ...more]);
const read = () => JSON.parse(readFileSync(join(out, 'amortised.json'), 'utf8'));

mkdirSync(targets);
copyFileSync('examples/amber.png', join(targets, 'amber.png'));

/** A run in this process, whose kernels other tests have compiled. */
async function run(folder: string, given: Partial<AmortisedOptions> = {}, look = (_: AmortisedEvent) => {}) {
  const shared = await tools();
  const report = new AmortisedReport(folder, given.saved?.pairs);
  const events: AmortisedEvent[] = [];
  for await (const event of measureAmortised({ ...shared, ...options, ...given })) {
    events.push(event);
    await report.add(event);
    look(event);
  }
  if (report.pairs.length > 0) await report.writePictures();
  shared.predictor.dispose();
  return { events, report };
}

test('leaves a record, a chart and a sheet', async () => {
  const { events } = await run(out);
  assert.is(events.filter(({ type }) => type === 'outcome').length, 18);
  for (const event of events) assert.ok(toJson(event).length < 2000, 'no pictures in a line');
  const { complete, pairs, inputs, machine, summary } = read();
  assert.is(complete, true);
  assert.ok(machine.device && machine.cpu);
  assert.equal([inputs.iterations, inputs.size, inputs.starts, inputs.seed], [2, 32, 2, 1]);
  assert.equal(
    pairs.map(({ setting }: PairRecord) => setting),
    ['same cube', 'another cube', 'no render'],
  );
  for (const { setting, outcomes, spread } of pairs as PairRecord[]) {
    assert.equal(
      outcomes.map(({ method }) => method),
      METHODS,
    );
    for (const { method, curve, iterations, toDefault, loss, style, psnr, psiError } of outcomes) {
      const where = `${setting}, ${method}`;
      assert.ok(loss > 0 && style >= 0, where);
      assert.is(psnr === undefined, setting === 'no render', where);
      assert.is(psiError === undefined, setting === 'no render', where);
      assert.is(curve === undefined, method.endsWith('alone'), where);
      assert.is(iterations, method.endsWith('alone') ? undefined : method === 'best of K' ? 4 : 2, where);
      assert.is(toDefault === undefined, curve === undefined, where);
      if (curve) assert.is(curve.losses.at(-1), loss, where);
    }
    const ownDefault = outcomes.find(({ method }) => method === 'from default')!;
    assert.ok(ownDefault.toDefault, 'the default comes to where it ends');
    assert.is(spread?.views.length, setting === 'no render' ? undefined : 4);
    assert.is(spread?.acrossCubes === undefined, setting !== 'another cube');
  }
  assert.is(summary.views.count, 8);
  assert.match(readFileSync(join(out, 'amortised.svg'), 'utf8'), /^<svg[\s\S]*best of K/);
  const { width, height } = PNG.sync.read(readFileSync(join(out, 'sheet.png')));
  assert.equal([width, height], [7 * (200 + 12) + 12, 3 * (32 + 12 + 28 + 18) + 12]);
});

test('what is missing alone is done again, to the same values', async () => {
  const before = read();
  rmSync(join(out, 'pictures', 'no_render-1-best_of_K.png'));
  const saved = await readPairs(out);
  assert.is(saved.pairs.length, 2);
  const { events } = await run(out, { saved });
  assert.equal(
    events.flatMap((event) => (event.type === 'record' ? [event.kept] : [])),
    [true, true, false],
  );
  const bare = ({ pairs }: { pairs: PairRecord[] }) =>
    pairs.map(({ outcomes }) => outcomes.map(({ method, loss, style, psi }) => ({ method, loss, style, psi })));
  assert.equal(bare(read()), bare(before));
});

test('an interrupted run keeps what is there, and other inputs are refused', async () => {
  const all = await readPairs(out);
  const saved = { ...all, pairs: all.pairs.slice(1) };
  const other = join(folder, 'interrupted');
  // Its pictures are there, as in any folder that is resumed.
  cpSync(out, other, { recursive: true });
  const stop = new AbortController();
  const { events, report } = await run(other, { saved, signal: stop.signal }, ({ type }) => {
    if (type === 'outcome') stop.abort();
  });
  assert.equal(
    events.map(({ type }) => type),
    ['start', 'pair', 'outcome', 'outcome', 'done'],
    'the guess that is under way is told too',
  );
  assert.equal(events.at(-1), { type: 'done', complete: false });
  assert.equal(
    report.pairs.map(({ setting }) => setting),
    ['another cube', 'no render'],
    'what an earlier run had done stays in the record',
  );
  const message = /resume: expected the iterations of the pairs that are there, 2, found 3/;
  assert.match((await refused(() => run(other, { saved, iterations: 3 }))).message, message);
});

test('the command tells medians, and goes on with --resume', async () => {
  rmSync(join(out, 'sheet.png'));
  const { code, stdout, stderr } = await bench('--resume');
  assert.is(code, 0, stderr);
  assert.is(stderr.match(/^\d\/3 .*: kept$/gm)?.length, 3);
  assert.is(stdout.match(/^(all|same cube|another cube|no render) \(\d\) /gm)?.length, 24);
  assert.match(stderr, /^wrote amortised\.json, amortised\.svg, sheet\.png, pictures into /m);
  assert.ok(existsSync(join(out, 'sheet.png')));
  assert.is(read().complete, true);
});

test('what is wrong is said before anything is measured', async () => {
  const shared = await tools();
  const absent = join(folder, 'absent');
  for (const [wrong, message] of [
    [{ starts: 9 }, /starts: expected at most as many as the predictor has hypotheses, \d+, found 9/],
    [{ loss: 'l2,nope' }, /expected the name of a loss, found 'nope'/],
    [{ loss: 'content/of=start' }, /of=start|start/],
    [{ targets: absent }, /absent: expected a folder of PNG or JPEG pictures, found nothing there/],
    [{ targets: folder }, /found \d+ files, none of them one/],
  ] as const)
    assert.match((await refused(() => makePlan({ ...shared, ...options, ...wrong }))).message, message);
  const { tensors } = shared;
  const path = join(absent, 'f_predict.safetensors');
  assert.is((await refused(() => Predictor.load({ tensors, path }))).code, 'missing-input');
  assert.is((await refused(() => readPairs(absent))).code, 'missing-input');
  const [none, size] = await Promise.all([bench('--pairs', '0'), bench('--size', '8')]);
  assert.is(none.code, 2);
  assert.match(none.stderr, /--pairs: expected a whole number of at least 1, found '0'/);
  assert.match(size.stderr, /--size/);
  shared.predictor.dispose();
});

test.run();
