import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parsePsi } from '../../../engine/psi.js';
import { decode, describe, predictBatches, styleOf } from '../../../networks/predict/index.js';
import { sharedDevice } from '../../device.js';
import { ct, named, otherCt } from '../data/fixtures.js';
import { SIDE, styleNetwork, wasm } from './fixtures.js';

const test = suite('networks/predict/batches');

const open = async (seed = 5) => {
  const [device, features] = [await sharedDevice(), await styleNetwork()];
  return predictBatches({ device, tensors: wasm, features, cubes: named(ct, otherCt), seed, styles: 2, size: SIDE });
};

test('a query for each picture and cube, with the row that has the picture’s style there', async () => {
  const { cubes, descriptors, pictures, styles, queries } = await (await open())(0);
  assert.is(pictures.length, 4);
  assert.is(styles.length, 4);
  assert.equal(
    queries.map(({ picture, cube, shown }) => [picture, cube, shown]),
    [
      [0, 0, 0],
      [0, 1, 1],
      [1, 0, 0],
      [1, 1, 1],
      [2, 0, 2],
      [2, 1, 3],
      [3, 0, 2],
      [3, 1, 3],
    ],
  );
  assert.equal(descriptors, cubes.map(describe));
  for (const { width, height, data } of pictures) {
    assert.equal([width, height], [SIDE, SIDE]);
    assert.ok(data.every((value) => value >= 0 && value <= 1));
  }
  const features = await styleNetwork();
  assert.equal(styles[3], await styleOf([{ picture: pictures[3]! }], features, wasm));
  for (const { cube, truth, camera } of queries) {
    const { psi } = decode(truth.values, cubes[cube]!, camera);
    assert.equal(parsePsi(psi), psi);
    assert.equal(psi.camera, camera);
  }
  const [own, other] = [queries[0]!, queries[2]!];
  assert.equal(own.truth, other.truth, 'another picture of the style asks for the same');
  assert.equal(own.camera, other.camera, 'and from the same place');
  assert.not.equal(own.camera, queries[1]!.camera);
  assert.not.equal(own.truth, queries[4]!.truth);
});

test('the same seed and index give the same batch, in any order; others give others', async () => {
  const [once, again, elsewhere] = [await open(), await open(), await open(6)];
  const first = await once(1);
  const second = await once(2);
  assert.equal(await again(2), second);
  assert.equal(await again(1), first);
  assert.not.equal(second.pictures, first.pictures);
  assert.not.equal((await elsewhere(1)).pictures, first.pictures);
});

test.run();
