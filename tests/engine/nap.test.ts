import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { napping } from '../../engine/nap.js';

const test = suite('nap');

const after = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** How often `act` has the process asleep. */
async function napsDuring(act: () => Promise<unknown>): Promise<number> {
  const { wait } = Atomics;
  let naps = 0;
  Atomics.wait = ((...args: Parameters<typeof wait>) => {
    naps++;
    return wait(...args);
  }) as typeof wait;
  try {
    await act();
  } finally {
    Atomics.wait = wait;
  }
  return naps;
}

test('it gives what the promise gives, and what it is rejected with', async () => {
  assert.is(await napping(Promise.resolve(7)), 7);
  const error = new Error('lost');
  assert.is(await napping(Promise.reject(error)).catch((caught) => caught), error);
});

test('timers are served while it waits, and the process sleeps between them', async () => {
  const ticks: number[] = [];
  const timer = setInterval(() => ticks.push(performance.now()), 5);
  const naps = await napsDuring(() => napping(after(120)));
  clearInterval(timer);
  // 24 of them are due; a machine that is busy serves fewer.
  assert.ok(ticks.length >= 6, `${ticks.length} ticks`);
  assert.ok(naps >= 10, `${naps} naps`);
});

test('nobody sleeps once nothing is waited for, after a rejection either', async () => {
  await napping(after(5));
  await napping(after(5).then(() => Promise.reject(new Error('lost')))).catch(() => {});
  // The turn that finds nothing to wait for is the last.
  await new Promise(setImmediate);
  assert.is(await napsDuring(() => after(20)), 0);
});

test('a turn has one nap, however many wait and however often one follows another at once', async () => {
  const turns = 20;
  const naps = await napsDuring(async () => {
    for (let i = 0; i < 50; i++) await napping(Promise.resolve());
    const waits = Array.from({ length: 5 }, () => napping(after(200)));
    for (let i = 0; i < turns; i++) await new Promise(setImmediate);
    // Timers of a test's own need no waiting for.
    void Promise.all(waits);
  });
  assert.ok(naps <= turns + 2, `${naps} naps in ${turns} turns`);
  await after(220);
});

test.run();
