import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Device, openDevice } from '../../engine/device.js';
import { featureOf } from '../../engine/features.js';
import { toVector } from '../../engine/psi-vector.js';
import { Renderer } from '../../engine/renderer.js';
import { SHADERS } from '../../engine/shader.js';
import { compareGradient, comparePictures, type GradcheckRow } from '../reference/gradcheck-compare.js';
import { beyondFloat32, type CheckedScene, onVoxelBorder } from '../reference/gradcheck-float32.js';
import { drawScene } from '../reference/gradcheck-scene.js';
import { referenceGradient, type ScalarGradient } from '../reference/gradient.js';
import { type RenderSize, renderReference, type Scene } from '../reference/renderer.js';
import { differentiablePaths } from '../reference/scalars.js';
import type { Trial } from './mutant.js';
import { FEATURE_TRIALS } from './mutants-features.js';
import { MEDIUM_TRIALS } from './mutants-medium.js';

/**
 * Tests the test: one deliberate error in a line of a kernel, and the gradient check has to fail. A mutant that lives would
 * be an error that nobody notices.
 *
 * The scenes are those that `gradcheck` draws from its usual seed for this size and these steps, and the verdict is its own. What
 * is left out of `gradcheck` is what takes its time: the scenes that don't show the error, the parts of the gradient that don't
 * (with them goes what takes a kernel longest to compile), and the reference's gradient of the same scene all over again.
 *
 * The kernels are the simple ones, whose modules the fast ones share; fast-mutants.test.ts does the same to what is the fast ones' own.
 */
const test = suite('gradient check: mutants');

/**
 * Small, for what a mutant does to a gradient it does on a few pixels too; several workgroups; and not square, or nobody would
 * notice that width and height are exchanged.
 */
const SIZE = { width: 11, height: 9 };
const STEPS = 16;
const SEED = 1;

let device: Device;
let folder: string;
test.before(async () => {
  device = await openDevice({ tier: 'bundled' });
  folder = await mkdtemp(join(tmpdir(), 'voxstyle-mutants-'));
});
test.after(async () => {
  device.close();
  await rm(folder, { recursive: true, force: true });
});

/** A scene, and what its picture and gradient should be. */
interface Expected extends Scene {
  size: RenderSize & typeof SIZE;
  weights: Float32Array;
  picture: Float64Array;
  gradient: readonly ScalarGradient[];
}

const expectations = new Map<string, Expected>();
function expectedOf({ scene: number, alter }: Trial): Expected {
  const key = `${number} ${alter?.name}`;
  const known = expectations.get(key);
  if (known) return known;
  let draw = 0;
  let scene = drawScene([SEED, number, draw], number, SIZE, STEPS);
  while (onVoxelBorder({ ...scene, size: SIZE })) scene = drawScene([SEED, number, ++draw], number, SIZE, STEPS);
  const { cube, weights } = scene;
  const psi = alter?.(scene.psi) ?? scene.psi;
  const expected = {
    ...{ cube, psi, weights, size: SIZE },
    picture: renderReference(cube, psi, SIZE),
    gradient: referenceGradient({ cube, psi, size: SIZE }, differentiablePaths(psi), weights),
  };
  expectations.set(key, expected);
  return expected;
}

const isWanted = ({ by }: Trial, path: string) => {
  const feature = featureOf(path);
  return feature === undefined || by.includes(feature);
};

/** What the gradient check makes of the kernels in a folder, by the scene and the part of the gradient that a trial asks for. */
async function check(shaders: URL, trial: Trial): Promise<CheckedScene> {
  const { cube, psi, size, weights, picture, gradient } = expectedOf(trial);
  const renderer = await Renderer.open(device, cube, { shaders, kernels: 'simple' });
  try {
    const { paths } = toVector(psi);
    const frame = await renderer.forward(psi, size);
    const wanted = paths.filter((path) => isWanted(trial, path));
    const flat = await renderer.adjoint(frame, weights, wanted);
    const analytic = new Map(paths.map((path, i) => [path, flat[i]!]));
    const rows = gradient
      .filter(({ path }) => isWanted(trial, path))
      .map((scalar) => compareGradient(scalar, analytic.get(scalar.path)!));
    return { cube, psi, size, weights, picture: comparePictures(frame.picture.data, picture), rows };
  } finally {
    renderer.close();
  }
}

const wrongRows = ({ rows }: CheckedScene): GradcheckRow[] => rows.filter(({ ok }) => !ok);

/** A copy of the kernels' folder. */
async function copyShaders(name: string): Promise<string> {
  const shaders = join(folder, name);
  await cp(fileURLToPath(SHADERS), shaders, { recursive: true });
  return shaders;
}

for (const trial of [...MEDIUM_TRIALS, ...FEATURE_TRIALS]) {
  const { scene, alter, by, mutants } = trial;
  const place = `scene ${[scene, alter?.name ?? [], 'by Ψ', ...by].flat().join(' ')}`;

  test(`the kernels as they are pass: ${place}`, async () => {
    const checked = await check(SHADERS, trial);
    assert.ok(checked.picture.ok, `picture: off by ${checked.picture.difference}`);
    assert.equal(wrongRows(checked), []);
  });

  for (const { what, file, line, mutated } of mutants) {
    test(`the check notices: ${what}`, async () => {
      const shaders = await copyShaders(what.replace(/\W+/g, ' '));
      const source = await readFile(join(shaders, file), 'utf8');
      assert.is(source.split(line).length, 2, `${file} has the line once: ${line}`);
      await writeFile(join(shaders, file), source.replace(line, mutated));
      const checked = await check(pathToFileURL(`${shaders}/`), trial);
      assert.ok(!checked.picture.ok || wrongRows(checked).length > 0, `it lives: ${place}`);
      // Or the check would draw another scene.
      assert.ok(!beyondFloat32(checked), 'not put down to float32');
      // By a wrong number, not by one that is missing.
      assert.ok(
        checked.rows.every(({ analytic }) => Number.isFinite(analytic)),
        'all gradients are numbers',
      );
    });
  }
}

test.run();
