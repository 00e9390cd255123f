import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TIERS } from '../../engine/device.js';
import { diagnose, formatDiagnosis } from '../../engine/doctor.js';

const test = suite('doctor');

test('each tier has a status with evidence, a tested device or a remedy', async () => {
  const diagnosis = await diagnose();
  const text = formatDiagnosis(diagnosis);
  assert.equal(
    diagnosis.tiers.map(({ tier }) => tier),
    [...TIERS],
  );
  for (const { tier, status, evidence, remedy, report } of diagnosis.tiers) {
    assert.ok(evidence, tier);
    assert.not.match(evidence, /\n/);
    if (status === 'ok') {
      assert.ok(report!.selfTest.passed && report!.limits.maxComputeInvocationsPerWorkgroup >= 256, text);
      assert.is(report!.software, tier !== 'hardware');
    } else assert.ok(remedy, `${tier} is ${status} without a remedy`);
    assert.ok(text.includes(evidence) && text.includes(remedy), text);
  }
  assert.is(diagnosis.tiers[2]!.status, 'ok', text);
  assert.is(diagnosis.chosen, diagnosis.tiers.find(({ status }) => status === 'ok')!.tier);
  assert.equal(JSON.parse(JSON.stringify(diagnosis)), diagnosis);
});

test('a probe that crashes or hangs is a finding, and the diagnosis goes on', async () => {
  // Code that a probe's process runs first stands for a driver.
  const faults = {
    crashed: ["process.kill(process.pid,'SIGSEGV')", 30_000],
    hung: ['while(true);', 1_000],
  } as const;
  const saved = process.env.NODE_OPTIONS;
  try {
    for (const [word, [code, timeout]] of Object.entries(faults)) {
      process.env.NODE_OPTIONS = `--import=data:text/javascript,${code}`;
      const { tiers, chosen } = await diagnose({ timeout });
      assert.is(chosen, null);
      for (const { status, evidence, remedy } of tiers) {
        assert.is(status, 'broken');
        assert.ok(evidence.includes(word) && remedy, evidence);
      }
    }
  } finally {
    if (saved === undefined) delete process.env.NODE_OPTIONS;
    else process.env.NODE_OPTIONS = saved;
  }
});

test.run();
