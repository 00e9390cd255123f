import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { progress } from '../../cli/progress.js';
import type { RefineOptions } from '../../refine/index.js';
import { runAny, throughFile } from './runs.js';
import { candidates, strip, TWO } from './starts.js';

const test = suite('refine, progress');

/** What people read of a run where there is no terminal, without times. */
async function lines(options: RefineOptions) {
  let text = '';
  const stream = { isTTY: false, write: (chunk: string) => (text += chunk) } as unknown as NodeJS.WriteStream;
  const show = progress(stream);
  const told = await runAny({ ...TWO, ...options }, show, { target: await strip() });
  return {
    ...told,
    lines: text
      .replaceAll(/ {2}\S+ s left|[0-9.]{5,}/g, '')
      .trim()
      .split('\n'),
  };
}

const begun = '48×12 pixels × 32 samples, then 96×24 pixels × 40 samples';
const COARSE = 'loss  at 48×12';
const FULL = 'loss  at 96×24';

test('a run from one Ψ counts its iterations', async () => {
  const { lines: said } = await lines({ init: candidates[0]!, iterations: 4 });
  assert.equal(said, [
    `refining 53 scalars by l2:1: ${begun}`,
    `iteration 1/4  ${COARSE}`,
    `iteration 2/4  ${COARSE}`,
    `iteration 3/4  ${FULL}`,
    `iteration 4/4  ${FULL}`,
    'done after 4 iterations, loss',
  ]);
});

test('of several candidates it says which is begun from', async () => {
  const { lines: said } = await lines({ init: candidates, iterations: 2 });
  assert.match(said[0]!, /^3 candidates, losses .*: begins from the 3rd$/);
  assert.equal(said.slice(2, 4), [`iteration 1/2  ${COARSE}`, `iteration 2/2  ${FULL}`]);
});

test('of several starts it says which is under way, and counts the iterations of all', async () => {
  const options = { init: candidates, starts: 2, iterations: 4 };
  const { lines: said, checkpoints } = await lines(options);
  assert.match(said[0]!, /^3 candidates, losses .*: begins from the 3rd, the 2nd$/);
  const end = [
    `iteration 3/6  start 2 of 2  ${COARSE}`,
    `iteration 4/6  start 2 of 2  ${COARSE}`,
    said[6]!,
    `iteration 5/6  start 2 of 2  ${FULL}`,
    `iteration 6/6  start 2 of 2  ${FULL}`,
    'done after 4 iterations, loss',
  ];
  assert.equal(said.slice(2), [
    `iteration 1/6  start 1 of 2  ${COARSE}`,
    `iteration 2/6  start 1 of 2  ${COARSE}`,
    ...end,
  ]);
  assert.match(said[6]!, /^start 2 of 2 is taken, losses /);

  const resumed = await lines({ ...options, resume: throughFile(checkpoints[2]!) });
  assert.match(resumed.lines[1]!, /, resumed at iteration 1 of start 2 of 2$/);
  assert.equal(resumed.lines.slice(2), end.slice(1));
});

test('where there is one level, the iterations of all starts count whole', async () => {
  const { lines: said } = await lines({ init: candidates, starts: 3, iterations: 2, levels: 1 });
  assert.equal(
    said.slice(2, 8),
    [1, 2, 3, 4, 5, 6].map((n) => `iteration ${n}/6  start ${Math.ceil(n / 2)} of 3  ${FULL}`),
  );
});

test.run();
