import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SHADERS } from '../../engine/shader.js';
import { differencesOf, type Expected, expectedOf } from './fast-compare.js';
import { FAST_TRIALS } from './fast-mutants.js';
import { SPARSE_SCENES } from './fast-scenes.js';

/** Tests fast-sparse.test.ts: an error in a line of a fast kernel, and the comparison with the simple ones has to fail. */
const test = suite('fast kernels: mutants');

let folder: string;
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'voxstyle-fast-mutants-'));
});
test.after(() => rm(folder, { recursive: true, force: true }));

const expectations = new Map<string, Promise<Expected>>();

for (const [number, { scene: name, way, by, mutants }] of FAST_TRIALS.entries()) {
  const scene = SPARSE_SCENES.find((scene) => scene.name === name)!;
  const expect = () => {
    const expected = expectations.get(name) ?? expectedOf(scene);
    expectations.set(name, expected);
    return expected;
  };

  test(`the kernels as they are pass: ${[name, way, ...by].join(', ')}`, async () => {
    assert.equal(await differencesOf(scene, await expect(), way, { by, camera: false }), []);
  });

  for (const [index, { what, file, line, mutated }] of mutants.entries()) {
    test(`noticed: ${what}`, async () => {
      const shaders = join(folder, `${number}-${index}`);
      await cp(fileURLToPath(SHADERS), shaders, { recursive: true });
      const source = await readFile(join(shaders, file), 'utf8');
      assert.is(source.split(line).length, 2, `${file} has the line once: ${line}`);
      await writeFile(join(shaders, file), source.replace(line, mutated));
      const options = { by, camera: false, shaders: pathToFileURL(`${shaders}/`) };
      const wrong = await differencesOf(scene, await expect(), way, options);
      assert.ok(wrong.length > 0, `it lives: ${name}, ${way}`);
      assert.not.match(wrong.join(), /NaN|nothing is held/);
    });
  }
}

test.run();
