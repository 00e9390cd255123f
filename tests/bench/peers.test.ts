import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { interleave } from '../../bench/speed/clock.js';
import { AGREEMENT, difference } from '../../bench/speed/figures.js';
import {
  findPeers,
  PEERS,
  PeerProgram,
  pythonWithTorch,
  readFigures,
  requirePeers,
} from '../../bench/speed/peer-programs.js';
import { refused } from '../refused.js';

const test = suite('bench: peer programs');
const LINE =
  'simd_limit threads=2 forward_ms=80.5 forward_adjoint_ms=98.0 Msamples_s=171.2 mean=0.1,0.2,0.3,0.4 grad=1,-2,3e-1,4\n';
const SCENE = { n: 16, size: 32, steps: 16 };

/** Node in a peer's place. */
const program = (code: string) => new PeerProgram('node', process.execPath, ['-e', code, '--']);
const measure = async (peer: PeerProgram) => (await interleave([peer], 1)).get(peer)!;

test('a peer’s line is read, forward and forward with adjoint told apart', () => {
  const figures = { forward: 80.5, both: 98, mean: [0.1, 0.2, 0.3, 0.4], gradient: [1, -2, 0.3, 4] };
  assert.equal(readFigures('simd', LINE), figures);
});

test('a line that lacks a figure is refused by name', () => {
  assert.throws(() => readFigures('simd', LINE.replace('grad=1,', 'grad=')), /simd printed no grad/);
  assert.throws(() => readFigures('simd', LINE.replace(' forward_ms', ' ms')), /printed no forward_ms/);
  assert.throws(() => readFigures('simd', LINE.replace('=98.0', '=nan')), /printed no forward_adjoint_ms/);
});

test('a program is run and its figures kept', async () => {
  const peer = program(`process.stdout.write(${JSON.stringify(LINE)})`);
  assert.is((await measure(peer)).timings.both!.median, 98);
  assert.equal(peer.mean, [0.1, 0.2, 0.3, 0.4]);
});

test('a program is asked for its scene and for one run', async () => {
  const code = 'console.error(process.argv.slice(1).join(" ")); process.exit(1)';
  const peer = new PeerProgram('node', process.execPath, ['-e', code, '--', '--n', '8']);
  assert.match((await measure(peer)).refused!, /: --n 8 --runs 1$/);
});

test('one that is not there or fails is refused with its last words', async () => {
  const absent = new PeerProgram('absent', '/no/such/program', []);
  assert.is((await measure(absent)).refused, 'no /no/such/program on this machine');
  const failing = program('console.error("a\\nno torch"); process.exit(1)');
  assert.match((await measure(failing)).refused!, /: no torch$/);
});

test('a folder without the programs names both; no folder is an error', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'voxstyle-test-'));
  try {
    const { peers, missing, close } = await findPeers(folder, SCENE, PEERS);
    await close();
    assert.equal(peers, []);
    assert.equal(
      missing.map(({ name }) => name),
      ['simd_limit.cpp', 'torch_autograd.py'],
    );
    assert.match(missing[0]!.reason, /^no simd_limit\.cpp in /);
    const error = await refused(() => requirePeers(join(folder, 'absent')));
    assert.is(error.code, 'missing-input');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the Python that has torch is taken, and the last that is there says what it lacks', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'voxstyle-test-'));
  try {
    const python = (name: string, code: string) => {
      const path = join(folder, name);
      writeFileSync(path, `#!/bin/sh\n${code}\n`);
      chmodSync(path, 0o755);
      return path;
    };
    const absent = join(folder, 'absent');
    const without = python('without', 'echo "No module named torch" >&2; exit 1');
    // CUDA is only asked for where it is wanted.
    const processor = python('processor', 'case "$2" in *cuda*) echo "no CUDA" >&2; exit 1;; esac');
    assert.is(await pythonWithTorch(false, [absent, without, processor]), processor);
    const reason = (cuda: boolean, pythons: string[]) =>
      pythonWithTorch(cuda, pythons).catch((error: Error) => error.message);
    assert.is(await reason(true, [processor, absent]), `${processor}: no CUDA`);
    assert.is(await reason(false, [absent, without]), `${without}: No module named torch`);
    assert.is(await reason(false, [absent]), `no ${absent} on this machine`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a source that does not compile is missing, with or without a compiler', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'voxstyle-test-'));
  try {
    writeFileSync(join(folder, 'simd_limit.cpp'), 'this is no C++');
    const { peers, missing, close } = await findPeers(folder, SCENE, PEERS);
    await close();
    assert.equal(peers, []);
    assert.match(missing[0]!.reason, /g\+\+/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('figures are compared on the scale of the largest of their kind', () => {
  const reference = { mean: [0.1, 0.2, 0.4, 0.4], gradient: [0, 100, -200, 1] };
  assert.is(difference(reference, reference), 0);
  assert.is(difference({ ...reference, gradient: [0.2, 100, -200, 1] }, reference), 1e-3);
  assert.ok(difference({ ...reference, mean: [0.1, 0.2, 0.4, 0.404] }, reference) > AGREEMENT);
});

test.run();
