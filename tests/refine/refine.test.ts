import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makePhantom } from '../../cubes/phantom.js';
import { type Device, openDevice } from '../../engine/device.js';
import type { Picture } from '../../engine/picture.js';
import { type Psi, parsePsi } from '../../engine/psi.js';
import { defaultPsi } from '../../engine/psi-default.js';
import { freeParameters } from '../../engine/psi-parameters.js';
import { randomPsi } from '../../engine/psi-random.js';
import { toVector } from '../../engine/psi-vector.js';
import { Renderer } from '../../engine/renderer.js';
import { LOSSES, type LossFactory, l2 } from '../../losses/index.js';
import { seededRandom } from '../../random.js';
import { type Checkpoint, parseCheckpoint } from '../../refine/checkpoint.js';
import { type DoneEvent, type RefineEvent, toJson } from '../../refine/events.js';
import { REFINE_DEFAULTS, type RefineOptions, refine } from '../../refine/index.js';
import { refused } from '../refused.js';

const test = suite('refine');

const SIZE = 24;
const cube = makePhantom('ct', { size: 16 });
const init: Psi = defaultPsi(cube);
init.sampling.steps = 16;

let device: Device;
let renderer: Renderer;
let target: Picture;
test.before(async () => {
  device = await openDevice({ tier: 'bundled' });
  renderer = await Renderer.open(device, cube);
  const look = randomPsi(init, seededRandom(4), 'dense');
  target = (await renderer.forward(look, { width: SIZE, height: SIZE })).picture;
});
test.after(() => {
  renderer.close();
  device.close();
});

type Of<T extends RefineEvent['type']> = Extract<RefineEvent, { type: T }>;

/** What a run told. `see` is called with each event as it comes. */
async function run(options: RefineOptions = {}, see: (event: RefineEvent) => void = () => {}, on = renderer) {
  const events: RefineEvent[] = [];
  for await (const event of refine(on, target, { init, loss: 'l2', size: SIZE, iterations: 40, ...options })) {
    events.push(event);
    see(event);
  }
  const of = <T extends RefineEvent['type']>(type: T) => events.filter((event): event is Of<T> => event.type === type);
  const [done] = of('done');
  assert.ok(done && events.at(-1) === done, 'a run ends with done');
  return { events, of, done, checkpoints: of('checkpoint').map(({ checkpoint }) => checkpoint) };
}

/** Ψ and picture as they must repeat: to the bit. */
const bits = ({ psi, picture, loss, iterations }: DoneEvent) => ({
  psi: JSON.stringify(psi),
  picture: Buffer.from(picture.data.buffer).toString('base64'),
  loss,
  iterations,
});

/** A checkpoint as it comes back from its file. */
const throughFile = (checkpoint: Checkpoint) => parseCheckpoint(JSON.parse(JSON.stringify(checkpoint)));

/** Two losses, one of which draws anew in each iteration. */
const STOCHASTIC = { loss: 'swd:1,l2:0.5', iterations: 18, checkpointEvery: 6, seed: 5 };

test('a look is found again: the loss falls to a fifth or less', async () => {
  const { events, of, done, checkpoints } = await run();
  const [start] = of('start');
  assert.is(events[0], start);
  assert.equal([start!.from, start!.steps, start!.width, start!.height, start!.loss], [0, 16, SIZE, SIZE, 'l2:1']);
  assert.equal(start!.before.data, (await renderer.forward(init, { width: SIZE, height: SIZE })).picture.data);

  const iterations = of('iteration');
  assert.equal(
    iterations.map(({ iteration }) => iteration),
    [...Array(40).keys()],
  );
  let best = Number.POSITIVE_INFINITY;
  for (const event of iterations) {
    best = Math.min(best, event.loss);
    assert.is(event.best, best);
    assert.equal(event.terms, { l2: event.loss });
    assert.ok(event.gradientNorm > 0 && event.learningRate > 0 && event.seconds > 0, toJson(event));
  }
  assert.equal([of('rejected').length, done.reason, done.iterations], [0, 'iterations', 40]);
  assert.ok(done.loss <= iterations[0]!.loss / 5, `from ${iterations[0]!.loss} to ${done.loss}`);
  assert.ok(done.loss <= best);
  assert.equal(parsePsi(JSON.parse(JSON.stringify(done.psi))), done.psi);
  const { picture } = await renderer.forward(done.psi, { width: SIZE, height: SIZE });
  assert.equal(picture, done.picture, "the picture is the Ψ's");
  assert.ok(checkpoints.some(({ state }) => state.iteration === 20));
  assert.is(checkpoints.at(-1)!.state.iteration, 40);
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
  for (const path of ['density', 'channels.0.window.lo', 'tone.hue', 'camera.azimuth'])
    assert.not.ok(free.includes(path), path);
  assert.equal(done.psi.background.top, done.psi.background.bottom);
  assert.equal(done.psi.parameters, start.parameters);
});

