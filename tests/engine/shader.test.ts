import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assemble, type Constants, declare } from '../../engine/shader.js';

const test = suite('shader');

let folder: string;
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'voxstyle-shader-'));
});
test.after(() => rm(folder, { recursive: true, force: true }));

/** What is left of a file of these lines, without the blank ones. */
async function left(lines: readonly string[], constants: Constants): Promise<string[]> {
  await writeFile(join(folder, 'main.wgsl'), lines.join('\n'));
  return assemble('main.wgsl', constants, pathToFileURL(`${folder}/`))
    .split('\n')
    .filter((line) => line !== '');
}

const NESTED = ['first', '#if A', 'a', '#if B', 'a and b', '#else', 'a, not b', '#endif', '#else', 'not a', '#endif'];

test('conditions keep what their constants say, one within another too', async () => {
  assert.equal(await left(NESTED, { A: 1, B: 1 }), ['first', 'a', 'a and b']);
  assert.equal(await left(NESTED, { A: 3, B: 0 }), ['first', 'a', 'a, not b']);
  assert.equal(await left(NESTED, { A: 0, B: 1 }), ['first', 'not a']);
  assert.equal(await left(NESTED, { A: 0, B: 0 }), ['first', 'not a']);
});

test('a file is imported once, and not at all where its condition fails', async () => {
  await writeFile(join(folder, 'part.wgsl'), 'part\n#if A\npart of A\n#endif\n#import "main.wgsl"');
  const twice = ['#import "part.wgsl"', '#import "part.wgsl"', 'main'];
  assert.equal(await left(twice, { A: 1 }), ['part', 'part of A', 'main']);
  assert.equal(await left(['#if A', '#import "part.wgsl"', '#endif', 'main'], { A: 0 }), ['main']);
});

/** The error of an assembly. */
async function failure(lines: readonly string[], constants: Constants): Promise<unknown> {
  try {
    return `accepted: ${await left(lines, constants)}`;
  } catch (error) {
    return error;
  }
}

const WRONG: [what: string, lines: string[], message: RegExp][] = [
  ['a constant that there is not', ['#if NONE', 'x', '#endif'], /main\.wgsl.*NONE/],
  ['the same within what is left out', ['#if OFF', '#if NONE', '#endif', '#endif'], /main\.wgsl.*NONE/],
  ['no #endif', ['#if ON', 'x'], /main\.wgsl.*#endif/],
  ['no #endif after an #else', ['#if ON', 'x', '#else', 'y'], /main\.wgsl.*#endif/],
  ['one #endif for two conditions', ['#if ON', '#if OFF', '#endif'], /main\.wgsl.*#endif/],
  ['an #else alone', ['#else', 'x'], /main\.wgsl.*#else without its #if/],
  ['a directive that is indented', ['  #if ON', 'x', '#endif'], /main\.wgsl: #if ON, which is no directive/],
  ['an #endif too many', ['#if ON', 'x', '#endif', '#endif'], /main\.wgsl.*#endif without its #if/],
];
for (const [what, lines, message] of WRONG) {
  test(`a RangeError names the file: ${what}`, async () => {
    const error = await failure(lines, { ON: 1, OFF: 0 });
    assert.instance(error, RangeError);
    assert.match((error as RangeError).message, message);
  });
}

test('constants become declarations', () => {
  assert.is(declare({ CHANNELS: 2, SHADING: 0 }), 'const CHANNELS = 2u;\nconst SHADING = 0u;\n');
});

test.run();
