import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type RefineOptions, refine } from '../../refine/index.js';
import { refused } from '../refused.js';
import { bits, init, POLISHED, run, SIZE, STOCHASTIC, scene, stateOf, throughFile } from './runs.js';

const test = suite('refine, resume');

const runs: [what: string, options: RefineOptions & { iterations: number }, checkpoints: number[]][] = [
  ['Adam alone', STOCHASTIC, [6, 12, 18]],
  // The first within Adam's part, the others within L-BFGS's.
  ['Adam and L-BFGS', POLISHED, [4, 8, 12, 16, 18]],
];
for (const [what, options, at] of runs) {
  test(`a run resumed from any of its checkpoints ends in the same bits: ${what}`, async () => {
    const whole = await run(options);
    assert.equal(
      whole.states.map(({ iteration }) => iteration),
      at,
    );
    const told = ({ of }: typeof whole) => of('iteration').map(({ seconds: _, ...event }) => event);
    for (const checkpoint of whole.checkpoints) {
      const resumed = await run({ ...options, resume: throughFile(checkpoint) });
      const { iteration } = stateOf(checkpoint);
      assert.is(resumed.of('start')[0]!.from, iteration);
      assert.equal(
        told(resumed),
        told(whole).filter((event) => event.iteration >= iteration),
      );
      assert.equal(bits(resumed.done), bits(whole.done), `from ${iteration}`);
      assert.equal(resumed.states.at(-1) ?? stateOf(checkpoint), whole.states.at(-1)!, 'it ends in the same state');
    }
  });

  test(`an aborted run hands over a checkpoint and the best so far, and resumes to the same bits: ${what}`, async () => {
    const whole = await run(options);
    const controller = new AbortController();
    const aborted = await run({ ...options, signal: controller.signal }, (event) => {
      if (event.type === 'iteration' && event.iteration === 10) controller.abort();
    });
    assert.equal([aborted.done.reason, aborted.done.iterations], ['aborted', 11]);
    assert.is(aborted.events.at(-2)!.type, 'checkpoint');
    assert.ok(aborted.done.loss < aborted.of('iteration')[0]!.loss);
    const resumed = await run({ ...options, resume: throughFile(aborted.checkpoints.at(-1)!) });
    assert.equal(bits(resumed.done), bits(whole.done));
  });
}

test('a run aborted before it begins does nothing but say so', async () => {
  const { done, of, states } = await run({ signal: AbortSignal.abort() });
  assert.equal([done.reason, done.iterations, of('iteration').length], ['aborted', 0, 0]);
  assert.is(states.at(-1)!.iteration, 0);
  assert.equal(done.picture.width, SIZE);
});

for (const [every, iterations, at] of [
  [5, 10, [5, 10]],
  [4, 10, [4, 8, 10]],
  [1, 3, [1, 2, 3]],
  [100, 3, [3]],
  [10, 0, [0]],
] as const) {
  test(`${iterations} iterations with a checkpoint every ${every} give the checkpoints ${at}, none twice`, async () => {
    const { states, events } = await run({ iterations, checkpointEvery: every });
    assert.equal(
      states.map(({ iteration }) => iteration),
      [...at],
    );
    assert.equal(
      events.slice(-2).map(({ type }) => type),
      ['checkpoint', 'done'],
    );
  });
}

test('a resume with other inputs is refused by the name of what differs, in a short line', async () => {
  const { checkpoints } = await run({ iterations: 2 });
  const resume = throughFile(checkpoints.at(-1)!);
  const other = structuredClone(init);
  other.camera.azimuth += 1;
  const options: [name: string, options: RefineOptions][] = [
    ['init', { init: other }],
    ['starts', { resume: { ...resume, inputs: { ...resume.inputs, starts: '2' } } }],
    ['free parameters', { freeze: ['tone.hue'] }],
    ['loss', { loss: 'l1' }],
    ['iterations', { iterations: 3 }],
    ['seed', { seed: 1 }],
    ['size', { size: SIZE - 1 }],
    ['levels', { resume: { ...resume, inputs: { ...resume.inputs, levels: 'others' } } }],
    ['learning rate', { learningRate: 0.2 }],
    ['device', { resume: { ...resume, inputs: { ...resume.inputs, device: 'another device' } } }],
    ['cube', { resume: { ...resume, inputs: { ...resume.inputs, cube: 'another cube' } } }],
    ['target', { resume: { ...resume, inputs: { ...resume.inputs, target: 'another target' } } }],
    ['labels', { labels: 'transmittance' }],
    ['colour', { colour: 'luminance' }],
    ['features', { resume: { ...resume, inputs: { ...resume.inputs, features: 'others' } } }],
    ['backend', { resume: { ...resume, inputs: { ...resume.inputs, backend: 'another' } } }],
  ];
  assert.equal(options.map(([name]) => name).sort(), Object.keys(resume.inputs).sort(), 'every input is tried');
  for (const [name, changed] of options) {
    const error = await refused(() => run({ iterations: 2, resume, ...changed }));
    assert.equal([error.code, error.parts.where], ['usage', 'resume']);
    assert.ok(error.parts.expected.startsWith(`the checkpoint's ${name}, `), error.message);
    assert.ok(error.message.length < 300, `${error.message.length} characters: ${error.message}`);
  }
  const { renderer, target } = await scene();
  const moved = { ...target, data: target.data.map((value, i) => (i === 0 ? value + 1e-6 : value)) };
  const steps = refine(renderer, moved, { init, loss: 'l2', size: SIZE, iterations: 2, resume });
  assert.match((await refused(() => steps.next())).message, /checkpoint's target, /);
  await run({ iterations: 2, resume });
});

test.run();