test('the same seed gives the same bits, another seed others', async () => {
  const first = bits((await run(STOCHASTIC)).done);
  assert.equal(bits((await run(STOCHASTIC)).done), first);
  assert.is.not(bits((await run({ ...STOCHASTIC, seed: 6 })).done).psi, first.psi);
});

test('a run resumed from any of its checkpoints ends in the same bits', async () => {
  const whole = await run(STOCHASTIC);
  assert.equal([...new Set(whole.checkpoints.map(({ state }) => state.iteration))], [6, 12, 18]);
  for (const checkpoint of whole.checkpoints) {
    const { done, of } = await run({ ...STOCHASTIC, resume: throughFile(checkpoint) });
    const { iteration } = checkpoint.state;
    assert.is(of('start')[0]!.from, iteration);
    assert.equal(
      of('iteration').map((event) => event.iteration),
      [...Array(18).keys()].slice(iteration),
    );
    assert.equal(bits(done), bits(whole.done), `from ${iteration}`);
  }
});

test('an aborted run hands over a checkpoint and the best so far, and resumes to the same bits', async () => {
  const whole = await run(STOCHASTIC);
  const controller = new AbortController();
  const aborted = await run({ ...STOCHASTIC, signal: controller.signal }, (event) => {
    if (event.type === 'iteration' && event.iteration === 10) controller.abort();
  });
  assert.equal([aborted.done.reason, aborted.done.iterations], ['aborted', 11]);
  assert.is(aborted.events.at(-2)!.type, 'checkpoint');
  assert.ok(aborted.done.loss < aborted.of('iteration')[0]!.loss);
  const resumed = await run({ ...STOCHASTIC, resume: throughFile(aborted.checkpoints.at(-1)!) });
  assert.equal(bits(resumed.done), bits(whole.done));
});

test('a run aborted before it begins does nothing but say so', async () => {
  const { done, of, checkpoints } = await run({ signal: AbortSignal.abort() });
  assert.equal([done.reason, done.iterations, of('iteration').length], ['aborted', 0, 0]);
  assert.is(checkpoints.at(-1)!.state.iteration, 0);
  assert.equal(done.picture.width, SIZE);
});

/** The L2 loss that goes wrong as told, by iteration and by how often that iteration has been tried before. */
function faulty(wrong: (iteration: number, tries: number) => 'value' | 'infinite' | 'gradient' | undefined) {
  const tries = new Map<number, number>();
  const factory: LossFactory = (of) => {
    const inner = l2(of);
    return {
      name: 'faulty',
      async evaluate(picture, context) {
        const { value, gradient } = await inner.evaluate(picture, context);
        const before = tries.get(context.iteration) ?? 0;
        tries.set(context.iteration, before + 1);
        const fault = wrong(context.iteration, before);
        if (fault === 'gradient') gradient[4 * (SIZE * 12 + 12)] = Number.NaN;
        return {
          value: fault === 'value' ? Number.NaN : fault === 'infinite' ? Number.POSITIVE_INFINITY : value,
          gradient,
        };
      },
    };
  };
  return { loss: 'faulty', losses: new Map([...LOSSES, ['faulty', factory]]), iterations: 12, checkpointEvery: 1 };
}

const finite = (psi: Psi) => toVector(psi).values.every(Number.isFinite);

for (const [fault, reason] of [
  ['value', /the loss is NaN/],
  ['infinite', /the loss is Infinity/],
  ['gradient', /a gradient is NaN/],
] as const) {
  test(`a step to a fault of kind ${fault} is taken back, and the run goes on`, async () => {
    const options = faulty((iteration, tries) => (iteration === 5 && tries < 2 ? fault : undefined));
    const { of, done, checkpoints } = await run(options);
    const rejected = of('rejected');
    assert.equal(
      rejected.map(({ iteration, stepScale }) => [iteration, stepScale]),
      [
        [5, 0.5],
        [5, 0.25],
      ],
    );
    for (const event of rejected) assert.match(event.reason, reason);
    const iterations = of('iteration');
    assert.equal(
      iterations.map(({ iteration }) => iteration),
      [...Array(12).keys()],
    );
    assert.ok(iterations[5]!.learningRate < 0.5 * iterations[4]!.learningRate, 'the steps are cut');
    assert.equal([done.reason, done.iterations], ['iterations', 12]);
    assert.ok(finite(done.psi) && Number.isFinite(done.loss) && done.loss < iterations[0]!.loss);
    for (const { state } of checkpoints) assert.ok(state.reals.every(Number.isFinite));

    // A rejection is a part of the state: what comes after it doesn't depend on whether the run was stopped.
    const after = checkpoints.find(({ state }) => state.iteration === 6)!;
    const resumed = await run({ ...faulty(() => undefined), resume: throughFile(after) });
    assert.equal(bits(resumed.done), bits(done));
  });
}

