import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { keepRun, type RefineOptions, RUN_FILES, readRun, refine } from '../../refine/index.js';
import { bits, runAny, scene, throughFile } from './runs.js';
import { BEST, candidates, ITERATIONS, NEAR, strip, TWO, told } from './starts.js';

const test = suite('refine, starts');

type Told = Awaited<ReturnType<typeof runAny>>;
const ALL = { ...TWO, init: candidates, starts: candidates.length };
/** Of a loss that all starts share, and of one that is each start's own and drawn anew. */
const LOSSES = ['l2', 'swd:1,ssim/of=start:0.1'] as const;

const go = async (options: RefineOptions, abortAfter = Number.POSITIVE_INFINITY) => {
  const controller = new AbortController();
  let left = abortAfter;
  if (left === 0) controller.abort();
  const see = ({ type }: { type: string }) => {
    if (type === 'iteration' && --left === 0) controller.abort();
  };
  return runAny({ ...options, signal: controller.signal }, see, { target: await strip() });
};

const known = new Map<string, Promise<Told>>();
/** A run that several tests look at. */
function once(options: RefineOptions & { loss: string }, what: string, abortAfter?: number): Promise<Told> {
  const key = `${what} ${options.loss} ${options.levels}`;
  const made = known.get(key) ?? go(options, abortAfter);
  known.set(key, made);
  return made;
}
const whole = (loss: string, levels = 2) => once({ ...ALL, loss, levels }, 'all');
const alone = (index: number, loss: string, levels = 2) =>
  once({ ...TWO, init: candidates[index]!, loss, levels }, `${index}`);
/** What a candidate comes to alone when it is aborted after so many iterations. */
const cutAlone = (index: number, loss: string, iterations: number) =>
  once({ ...TWO, init: candidates[index]!, loss }, `${index} cut at ${iterations}`, iterations);

for (const loss of LOSSES) {
  test(`each start goes through the coarse levels as it would alone, and the best then goes on alone: ${loss}`, async () => {
    const run = await whole(loss);
    const { starts, start } = run.of('start')[0]!;
    assert.equal([[...starts].sort(), starts[0], start], [[0, 1, 2], NEAR, NEAR]);
    const order = run.of('iteration').map((event) => `${event.start}:${event.iteration}@${event.level}`);
    const coarse = starts.flatMap((index) => [0, 1, 2, 3].map((i) => `${index}:${i}@0`));
    assert.equal(order, [...coarse, `${BEST}:4@1`, `${BEST}:5@1`, `${BEST}:6@1`]);
    for (const index of starts) {
      const single = told(await alone(index, loss), 0);
      assert.equal(told(run, index), index === BEST ? single : single.slice(0, 4), `candidate ${index}`);
    }
    const best = await alone(BEST, loss);
    assert.equal(bits(run.done), bits(best.done));
    assert.equal([run.done.start, run.done.reason, run.done.iterations], [BEST, 'iterations', ITERATIONS]);
    assert.equal(run.done.before.data, best.of('start')[0]!.before.data, 'the picture before is that of its own start');
    assert.is(run.done.beforeLoss, best.done.beforeLoss);
    assert.ok(run.done.loss < (await alone(NEAR, loss)).done.loss / 1.2, 'better than the start that began best');
  });

  test(`the start is taken whose best Ψ has the lowest loss at the full size: ${loss}`, async () => {
    const run = await whole(loss);
    const [chosen, ...more] = run.of('chosen');
    const { starts } = run.of('start')[0]!;
    assert.is(more.length, 0);
    assert.is(chosen!.start, BEST);
    assert.is(starts[chosen!.losses.indexOf(Math.min(...chosen!.losses))], BEST);
    for (const [i, index] of starts.entries()) {
      assert.is(chosen!.losses[i], (await cutAlone(index, loss, 4)).done.loss);
    }
    const at = run.events.indexOf(chosen!);
    assert.equal([run.events[at + 1]!.type, run.events[at + 2]!.type], ['checkpoint', 'iteration']);
  });

  test(`a run resumed at any moment ends in the same bits: ${loss}`, async () => {
    const run = await whole(loss);
    assert.is(run.checkpoints.length, 3 * 4 + 1 + 3);
    for (const [i, checkpoint] of run.checkpoints.entries()) {
      if (loss !== 'l2' && i % 3 !== 2) continue;
      const resumed = await go({ ...ALL, loss, resume: throughFile(checkpoint) });
      for (const index of run.of('start')[0]!.starts) {
        const { iteration } = checkpoint.search.starts.find(({ candidate }) => candidate === index)!.state;
        assert.equal(
          told(resumed, index),
          told(run, index).filter((event) => event.iteration >= iteration),
          `candidate ${index} from checkpoint ${i}`,
        );
      }
      assert.equal(bits(resumed.done), bits(run.done), `from checkpoint ${i}`);
      assert.equal(resumed.of('start')[0]!.candidates, run.of('start')[0]!.candidates);
      const first = resumed.of('iteration')[0];
      // All starts wait at the twelfth, for one to be taken.
      if (first && i !== 11) {
        const { start, from } = resumed.of('start')[0]!;
        assert.equal([first.start, first.iteration], [start, from]);
      }
      assert.is(resumed.of('chosen').length, i < 12 ? 1 : 0);
      assert.equal(resumed.checkpoints.at(-1)?.search ?? checkpoint.search, run.checkpoints.at(-1)!.search);
    }
  });

  test(`a run aborted at any moment ends with the best of all starts, and resumes: ${loss}`, async () => {
    const run = await whole(loss);
    const { starts } = run.of('start')[0]!;
    // Within the first start, at its end, within the second, at the end of all, and at the full size.
    for (const after of [2, 4, 6, 12, 13]) {
      const aborted = await go({ ...ALL, loss }, after);
      const { done } = aborted;
      assert.equal([done.reason, done.picture.width, aborted.of('iteration').length], ['aborted', 96, after]);
      // What each start has come to alone by then.
      const found: Told['done'][] = [];
      for (const [i, index] of (after > 12 ? [BEST] : starts).entries()) {
        const iterations = after > 12 ? after - 8 : Math.min(4, Math.max(0, after - 4 * i));
        found.push((await cutAlone(index, loss, iterations)).done);
      }
      const best = found.reduce((a, b) => (b.loss < a.loss ? b : a));
      assert.equal(bits(done), bits(best), `after ${after}`);
      const resumed = await go({ ...ALL, loss, resume: throughFile(aborted.checkpoints.at(-1)!) });
      assert.equal(bits(resumed.done), bits(run.done), `after ${after}`);
    }
  });

  test(`where there is one level, each start does all iterations, and the best is handed over: ${loss}`, async () => {
    const run = await whole(loss, 1);
    const { starts } = run.of('start')[0]!;
    for (const index of starts) assert.equal(told(run, index), told(await alone(index, loss, 1), 0));
    assert.is(run.of('iteration').length, 3 * ITERATIONS);
    const ends = await Promise.all(starts.map(async (index) => (await alone(index, loss, 1)).done));
    assert.equal(
      run.of('chosen')[0]!.losses,
      ends.map((end) => end.loss),
    );
    assert.equal(
      run.events.slice(-3).map(({ type }) => type),
      ['chosen', 'checkpoint', 'done'],
    );
    const best = ends.reduce((a, b) => (b.loss < a.loss ? b : a));
    assert.equal(bits(run.done), bits(best));
    assert.equal([run.done.reason, run.done.start], ['iterations', BEST]);
    for (const at of [2, 9, 20, 21]) {
      const resumed = await go({ ...ALL, loss, levels: 1, resume: throughFile(run.checkpoints[at]!) });
      assert.equal(bits(resumed.done), bits(run.done), `from checkpoint ${at}`);
    }
  });
}

