import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { voxstyle } from './command.js';

const test = suite('command: gradcheck and doctor');

test('gradcheck --json prints a line a case and a summary that passes', async () => {
  const { code, stdout, stderr } = await voxstyle(['gradcheck', '--json', '--cases', '2']);
  assert.is(code, 0, stderr);
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(
    events.map((event) => event.type),
    ['case', 'case', 'summary'],
  );
  assert.ok(events[0].rows.length > 20, 'every free scalar has a row');
  assert.ok(
    events[0].rows.some((row: { numeric: number }) => Math.abs(row.numeric) > 1e-3),
    'gradients are not all 0',
  );
  assert.is(events[2].passed, true);
  assert.is(events[2].cases, 2);
});

test('gradcheck prints a table for people', async () => {
  const { code, stdout, stderr } = await voxstyle(['gradcheck', '--cases', '1', '--seed', '2']);
  assert.is(code, 0, stderr);
  assert.match(stdout, /^channels\.\*\.window\.lo +\d+ +\d\.\de[+-]\d+ /m);
  assert.match(stdout, /^passed: \d+ gradients in 1 cases/m);
});

test('doctor --json names three tiers and the one that is taken', async () => {
  const { code, stdout } = await voxstyle(['doctor', '--json']);
  assert.is(code, 0);
  const diagnosis = JSON.parse(stdout);
  assert.equal(
    diagnosis.tiers.map((one: { tier: string }) => one.tier),
    ['hardware', 'system-software', 'bundled'],
  );
  assert.ok(diagnosis.chosen);
  for (const { status, evidence, remedy } of diagnosis.tiers) {
    assert.ok(evidence.length > 0);
    assert.ok(status === 'ok' || remedy.length > 0, 'what fails has a remedy');
  }
});

test.run();