test('a rejected step is tried again at half its length', async () => {
  const options = faulty((iteration, tries) => (iteration === 1 && tries === 0 ? 'value' : undefined));
  const { checkpoints } = await run({ ...options, iterations: 2 });
  const [first, second] = checkpoints.map(({ state }) => state.accepted!);
  const half = first!.reals.map((real, i) => real + first!.updates[i]! / 2);
  assert.equal(second!.reals, [...freeParameters(init).project(Float64Array.from(half))]);
});

test('a run that meets nothing but faults gives up in one line', async () => {
  const rejections: RefineEvent[] = [];
  const error = await refused(() =>
    run(
      faulty((iteration) => (iteration >= 5 ? 'value' : undefined)),
      (event) => {
        if (event.type === 'rejected') rejections.push(event);
      },
    ),
  );
  assert.equal([error.code, error.parts.where], ['internal', 'iteration 5']);
  assert.match(error.message, /the loss is NaN/);
  assert.is(rejections.length, 30);
});

for (const fault of ['value', 'gradient'] as const) {
  test(`a fault of kind ${fault} at the start is the input's`, async () => {
    const error = await refused(() => run(faulty(() => fault)));
    assert.equal([error.code, error.exitCode, error.parts.where], ['bad-input', 65, 'the initial Ψ']);
  });
}

test('a loss that falls no more ends the run', async () => {
  const flat: LossFactory = (of) => ({
    name: 'flat',
    evaluate: () => ({ value: 1, gradient: new Float32Array(of.data.length) }),
  });
  const { done, checkpoints } = await run({ loss: 'flat', losses: new Map([['flat', flat]]), iterations: 200 });
  assert.equal([done.reason, done.iterations], ['plateau', 61]);
  assert.is(checkpoints.at(-1)!.state.stopped, 'plateau');
});

test('a resume with other inputs is refused by the name of what differs', async () => {
  const { checkpoints } = await run({ iterations: 2 });
  const resume = throughFile(checkpoints.at(-1)!);
  const other = structuredClone(init);
  other.camera.azimuth += 1;
  const options: [name: string, options: RefineOptions][] = [
    ['init', { init: other }],
    ['free', { freeze: ['tone.hue'] }],
    ['loss', { loss: 'l1' }],
    ['iterations', { iterations: 3 }],
    ['seed', { seed: 1 }],
    ['size', { size: SIZE - 1 }],
    ['learning rate', { learningRate: 0.2 }],
    ['device', { resume: { ...resume, inputs: { ...resume.inputs, device: 'another device' } } }],
    ['cube', { resume: { ...resume, inputs: { ...resume.inputs, cube: 'another cube' } } }],
    ['target', { resume: { ...resume, inputs: { ...resume.inputs, target: 'another target' } } }],
  ];
  assert.equal(options.map(([name]) => name).sort(), Object.keys(resume.inputs).sort(), 'every input is tried');
  for (const [name, changed] of options) {
    const error = await refused(() => run({ iterations: 2, resume, ...changed }));
    assert.equal([error.code, error.parts.where], ['usage', 'resume']);
    assert.ok(error.parts.expected.startsWith(`the checkpoint's ${name}, `), error.message);
  }
  const moved = { ...target, data: target.data.map((value, i) => (i === 0 ? value + 1e-6 : value)) };
  const steps = refine(renderer, moved, { init, loss: 'l2', size: SIZE, iterations: 2, resume });
  assert.match((await refused(() => steps.next())).message, /checkpoint's target, /);
  await run({ iterations: 2, resume });
});

const usages: [what: string, options: RefineOptions, code: string, says: RegExp][] = [
  ['an unknown loss', { loss: 'gram' }, 'usage', /'gram'/],
  ['an unknown path', { free: ['contrast'] }, 'usage', /'contrast'/],
  ['nothing free', { freeze: ['channels', 'density', 'background', 'tone'] }, 'usage', /at least one free scalar/],
  ['the camera', { free: ['camera'] }, 'usage', /'camera'/],
  [
    'a Ψ of another cube',
    { init: parsePsi({ ...init, channels: [...init.channels, ...init.channels] }) },
    'bad-input',
    /expected 1 channels/,
  ],
];
for (const [what, options, code, says] of usages) {
  test(`${what} is refused before the first event`, async () => {
    const seen: string[] = [];
    const error = await refused(() => run(options, ({ type }) => seen.push(type)));
    assert.is(error.code, code);
    assert.match(error.message, says);
    assert.equal(seen, []);
  });
}

test('an option that is undefined takes its default', async () => {
  const { of } = await run({ seed: undefined, loss: undefined, size: 8, iterations: 1 } as unknown as RefineOptions);
  const { loss, seed } = of('start')[0]!;
  assert.equal([loss, seed], [REFINE_DEFAULTS.loss, REFINE_DEFAULTS.seed]);
});

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
      lost,
    ),
  );
  assert.equal([error.code, error.exitCode, iterations], ['device-lost', 75, 3]);
  lost.close();
  other.close();
});

test.run();
