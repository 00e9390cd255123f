import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makePhantom } from '../../cubes/phantom.js';
import { emptyPicture } from '../../engine/picture.js';
import { cubeDigest, parseCheckpoint, pictureDigest } from '../../refine/checkpoint.js';
import { refused } from '../refused.js';

const test = suite('refine, checkpoint');

const whole = {
  version: 1,
  inputs: { seed: '0' },
  state: {
    iteration: 3,
    reals: [0.1, -2],
    accepted: { reals: [0, 0], updates: [0.1, -2] },
    optimizer: { step: 3, firstMoment: [0, 1e-9], secondMoment: [5e-324, 1] },
    stopping: { count: 3, average: 0.3, best: null, waited: 3 },
    stepScale: 0.25,
    best: { loss: 0.2, reals: [0, 0] },
    stopped: null,
  },
};

test('a checkpoint survives its file to the bit', () => {
  assert.equal(parseCheckpoint(JSON.parse(JSON.stringify(whole))), whole);
});

const damaged: [what: string, document: unknown, says: string][] = [
  ['nothing', null, 'at document'],
  ['text', 'checkpoint', 'at document'],
  ['another version', { ...whole, version: 2 }, 'at version'],
  ['a key more', { ...whole, more: 1 }, 'at document'],
  ['no state', { version: 1, inputs: {} }, 'at state'],
  ['a real that JSON could not hold', { ...whole, state: { ...whole.state, reals: [null, 1] } }, 'at state.reals.0'],
  ['half an iteration', { ...whole, state: { ...whole.state, iteration: 1.5 } }, 'at state.iteration'],
  ['an iteration before the first', { ...whole, state: { ...whole.state, iteration: -1 } }, 'at state.iteration'],
  ['another end', { ...whole, state: { ...whole.state, stopped: 'done' } }, 'at state.stopped'],
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
