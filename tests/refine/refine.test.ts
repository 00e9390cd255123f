import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openDevice } from '../../engine/device.js';
import { parsePsi } from '../../engine/psi.js';
import { toVector } from '../../engine/psi-vector.js';
import { Renderer } from '../../engine/renderer.js';
import { type LossFactory, ofPictures } from '../../losses/index.js';
import { toJson } from '../../refine/events.js';
import { refused } from '../refused.js';
import { bits, cube, faulty, init, POLISHED, run, SIZE, SQUARE, STOCHASTIC, scene } from './runs.js';

const test = suite('refine');

const upTo = (end: number) => [...Array(end).keys()];

test('a look is found again: the loss falls to a fifth or less', async () => {
  const { events, of, done, states } = await run();
  const [start] = of('start');
  assert.is(events[0], start);
  assert.equal([start!.from, start!.steps, start!.width, start!.height, start!.loss], [0, 16, SIZE, SIZE, 'l2:1']);
  const { renderer } = await scene();
  assert.equal(start!.before.data, (await renderer.forward(init, SQUARE)).picture.data);

  const iterations = of('iteration');
  assert.equal(
    iterations.map(({ iteration }) => iteration),
    upTo(40),
  );
  let best = Number.POSITIVE_INFINITY;
  for (const event of iterations) {
    best = Math.min(best, event.loss);
    assert.is(event.best, best);
    assert.equal(event.terms, { l2: event.loss });
    assert.ok(event.gradientNorm > 0 && event.seconds > 0, toJson(event));
    assert.is(event.method, event.iteration < 12 ? 'adam' : 'lbfgs', toJson(event));
    assert.ok(event.accepted || event.method === 'lbfgs', toJson(event));
  }
  assert.equal([of('rejected').length, done.reason, done.iterations], [0, 'iterations', 40]);
  assert.ok(done.loss <= iterations[0]!.loss / 5, `from ${iterations[0]!.loss} to ${done.loss}`);
  assert.ok(done.loss <= best);
  assert.equal(parsePsi(JSON.parse(JSON.stringify(done.psi))), done.psi);
  const { picture } = await renderer.forward(done.psi, SQUARE);
  assert.equal(picture, done.picture, "the picture is the Ψ's");
  assert.equal(
    states.map(({ iteration }) => iteration),
    [10, 20, 30, 40],
  );
});

test('L-BFGS goes on where Adam ends, and lower than Adam alone', async () => {
  const alone = await run(faulty(() => undefined, true));
  const joined = await run(faulty(() => undefined));
  const losses = ({ of }: typeof alone) => of('iteration').map(({ loss }) => loss);
  // Their schedules differ, so no more than the start is the same.
  assert.is(losses(joined)[0], losses(alone)[0]);
  assert.ok(joined.done.loss < alone.done.loss, `${joined.done.loss}, Adam alone ${alone.done.loss}`);
});

test('a step of L-BFGS is accepted if and only if it descends as its slope promises', async () => {
  // Twice the loss comes out higher than it is: in Adam's part, whose end is iteration 4, and in L-BFGS's.
  const { of, states, done } = await run(faulty((iteration) => ([3, 8].includes(iteration) ? 'high' : undefined)));
  for (const { iteration, loss, accepted, best } of of('iteration').slice(1)) {
    // The checkpoint before an iteration holds the step that led to it.
    const before = states[iteration - 1]!.accepted!;
    if (iteration <= 4) assert.is(before.slope, null);
    else assert.ok(before.slope! < 0, `the slope is ${before.slope}`);
    const tooFar = before.slope !== null && loss > before.loss + 1e-4 * before.slope;
    assert.is(accepted, !tooFar, `iteration ${iteration}`);
    const state = states[iteration]!;
    assert.is(state.accepted!.loss, accepted ? loss : before.loss);
    assert.equal(state.best!.loss, best);
    if (tooFar) assert.equal(state.accepted!.reals, before.reals, 'the next step is from the same point');
  }
  const accepted = of('iteration').map((event) => event.accepted);
  assert.equal([accepted[3], accepted[8]], [true, false]);
  assert.equal([done.reason, done.iterations], ['iterations', 12]);
});

