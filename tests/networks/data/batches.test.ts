import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { emptyPicture, type Picture } from '../../../engine/picture.js';
import { parsePsi } from '../../../engine/psi.js';
import { REASONS } from '../../../networks/data/degenerate.js';
import {
  degenerateReason,
  readBatch,
  type StyleBatch,
  StyleBatches,
  writeBatches,
} from '../../../networks/data/index.js';
import { sharedDevice } from '../../device.js';
import { refused } from '../../refused.js';
import { ct, named, otherCt } from './fixtures.js';

const test = suite('batches of styles');
const folder = mkdtempSync(join(tmpdir(), 'voxstyle-batches-'));
test.after(() => rmSync(folder, { recursive: true }));

const OPTIONS = { seed: 3, styles: 2, views: 2, size: 24 };
const COUNT = 2 * OPTIONS.styles * OPTIONS.views;
const open = async (options = OPTIONS) => new StyleBatches(await sharedDevice(), named(ct, otherCt), options);

test('a batch has its shape, its labels and one Ψ a picture', async () => {
  const { pictures, style, cube, psis, sources, rejected } = await (await open()).batch(0);
  assert.is(pictures.length, COUNT * 24 * 24 * 3);
  assert.equal([...style], [0, 0, 0, 0, 1, 1, 1, 1]);
  assert.equal([...cube], [0, 0, 1, 1, 0, 0, 1, 1]);
  assert.equal([...sources].sort(), [ct.source, otherCt.source].sort());
  assert.ok(pictures.every((v) => v >= 0 && v <= 1 && v === Math.fround(Math.round(v * 255) / 255)));
  assert.is(psis.length, COUNT);
  for (const psi of psis) assert.equal(parsePsi(psi), psi);
  const look = (i: number) => ({ ...psis[i]!, camera: undefined });
  assert.equal(look(0), look(1), 'views of one cube differ by the camera alone');
  assert.not.equal(psis[0]!.camera, psis[1]!.camera);
  assert.equal(psis[0]!.tone, psis[3]!.tone);
  assert.not.equal(psis[0]!.channels[0]!.window, psis[2]!.channels[0]!.window);
  assert.not.equal(psis[0]!.channels[0]!.knots, psis[4]!.channels[0]!.knots);
  assert.ok(Object.keys(rejected).every((reason) => reason === 'kept' || REASONS.some((known) => known === reason)));
});

test('the same seed and index give the same bytes, in any order; others give others', async () => {
  const [once, again] = [await open(), await open()];
  const first = await once.batch(1);
  const second = await once.batch(2);
  assert.equal(await again.batch(2), second);
  assert.equal(await again.batch(1), first);
  assert.not.equal(second.pictures, first.pictures);
  assert.not.equal((await (await open({ ...OPTIONS, seed: 4 })).batch(1)).pictures, first.pictures);
});

test('a folder gives what is made on the fly', async () => {
  const batches = await open();
  const written: number[] = [];
  await writeBatches(folder, batches, { first: 1, count: 2, onBatch: (index) => written.push(index) });
  assert.equal(written, [1, 2]);
  assert.is(readdirSync(folder).length, 4);
  for (const index of written) assert.equal(await readBatch(folder, index), await batches.batch(index));
});

test('a batch that is missing, cut or of another kind is refused in one line', async () => {
  assert.is((await refused(() => readBatch(folder, 9))).code, 'missing-input');
  const rgb = join(folder, 'batch-000002.rgb.gz');
  writeFileSync(rgb, gzipSync(Buffer.alloc(7)));
  assert.match((await refused(() => readBatch(folder, 2))).message, 'found 7');
  writeFileSync(rgb, 'no gzip');
  assert.is((await refused(() => readBatch(folder, 2))).code, 'bad-input');
  const json = join(folder, 'batch-000001.json');
  const whole = JSON.parse(readFileSync(json, 'utf8'));
  assert.match((await refused(() => readBatch(folder, 1, { ...OPTIONS, seed: 8 }))).message, 'seed 8, found 3');
  assert.is((await readBatch(folder, 1, OPTIONS)).psis.length, COUNT);
  for (const text of ['{"version":2}', '[]', 'null', '{', JSON.stringify({ ...whole, style: [0] })]) {
    writeFileSync(json, text);
    assert.is((await refused(() => readBatch(folder, 1))).code, 'bad-input', text);
  }
});

test('sizes that are none are refused', async () => {
  for (const wrong of [{ styles: 0 }, { views: 1.5 }, { size: -1 }]) {
    assert.is((await refused(() => open({ ...OPTIONS, ...wrong }))).code, 'usage');
  }
  const device = await sharedDevice();
  assert.is((await refused(() => new StyleBatches(device, [], OPTIONS))).code, 'usage');
  const none: Pick<StyleBatches, 'batch' | 'options'> = { options: OPTIONS, batch: async () => ({}) as StyleBatch };
  assert.is((await refused(() => writeBatches(folder, none, { count: -1 }))).code, 'usage');
});

/** A disc of the given colour, by pixel, on a background; what is in the disc is opaque. */
function disc(
  radius: number,
  color: (x: number, y: number) => number[],
  background = [0, 0, 0],
  transmittance = 0,
): Picture {
  const picture = emptyPicture(24, 24);
  for (let i = 0; i < 576; i++) {
    const [x, y] = [i % 24, Math.floor(i / 24)];
    const inside = (x - 12) ** 2 + (y - 12) ** 2 < radius * radius;
    picture.data.set([...(inside ? color(x, y) : background), inside ? transmittance : 1], 4 * i);
  }
  return picture;
}

const checks = (x: number, y: number) => ((x + y) % 2 ? [0.8, 0.3, 0.2] : [0.5, 0.2, 0.1]);
for (const [what, picture, reason] of [
  ['a lit ball', disc(8, (x) => [x / 24, x / 30, 0.1]), undefined],
  ['structure that fills the picture', disc(40, checks), undefined],
  ['no object', disc(1.5, checks), 'empty'],
  ['an object that light passes through', disc(8, checks, [0, 0, 0], 0.9), 'empty'],
  ['a disc of one colour', disc(8, () => [0.7, 0.2, 0.2]), 'flat'],
  ['a white disc', disc(8, () => [3, 3, 3]), 'clipped'],
  ['a black disc on white', disc(8, () => [0, -1, 0], [1, 1, 1]), 'clipped'],
  ['an object like its background', disc(8, (x) => [0.5, 0.5, x % 2 ? 0.4 : 0.6], [0.5, 0.5, 0.5]), 'unseen'],
] as const) {
  test(`${what}: ${reason ?? 'of use'}`, () => assert.is(degenerateReason(picture), reason));
}

test.run();
