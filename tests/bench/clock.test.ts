import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Contender, interleave, timing, Unavailable } from '../../bench/speed/clock.js';
import { VoxstyleError } from '../../errors.js';

const test = suite('bench: clock');

/** A contender that notes its rounds in a log and takes 100 ms, then 1 ms, 2 ms, … */
const contender = (name: string, log: string[], refuse?: { at: number; with: Error }): Contender => ({
  name,
  async round(number) {
    log.push(`${name}${number}`);
    if (refuse?.at === number) throw refuse.with;
    return { forward: number === 0 ? 100 : number };
  },
});

test('contenders take turns, and the warm-up does not count', async () => {
  const log: string[] = [];
  const [a, b] = [contender('a', log), contender('b', log)];
  const outcomes = await interleave([a, b], 3);
  assert.equal(log, ['a0', 'b0', 'a1', 'b1', 'a2', 'b2', 'a3', 'b3']);
  assert.equal(outcomes.get(a), { first: { forward: 100 }, timings: { forward: { median: 2, times: [1, 2, 3] } } });
});

test('one that is refused takes no further part and has no times', async () => {
  const log: string[] = [];
  const [a, b] = [contender('a', log, { at: 1, with: new Unavailable('no such program') }), contender('b', log)];
  const outcomes = await interleave([a, b], 2);
  assert.equal(log, ['a0', 'b0', 'a1', 'b1', 'b2']);
  assert.is(outcomes.get(a)!.refused, 'no such program');
  assert.equal(outcomes.get(a)!.timings, {});
  assert.equal(outcomes.get(b)!.timings.forward!.times, [1, 2]);
});

test('what is beyond the limits is a refusal; a fault and a lost device are thrown', async () => {
  const parts = { where: 'here', expected: 'this', found: 'that', fix: 'mend it' };
  for (const code of ['usage', 'bad-input', 'no-device'] as const) {
    const one = contender('a', [], { at: 0, with: new VoxstyleError(code, parts) });
    assert.match((await interleave([one], 1)).get(one)!.refused!, /expected this, found that/);
  }
  for (const error of [
    new VoxstyleError('device-lost', parts),
    new VoxstyleError('internal', parts),
    new TypeError(),
  ]) {
    const one = contender('a', [], { at: 0, with: error });
    const thrown = await interleave([one], 1).then(
      () => undefined,
      (reason) => reason,
    );
    assert.is(thrown, error);
  }
});

test('an abort ends it before the next measurement and keeps what was counted', async () => {
  const controller = new AbortController();
  const log: string[] = [];
  const a = contender('a', log);
  const b: Contender = {
    name: 'b',
    async round(number) {
      log.push(`b${number}`);
      if (number === 1) controller.abort();
      return { both: 7 };
    },
  };
  const outcomes = await interleave([a, b], 5, controller.signal);
  assert.equal(log, ['a0', 'b0', 'a1', 'b1']);
  assert.equal(outcomes.get(a)!.timings, { forward: { median: 1, times: [1] } });
  assert.equal(outcomes.get(b)!.timings, { both: { median: 7, times: [7] } });
});

test('medians of odd and even counts; the times keep their order', () => {
  assert.equal(timing([10, 9, 100]), { median: 10, times: [10, 9, 100] });
  assert.is(timing([4, 1, 100, 2]).median, 3);
});

test.run();
