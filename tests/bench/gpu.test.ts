import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('bench: gpu.sh');
const script = (name: string) => fileURLToPath(new URL(`../../bench/${name}`, import.meta.url));
const bash = (...words: string[]) => spawnSync('bash', words, { encoding: 'utf8' });

for (const name of ['gpu.sh', 'gpu-run.sh']) {
  test(`${name} is bash, and says how it is used`, () => {
    assert.is(bash('-n', script(name)).stderr, '');
    const { status, stdout } = bash(script(name), '--help');
    assert.is(status, 0);
    assert.match(stdout, /^usage: /);
  });
}

test('a wrong call is refused in one line and nothing is made', () => {
  const folder = mkdtempSync(join(tmpdir(), 'voxstyle-test-'));
  try {
    writeFileSync(join(folder, 'somebody’s'), '');
    const made = join(folder, 'made');
    for (const [words, status, message] of [
      [['--quick'], 2, /^bench\/gpu\.sh: --quick: no such option; see .*\n$/],
      [[made, folder, 'more'], 2, /^bench\/gpu\.sh: expected a FOLDER and PEERS at most; see .*\n$/],
      [[made, folder], 66, /^bench\/gpu\.sh: .*: expected a folder with torch_autograd\.py\n$/],
      [[folder], 73, /^bench\/gpu\.sh: .*: expected a new folder, an empty one, or one that bench\/gpu\.sh made\n$/],
    ] as const) {
      const done = bash(script('gpu.sh'), ...words);
      assert.is(done.status, status, done.stderr);
      assert.match(done.stderr, message);
    }
    assert.equal(readdirSync(folder), ['somebody’s']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('run.sh without its archive says how to make one', () => {
  const { status, stderr } = bash(script('gpu-run.sh'));
  assert.is(status, 66);
  assert.match(stderr, /^run\.sh: .*bench\.tar\.xz: not there; make the folder with bench\/gpu\.sh\n$/);
});

test.run();