test('a loss that is drawn anew is left to Adam', async () => {
  const { of, states } = await run({ ...STOCHASTIC, checkpointEvery: 1 });
  for (const { method, accepted } of of('iteration')) assert.equal([method, accepted], ['adam', true]);
  for (const { accepted, optimizer } of states) {
    assert.is(accepted!.slope, null);
    assert.equal(optimizer.lbfgs, { previous: null, pairs: [] });
  }
});

test('what is frozen stays as it is to the bit, what is tied stays tied', async () => {
  const start = structuredClone(init);
  start.parameters.tied = [['background.top', 'background.bottom']];
  const { done, of } = await run({ init: start, iterations: 10, freeze: ['density', 'channels.0.window', 'tone.hue'] });
  const [before, after] = [toVector(start), toVector(done.psi)];
  const moved = before.paths.filter((_, i) => !Object.is(before.values[i], after.values[i]));
  const free = of('start')[0]!.free.flatMap((name) => name.split('='));
  assert.equal(
    moved.filter((path) => !free.includes(path)),
    [],
  );
  assert.ok(moved.length > 20, `only ${moved} moved`);
  const frozen = ['density', 'channels.0.window.lo', 'tone.hue', 'camera.azimuth', ...init.parameters.freeze];
  for (const path of frozen) assert.not.ok(free.includes(path), path);
  assert.equal(done.psi.background.top, done.psi.background.bottom);
  assert.equal(done.psi.parameters, start.parameters);
});

test('the same seed gives the same bits, another seed others', async () => {
  const first = bits((await run(STOCHASTIC)).done);
  assert.equal(bits((await run(STOCHASTIC)).done), first);
  assert.is.not(bits((await run({ ...STOCHASTIC, seed: 6 })).done).psi, first.psi);
});

test('a run with L-BFGS repeats bit for bit', async () => {
  assert.equal(bits((await run(POLISHED)).done), bits((await run(POLISHED)).done));
});

for (const [stochastic, iterations] of [
  [true, 200],
  [false, 62],
] as const) {
  test(`a loss that falls no more ends the run, ${stochastic ? "Adam's" : "L-BFGS's"}`, async () => {
    const flat: LossFactory = (of) => ({
      name: 'flat',
      stochastic,
      evaluate: () => ({ value: 1, gradient: new Float32Array(of.data.length) }),
    });
    const { done, states } = await run({
      loss: 'flat',
      losses: new Map([['flat', ofPictures('', flat, { pairs: true })]]),
      iterations,
    });
    assert.equal([done.reason, done.iterations], ['plateau', 61]);
    assert.is(states.at(-1)!.stopped, 'plateau');
  });
}

test('events as JSON are lines without pictures and checkpoints', async () => {
  const { events } = await run(faulty((iteration, tries) => (iteration === 5 && tries === 0 ? 'value' : undefined)));
  const lines = events.map(toJson);
  assert.equal([...new Set(events.map(({ type }) => type))].sort(), [
    'checkpoint',
    'done',
    'iteration',
    'rejected',
    'start',
  ]);
  for (const [i, line] of lines.entries()) {
    assert.not.match(line, /\n/);
    const { before, picture, checkpoint, ...rest } = events[i] as unknown as Record<string, unknown>;
    assert.equal(JSON.parse(line), rest);
  }
});

test('a device lost in the middle ends the run with device-lost', async () => {
  const other = await openDevice({ tier: 'bundled' });
  const lost = await Renderer.open(other, cube);
  let iterations = 0;
  const error = await refused(() =>
    run(
      {},
      (event) => {
        if (event.type === 'iteration' && ++iterations === 3) other.gpu.destroy();
      },
      { renderer: lost },
    ),
  );
  assert.equal([error.code, error.exitCode, iterations], ['device-lost', 75, 3]);
  lost.close();
  other.close();
});

test.run();
