import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder, voxstyle } from './command.js';

const test = suite('command: refine, styles');
const folder = temporaryFolder();
const AMBER = 'examples/amber.png';
const AURORA = 'examples/aurora.png';

/** A picture of two flat colours, parted at a share of its width. */
function mask(name: string, width: number, height: number, share: number, right = [255, 0, 0]): string {
  const png = new PNG({ width, height });
  for (let i = 0; i < width * height; i++) {
    png.data.set([...(i % width < share * width ? [0, 0, 0] : right), 255], 4 * i);
  }
  const path = join(folder, name);
  writeFileSync(path, PNG.sync.write(png));
  return path;
}

const refine = (...words: string[]) =>
  voxstyle(
    ['refine', '--cube', 'phantom:ct?size=16', '--out', join(folder, 'run'), '--json'].concat(
      ['--size', '40', '--levels', '1', '--steps', '24', '--iterations', '2'],
      words,
    ),
  );
const events = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

const works: [what: string, words: string[], loss: string][] = [
  [
    'two targets of different weights',
    ['--target', AMBER, AURORA, '--target-weights', '2,1', '--loss', 'gram:1e3,swd'],
    'gram:1000,swd:1',
  ],
  [
    'a member of the start, in grey',
    ['--target', AMBER, '--loss', 'statistics,content/of=start:0.1', '--colour', 'luminance'],
    'statistics:1,content/of=start:0.1',
  ],
  ['the palette of the start', ['--target', AURORA, '--loss', 'feature-swd', '--colour', 'keep'], 'feature-swd:1'],
  [
    'masks of both',
    [
      '--target',
      AMBER,
      '--target-mask',
      mask('goal.png', 384, 384, 0.5),
      '--render-mask',
      mask('own.png', 80, 80, 0.4),
      '--loss',
      'gram,l2,ssim',
    ],
    'gram:1,l2:1,ssim:1',
  ],
  [
    'what is opaque alone',
    [
      '--target',
      AMBER,
      '--render-mask',
      'transmittance',
      '--exclude-background',
      '--loss',
      'histogram/layers=scale1,swd',
    ],
    'histogram/layers=scale1:1,swd:1',
  ],
  [
    'WebGPU for the losses',
    ['--target', AMBER, '--loss', 'gram/layers=scale3', '--nn-backend', 'webgpu'],
    'gram/layers=scale3:1',
  ],
];
for (const [what, words, loss] of works) {
  test(`refines by ${what}`, async () => {
    const { code, stdout, stderr } = await refine(...words);
    assert.is(code, 0, stderr);
    const all = events(stdout);
    assert.is(all[0].loss, loss);
    const [iteration] = all.filter(({ type }) => type === 'iteration');
    assert.equal(
      Object.keys(iteration.terms).sort(),
      loss
        .split(',')
        .map((member) => member.replace(/:[^:]*$/, ''))
        .sort(),
    );
    assert.ok(all.at(-1).loss < all[0].beforeLoss, `${all[0].beforeLoss} to ${all.at(-1).loss}`);
  });
}

const manifest = join(folder, 'net.json');
writeFileSync(
  manifest,
  JSON.stringify({
    padding: 'zero 1',
    taps: 'relu1',
    tensors: [{ name: 'conv1.weight', shape: [4, 3, 3], offset: 0 }],
  }),
);
writeFileSync(join(folder, 'weights.bin'), new Uint8Array(4 * 108));
const noisy = join(folder, 'noisy.png');
const png = new PNG({ width: 384, height: 384 });
for (let i = 0; i < png.data.length; i++) png.data[i] = (i * 7919) % 256;
writeFileSync(noisy, PNG.sync.write(png));

const wrong: [what: string, words: string[], code: number, says: RegExp][] = [
  [
    'a target mask of another size',
    ['--target-mask', mask('small.png', 100, 100, 0.5), '--render-mask', 'transmittance'],
    2,
    /its size, 384×384, found 100×100/,
  ],
  [
    'a render mask of another shape',
    ['--target-mask', mask('a.png', 384, 384, 0.5), '--render-mask', mask('wide.png', 90, 40, 0.5)],
    2,
    /the shape of the render, 40×40, at any size, found 90×40/,
  ],
  [
    'an empty label',
    ['--target-mask', mask('b.png', 384, 384, 0.5), '--render-mask', mask('none.png', 40, 40, 1)],
    2,
    /labels of the render: expected pixels of the label #ff0000, found #000000 alone/,
  ],
  [
    'a photograph as a mask',
    ['--target-mask', noisy, '--render-mask', 'transmittance'],
    65,
    /a mask of at most 32 flat colours/,
  ],
  [
    'the alpha of an opaque target',
    ['--target-mask', 'alpha', '--render-mask', 'transmittance'],
    2,
    /mask alpha: expected clear and opaque pixels in .*amber.png, found one of the two/,
  ],
  [
    'weights for other targets',
    ['--target-weights', '1,2'],
    2,
    /--target-weights: expected one for each of the 1 targets, found 2/,
  ],
  ['targets that are not together', ['--target', AURORA], 2, /--target: expected all of them after one, found 2 times/],
  ['no mask to leave a background out by', ['--exclude-background'], 2, /a mask that says what is background/],
  ['an unknown loss', ['--loss', 'grem'], 2, /found 'grem'.*gram/],
  [
    'a picture smaller than a filter',
    ['--loss', 'gram/layers=scale4', '--size', '20'],
    2,
    /32 pixels on each side with filter bank, found 20×20/,
  ],
  [
    'a network with a wrong shape',
    ['--loss', 'gram', '--features', manifest],
    65,
    /weights.bin: tensor conv1.weight: expected out × in × height × width, found shape 4×3×3/,
  ],
  ['no such network', ['--loss', 'gram', '--features', join(folder, 'absent.json')], 66, /absent.json.*no such file/],
];
for (const [what, words, code, says] of wrong) {
  test(`${what} is answered in one line`, async () => {
    const found = await refine('--target', AMBER, ...words);
    assert.is(found.code, code, found.stderr);
    const lines = found.stderr.split('\n').filter((line) => line.startsWith('voxstyle: '));
    assert.is(lines.length, 1, found.stderr);
    assert.match(lines[0]!, says);
  });
}

test.run();
