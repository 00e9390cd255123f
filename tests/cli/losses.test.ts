import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LOSSES } from '../../losses/index.js';
import { voxstyle } from './command.js';

const test = suite('command: losses');

test('lists every loss with what it is and its options, and how they are written', async () => {
  const { code, stdout, stderr } = await voxstyle(['losses']);
  assert.is(code, 0, stderr);
  for (const [name, { about, options }] of LOSSES) {
    const line = stdout.split('\n').find((text) => text.startsWith(`${name} `));
    assert.ok(line?.endsWith(about), name);
    for (const option of options) assert.ok(stdout.includes(option), option);
  }
  assert.match(stdout, /name\[\/option=value…\]\[:weight\]/);
  assert.match(stdout, /of=target\|start/);
  for (const line of stdout.split('\n')) assert.ok(line.length <= 120, line);
});

test('--json prints one object', async () => {
  const { code, stdout, stderr } = await voxstyle(['losses', '--json']);
  assert.is(code, 0, stderr);
  const { type, losses } = JSON.parse(stdout);
  assert.is(type, 'losses');
  assert.equal(
    losses.map(({ name }: { name: string }) => name),
    [...LOSSES.keys()],
  );
  for (const { about, options } of losses) assert.ok(about.length > 0 && options.at(-1).startsWith('of='));
});

test.run();
