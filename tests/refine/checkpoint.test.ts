import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makePhantom } from '../../cubes/phantom.js';
import { emptyPicture } from '../../engine/picture.js';
import { cubeDigest, parseCheckpoint, pictureDigest } from '../../refine/checkpoint.js';
import { refused } from '../refused.js';

const test = suite('refine, checkpoint');

const state = {
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
};
const search = {
  candidates: [0.5, null, 1 / 3],
  starts: [
    { candidate: 2, state },
    { candidate: 0, state },
  ],
  taken: null,
};
const whole = { version: 3, inputs: { seed: '0' }, search };
const searching = (parts: object) => ({ ...whole, search: { ...search, ...parts } });
const having = (parts: object) =>
  searching({ starts: [search.starts[0], { candidate: 0, state: { ...state, ...parts } }] });

test('a checkpoint survives its file to the bit', () => {
  assert.equal(parseCheckpoint(JSON.parse(JSON.stringify(whole))), whole);
  const taken = searching({ taken: 0 });
  assert.equal(parseCheckpoint(JSON.parse(JSON.stringify(taken))), taken);
  // Before the first step, and while steps need not descend.
  const lbfgs = { previous: null, pairs: [] };
  for (const accepted of [null, { ...state.accepted, slope: null }]) {
    const early = having({ accepted, optimizer: { ...state.optimizer, lbfgs } });
    assert.equal(parseCheckpoint(JSON.parse(JSON.stringify(early))), early);
  }
});

const { accepted, optimizer } = state;
const damaged: [what: string, document: unknown, says: string][] = [
  ['nothing', null, 'at document'],
  ['text', 'checkpoint', 'at document'],
  ['the version before', { version: 2, inputs: {}, state }, 'at version'],
  ['a key more', { ...whole, more: 1 }, 'at document'],
  ['no search', { version: 3, inputs: {} }, 'at search'],
  ['no start', searching({ starts: [] }), 'at search.starts'],
  ['a start that is no candidate', searching({ candidates: [0.5, null] }), 'at search.starts'],
  ['a candidate taken that is no start', searching({ taken: 1 }), 'at search.taken'],
  ['a start without its state', searching({ starts: [{ candidate: 0 }] }), 'at search.starts.0.state'],
  ['a real that JSON could not hold', having({ reals: [null, 1] }), 'at search.starts.1.state.reals.0'],
  ['half an iteration', having({ iteration: 1.5 }), 'at search.starts.1.state.iteration'],
  ['an iteration before the first', having({ iteration: -1 }), 'at search.starts.1.state.iteration'],
  ['no level', having({ level: undefined }), 'at search.starts.1.state.level'],
  ['half a level', having({ level: 0.5 }), 'at search.starts.1.state.level'],
  ['another end', having({ stopped: 'done' }), 'at search.starts.1.state.stopped'],
  [
    'a step without its slope',
    having({ accepted: { ...accepted, slope: undefined } }),
    'at search.starts.1.state.accepted.slope',
  ],
  ['the state of Adam alone', having({ optimizer: optimizer.adam }), 'at search.starts.1.state.optimizer.adam'],
  [
    'half a pair',
    having({ optimizer: { ...optimizer, lbfgs: { previous: null, pairs: [{ s: [1, 2] }] } } }),
    'at search.starts.1.state.optimizer.lbfgs.pairs.0.y',
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