test('without iterations the best candidate at the full size is handed over', async () => {
  const { of, done, checkpoints } = await go({ ...ALL, iterations: 0 });
  assert.equal([of('chosen')[0]!.start, done.start, done.reason, done.iterations], [NEAR, NEAR, 'iterations', 0]);
  assert.is(checkpoints.length, 1);
  assert.is(done.loss, Math.min(...of('chosen')[0]!.losses));
});

test('two of three: the worst candidate is left out', async () => {
  const { of } = await go({ ...ALL, starts: 2, iterations: 2 });
  const { starts, candidates: described } = of('start')[0]!;
  const worst = described.map(({ loss }) => loss!).indexOf(Math.max(...described.map(({ loss }) => loss!)));
  assert.equal([starts.length, starts.includes(worst)], [2, false]);
});

test('no tensor is left over, also when the consumer stops early', async () => {
  const { renderer } = await scene();
  const options = { ...ALL, loss: 'gram,ssim/of=start:0.1', iterations: 2 };
  await go(options);
  const before = tf.memory().numTensors;
  await go(options);
  assert.is(tf.memory().numTensors, before);
  let left = 3;
  for await (const event of refine(renderer, await strip(), options)) {
    if (event.type === 'iteration' && --left === 0) break;
  }
  assert.is(tf.memory().numTensors, before);
});

test('a run that was cut leaves the same files as one that was not', async () => {
  const { renderer } = await scene();
  const target = await strip();
  const folders = await Promise.all(['whole', 'cut'].map((name) => mkdtemp(join(tmpdir(), `voxstyle-${name}-`))));
  const [uncut, cut] = folders as [string, string];
  try {
    for await (const _ of keepRun(uncut, target, refine(renderer, target, ALL)));
    for (const stop of [3, 6, 5, undefined]) {
      const saved = stop === 3 ? undefined : await readRun(cut);
      const events = refine(renderer, target, { ...ALL, checkpointEvery: 2, resume: saved?.checkpoint });
      let iterations = 0;
      for await (const event of keepRun(cut, target, events, saved?.history)) {
        if (event.type === 'iteration' && ++iterations === stop) break;
      }
    }
    const [first, second] = await Promise.all(
      [uncut, cut].map(async (folder) => {
        const read = (file: string) => readFile(join(folder, file));
        const history = (await read(RUN_FILES.history)).toString().trim().split('\n');
        const { checkpoint } = await readRun(folder);
        const lines = history.map((line) => ({ ...JSON.parse(line), seconds: 0 }));
        const files = await Promise.all([RUN_FILES.psi, RUN_FILES.render, RUN_FILES.sheet].map(read));
        return { checkpoint, lines, files: files.map((file) => file.toString('base64')) };
      }),
    );
    assert.equal(second, first);
    assert.equal(
      first!.lines.map(({ type }) => type),
      [...Array(12).fill('iteration'), 'chosen', ...Array(3).fill('iteration')],
    );
  } finally {
    for (const folder of folders) await rm(folder, { recursive: true });
  }
});

test.run();
