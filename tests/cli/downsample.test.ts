import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fitScene } from '../../cli/options.js';
import { packedBytes } from '../../engine/storage.js';
import { defaultPsi, downsample, makePhantom, psnr, readPicture } from '../../index.js';
import { sharedDevice } from '../device.js';
import { temporaryFolder, voxstyle } from './command.js';

const test = suite('command: downsample');
const folder = temporaryFolder();
const CUBE = 'phantom:ct?size=32';
const ct = makePhantom('ct', { size: 32 });

async function rendered(name: string, ...words: string[]) {
  const out = join(folder, name);
  const done = await voxstyle(['render', '--cube', CUBE, '--size', '48', '--steps', '64', '--out', out, ...words]);
  assert.is(done.code, 0, done.stderr);
  return { out, bytes: readFileSync(out), stderr: done.stderr };
}

test('render --downsample 2 shows the same from an eighth of the voxels, and says so', async () => {
  const whole = await rendered('whole.png');
  const coarse = await rendered('coarse.png', '--downsample', '2');
  const [nx, ny, nz] = ct.shape;
  assert.match(coarse.stderr, new RegExp(`${nx / 2}×${ny / 2}×${nz / 2} voxels of`));
  assert.match(coarse.stderr, new RegExp(`^note: downsampled 2×2×2 from ${nx}×${ny}×${nz}$`, 'm'));
  assert.not.match(whole.stderr, /downsampled/);
  assert.not.ok(coarse.bytes.equals(whole.bytes));
  const alike = psnr(await readPicture(coarse.out), await readPicture(whole.out));
  assert.ok(alike > 18, `${alike} dB`);

  const flat = await rendered('flat.png', '--downsample', '4x2×1');
  assert.match(flat.stderr, /^note: downsampled 4×2×1 from/m);
});

test('render --downsample auto leaves a cube that fits as it is', async () => {
  const auto = await rendered('auto.png', '--downsample', 'auto');
  assert.ok(auto.bytes.equals(readFileSync(join(folder, 'whole.png'))));
  assert.not.match(auto.stderr, /downsampled/);
});

test('refine --downsample begins with the Ψ of the voxels that are left, and says so', async () => {
  const out = join(folder, 'run');
  const words = [
    'refine',
    '--cube',
    CUBE,
    '--target',
    'examples/amber.png',
    '--out',
    out,
    '--downsample',
    '2',
    '--init',
    'default',
  ];
  const done = await voxstyle([...words, '--size', '16', '--steps', '8', '--iterations', '0']);
  assert.is(done.code, 0, done.stderr);
  assert.match(done.stderr, /^note: downsampled 2×2×2 from/m);
  const { channels } = JSON.parse(readFileSync(join(out, 'psi.json'), 'utf8'));
  const { lo, hi } = defaultPsi(downsample(ct, [2, 2, 2])).channels[0]!.window;
  // Through the vector of reals and back, which costs the last digits.
  const off = Math.max(Math.abs(channels[0].window.lo - lo), Math.abs(channels[0].window.hi - hi));
  assert.ok(off < 1e-12, `window ${JSON.stringify(channels[0].window)}, not ${lo} to ${hi}`);
});

test('auto fits the cube to the device, and makes the Ψ from what is left', async () => {
  const { gpu, driver } = await sharedDevice();
  const limits = { ...gpu.limits, maxStorageBufferBindingSize: packedBytes(ct, 'unorm16') - 1 };
  const device = { gpu: { limits }, driver } as Parameters<typeof fitScene>[0];
  const scene = { cube: ct, psi: defaultPsi(ct) };
  const psiOf = async (cube: typeof ct) => defaultPsi(cube);
  const fitted = await fitScene(device, scene, 'auto', psiOf);
  const coarse = downsample(ct, [2, 2, 2]);
  assert.equal(fitted.cube.shape, coarse.shape);
  assert.equal(fitted.psi, defaultPsi(coarse));
  // Not asked for, or given as numbers: left to the device to refuse.
  for (const wish of [undefined, [1, 1, 1]] as const) assert.equal(await fitScene(device, scene, wish, psiOf), scene);
  // Fewer bits a voxel, and it fits.
  const small = { ...scene, psi: { ...scene.psi, sampling: { ...scene.psi.sampling, storage: 'unorm8' as const } } };
  assert.equal(await fitScene(device, small, 'auto', psiOf), small);
});

test.run();
