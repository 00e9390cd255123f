import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makePhantom } from '../../cubes/phantom.js';
import { emptyPicture } from '../../engine/picture.js';
import { cubeDigest, parseCheckpoint, pictureDigest } from '../../refine/checkpoint.js';
import { refused } from '../refused.js';

const test = suite('refine, checkpoint');

const whole = {
  version: 2,
  inputs: { seed: '0' },
  state: {
    iteration: 3,
    level: 1,
    reals: [0.1, -2],
    accepted: { reals: [0, 0], updates: [0.1, -2], gradient: [-1e-9, 1 / 3], loss: 0.1, slope: -2 / 3 },
    optimizer: {
      adam: { step: 3, firstMoment: [0, 1e-9], secondMoment: [5e-324, 1] },
      lbfgs: { previous: { params: [0.1, 0.2], gradient: [-1, 1] }, pairs: [{ s: [1e-7, 0.3], y: [2, 1 / 3] }] },
    },
    stopping: { count: 3, average: 0.3, best: null, waited: 3 },
    stepScale: 0.25,
    best: { loss: 0.2, reals: [0, 0] },
    stopped: null,
  },
};

test('a checkpoint survives its file to the bit', () => {
  assert.equal(parseCheckpoint(JSON.parse(JSON.stringify(whole))), whole);
  // Before the first step, and while steps need not descend.
  const lbfgs = { previous: null, pairs: [] };
  for (const accepted of [null, { ...whole.state.accepted, slope: null }]) {
    const early = { ...whole, state: { ...whole.state, accepted, optimizer: { ...whole.state.optimizer, lbfgs } } };
    assert.equal(parseCheckpoint(JSON.parse(JSON.stringify(early))), early);
  }
});

const { accepted, optimizer } = whole.state;
const having = (parts: object) => ({ ...whole, state: { ...whole.state, ...parts } });
const damaged: [what: string, document: unknown, says: string][] = [
  ['nothing', null, 'at document'],
  ['text', 'checkpoint', 'at document'],
  ['another version', { ...whole, version: 1 }, 'at version'],
  ['a key more', { ...whole, more: 1 }, 'at document'],
  ['no state', { version: 2, inputs: {} }, 'at state'],
  ['a real that JSON could not hold', having({ reals: [null, 1] }), 'at state.reals.0'],
  ['half an iteration', having({ iteration: 1.5 }), 'at state.iteration'],
  ['an iteration before the first', having({ iteration: -1 }), 'at state.iteration'],
  ['no level', having({ level: undefined }), 'at state.level'],
  ['half a level', having({ level: 0.5 }), 'at state.level'],
  ['another end', having({ stopped: 'done' }), 'at state.stopped'],
  ['a step without its slope', having({ accepted: { ...accepted, slope: undefined } }), 'at state.accepted.slope'],
  ['the state of Adam alone', having({ optimizer: optimizer.adam }), 'at state.optimizer.adam'],
  [
    'half a pair',
    having({ optimizer: { ...optimizer, lbfgs: { previous: null, pairs: [{ s: [1, 2] }] } } }),
    'at state.optimizer.lbfgs.pairs.0.y',
  ],
];
for (const [what, document, says] of damaged) {
  test(`${what} is refused by the field`, async () => {
    const error = await refused(() => parseCheckpoint(document, 'run/checkpoint.json'));
    assert.equal([error.code, error.parts.where], ['bad-input', 'run/checkpoint.json']);
    assert.ok(error.parts.found.startsWith(`${says}: `), error.message);
  });
}

test('digests tell contents apart and leave names out', () => {
  const cube = makePhantom('ct', { size: 16 });
  const digest = cubeDigest(cube);
  assert.match(digest, /^[0-9a-f]{16}$/);
  assert.is(cubeDigest({ ...structuredClone(cube), source: 'elsewhere.tif', notes: ['moved'] }), digest);
  const touched = structuredClone(cube);
  touched.channels[0]!.samples[100]! += 1;
  for (const other of [touched, { ...cube, spacing: [1, 1, 2] as const }, { ...cube, shape: [8, 32, 16] as const }]) {
    assert.is.not(cubeDigest(other), digest);
  }

  const picture = emptyPicture(4, 3);
  assert.is(pictureDigest(structuredClone(picture)), pictureDigest(picture));
  assert.is.not(pictureDigest({ ...picture, width: 3, height: 4 }), pictureDigest(picture));
  assert.is.not(pictureDigest({ ...picture, data: picture.data.with(5, 0.5) }), pictureDigest(picture));
});

test.run();
