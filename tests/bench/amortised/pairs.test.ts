import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Place, SETTINGS } from '../../../bench/amortised/events.js';
import {
  cubesFor,
  defaultStart,
  drawPair,
  otherViews,
  type Pair,
  randomStart,
} from '../../../bench/amortised/pairs.js';
import { makePlan } from '../../../bench/amortised/plan.js';
import { Renderers } from '../../../engine/renderers.js';
import { degenerateReason, isHeldOut } from '../../../networks/data/index.js';
import { pictureDigest } from '../../../refine/checkpoint.js';
import { tools, volumes } from './fixtures.js';

const test = suite('bench amortised: pairs');
const options = { cubes: volumes(), targets: 'examples', size: 32, pairs: 3, side: 24 };

const shared = await tools();
const plan = await makePlan({ ...shared, ...options });
test.after(() => shared.predictor.dispose());

const told = ({ cube, camera, target, targetName, truth }: Pair) =>
  JSON.stringify([cube.name, camera, pictureDigest(target), targetName, truth?.psi]);

test('cubes are held out, volumes first; all settings have as many pairs', async () => {
  const { source, places, notes } = plan;
  const names = source.cubes.map(({ name }) => name);
  assert.is(names[0], 'neghip_24x24x24_uint8.raw');
  assert.ok(names.slice(1).every((name) => name.startsWith('phantom:')));
  for (const name of names) assert.ok(isHeldOut(name), name);
  assert.equal(
    places.slice(0, 4).map(({ setting, index }) => `${setting} ${index}`),
    ['same cube 0', 'another cube 0', 'no render 0', 'same cube 1'],
  );
  assert.is(places.length, 9);
  assert.equal(notes, []);
  const [one, alone] = source.cubes;
  assert.equal(cubesFor({ setting: 'another cube' }, [one!, { name: 'copy', cube: one!.cube }]), []);
  assert.is(cubesFor({ setting: 'another cube' }, [one!, alone!]).length, 2);
});

test('a pair depends on its place and the seed alone', async () => {
  const { source } = plan;
  const renderers = new Renderers(shared.device);
  try {
    const places: Place[] = SETTINGS.map((setting) => ({ setting, index: 1 }));
    const drawn: Pair[] = [];
    for (const place of places) drawn.push(await drawPair(source, place, renderers));
    const again: Pair[] = [];
    for (const place of [...places].reverse()) again.unshift(await drawPair(source, place, renderers));
    assert.equal(drawn.map(told), again.map(told));
    const other = await drawPair({ ...source, seed: 2 }, places[0]!, renderers);
    assert.is.not(told(other), told(drawn[0]!));

    const [same, another, none] = drawn as [Pair, Pair, Pair];
    assert.is(same.truth!.picture, same.target);
    assert.equal(same.camera, same.truth!.psi.camera);
    assert.is.not(another.shown!.cube.cube, another.cube.cube);
    assert.equal(another.camera, another.truth!.psi.camera);
    assert.is.not(pictureDigest(another.target), pictureDigest(another.truth!.picture));
    for (const picture of [same.target, another.target, another.truth!.picture]) {
      assert.is(degenerateReason(picture), undefined);
      assert.equal([picture.width, picture.height], [32, 32]);
    }
    assert.is(none.truth, undefined);
    assert.equal(none.targetName, source.pictures[1]!.name);

    for (const start of [defaultStart(same), randomStart(source, same)]) {
      assert.equal(start.camera, same.camera);
      assert.is(start.sampling.steps, same.truth!.psi.sampling.steps);
      assert.equal(start.parameters.free, defaultStart(same).parameters.free);
    }
    assert.equal(randomStart(source, same), randomStart(source, same));
    const views = otherViews(source, another, 4);
    assert.is(new Set(views.map(({ camera }) => camera.azimuth)).size, 4);
    assert.equal(views[0]!.channels, another.shown!.psi.channels);
  } finally {
    renderers.close();
  }
});

test.run();
