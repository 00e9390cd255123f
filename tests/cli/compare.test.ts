import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LOSSES } from '../../losses/index.js';
import { seededRandom } from '../../random.js';
import { temporaryFolder, voxstyle } from './command.js';

const test = suite('command: compare');
const folder = temporaryFolder();

/** Writes a PNG and returns its path. */
function paint(name: string, side: number, colour: (x: number, y: number) => readonly number[]): string {
  const png = new PNG({ width: side, height: side });
  for (let i = 0; i < side * side; i++) {
    const [r = 0, g = 0, b = 0, alpha = 255] = colour(i % side, Math.floor(i / side));
    png.data.set([r, g, b, alpha], 4 * i);
  }
  const path = join(folder, `${name}.png`);
  writeFileSync(path, PNG.sync.write(png));
  return path;
}

const SIDE = 48;
const random = seededRandom(3);
const noise = () => [0, 0, 0].map(() => random.index(256));
const a = paint('a', SIDE, noise);
const b = paint('b', SIDE, (x, y) => [5 * x, 5 * y, 90]);
const small = paint('small', 36, noise);

const compare = async (...words: string[]) => {
  const done = await voxstyle(['compare', ...words, '--json']);
  return { ...done, found: JSON.parse(done.stdout) };
};

test('a table has a line for every loss, and one for PSNR', async () => {
  const { code, stdout, stderr } = await voxstyle(['compare', a, b]);
  assert.is(code, 0, stderr);
  const lines = stdout.trimEnd().split('\n');
  assert.equal(
    lines.map((line) => line.split(/ +/)[0]),
    ['loss', ...LOSSES.keys(), 'psnr'],
  );
  assert.match(lines.find((line) => line.startsWith('l2 '))!, /^l2 +0\.\d{4,5} {2}mean squared difference/);
  assert.match(lines.at(-1)!, /^psnr +\d+\.\d+ {2}/);
  const about = lines[0]!.indexOf('what it is');
  for (const line of lines) assert.is(line.slice(about - 2, about), '  ', line);
  assert.match(lines.find((line) => line.startsWith('style-code '))!, / – {2}needs features with a style code/);
});

test('identical pictures are at a distance of 0, and their PSNR is infinite', async () => {
  const { code, found, stderr } = await compare(a, a);
  assert.is(code, 0, stderr);
  const { tv, ...others } = found.losses;
  assert.ok(tv > 0, 'tv looks at one picture alone');
  for (const [name, value] of Object.entries(others)) assert.ok((value as number) < 1e-9, `${name}: ${value}`);
  assert.is(found.psnr, 'infinity');
  assert.equal([found.type, found.a, found.b], ['compare', a, a]);
});

test('pictures of different sizes are compared by what needs no pixels that correspond', async () => {
  const { code, found, stderr } = await compare(small, b);
  assert.is(code, 0, stderr);
  for (const name of ['swd', 'gram', 'statistics']) assert.ok(found.losses[name] > 0, name);
  for (const name of ['l1', 'l2', 'ssim']) {
    assert.is(found.losses[name], undefined, name);
    assert.match(found.missing[name], /needs a target of the picture's size, 36×36, found 48×48/);
  }
  assert.is(found.psnr, undefined);
});

test('--loss gives its members’ values and their weighted sum', async () => {
  const { code, found, stderr } = await compare(a, b, '--loss', 'l2:2,gram/layers=scale1:0.5,l1');
  assert.is(code, 0, stderr);
  const { losses, missing, sum } = found;
  assert.equal(Object.keys(losses), ['l2', 'gram/layers=scale1', 'l1']);
  assert.equal(missing, {});
  const expected = 2 * losses.l2 + 0.5 * losses['gram/layers=scale1'] + losses.l1;
  assert.ok(Math.abs(sum - expected) < 1e-6 * expected, `${sum}, ${expected}`);
});

test('--loss ends with an error where one can’t be had', async () => {
  const unequal = await compare(small, b, '--loss', 'swd,l2');
  assert.is(unequal.code, 2);
  assert.match(unequal.found.message, /loss l2: expected a target of the picture's size/);
  const unknown = await compare(a, b, '--loss', 'l2,nope');
  assert.is(unknown.code, 2);
  assert.match(unknown.stderr, /^voxstyle: loss 'l2,nope': expected the name of a loss, found 'nope'.*\n$/);
});

test('masks say which parts are compared, and must fit', async () => {
  const half = paint('half', SIDE, (x) => (x < SIDE / 2 ? [0, 0, 0] : [255, 255, 255]));
  // Equal where the mask is white.
  const mixed = paint('mixed', SIDE, (x, y) => (x < SIDE / 2 ? [200, 0, 0] : [5 * x, 5 * y, 90]));
  const masks = ['--a-mask', half, '--b-mask', half, '--loss', 'l1,swd'];
  const [whole, white] = await Promise.all([
    compare(mixed, b, ...masks),
    compare(mixed, b, ...masks, '--exclude-background'),
  ]);
  assert.ok(whole.found.losses.l1 > 0.05 && whole.found.losses.swd > 0.01, whole.stdout);
  assert.equal(white.found.losses, { l1: 0, swd: 0 });
  const [other, alone] = await Promise.all([compare(small, b, ...masks), compare(a, b, '--b-mask', 'alpha')]);
  assert.is(other.code, 2);
  assert.match(other.stderr, /--a-mask: expected a mask of its picture's size, 36×36, found 48×48/);
  assert.is(alone.code, 2);
});

test('wrong paths and missing pictures are refused in one line, grey and clear ones are told of', async () => {
  const [absent, one, text] = await Promise.all([
    compare(a, join(folder, 'absent.png')),
    compare(a),
    compare(a, join(import.meta.dirname, 'command.ts')),
  ]);
  assert.equal([absent.code, one.code, text.code], [66, 2, 65]);
  assert.match(absent.stderr, /^voxstyle: .*absent\.png: expected a picture file, found no such file; .*\n$/);
  const clear = paint('clear', SIDE, (x) => [x, x, x, x < 10 ? 0 : 255]);
  const { code, stderr } = await compare(a, clear, '--loss', 'l1');
  assert.is(code, 0, stderr);
  assert.match(stderr, /^note: .*clear\.png is grey/m);
  assert.match(stderr, /^note: .*clear\.png is transparent in 21 %/m);
});

test.run();
