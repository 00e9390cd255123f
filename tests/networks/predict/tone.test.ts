import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parsePsi } from '../../../engine/psi.js';
import { samplePsi } from '../../../networks/data/index.js';
import { shownColor } from '../../../networks/predict/tone.js';
import { seededRandom } from '../../../random.js';
import { assertClose } from '../../reference/assert-close.js';
import { LIVE } from '../../reference/branches.js';
import { applyTone } from '../../reference/tone.js';
import { ct } from '../data/fixtures.js';

const test = suite('networks/predict/tone');

test('colours are those of the reference, clamped to what a display has', () => {
  const random = seededRandom(1);
  let [clamped, inside] = [0, 0];
  for (let i = 0; i < 300; i++) {
    const { tone } = samplePsi(ct, random);
    const hard = { ...tone, exposure: random.between(-3, 3), hue: random.between(-180, 180), saturation: 2 };
    const color = [random.uniform(), random.uniform(), random.uniform() ** 4] as [number, number, number];
    for (const own of [tone, hard, { ...tone, encoding: 'none' as const }]) {
      const reference = applyTone(own, color, LIVE).map((c) => Math.min(1, Math.max(0, c)));
      assertClose(shownColor(color, own), reference, 1e-12, `colour ${i}`);
      if (reference.some((c) => c === 0 || c === 1)) clamped++;
      else inside++;
    }
  }
  assert.ok(clamped > 50 && inside > 300, `${clamped} clamped, ${inside} not`);
});

test('black and white under a neutral tone are black, but for the toes, and white', () => {
  const { tone } = parsePsi({ version: 1, channels: samplePsi(ct, seededRandom(1)).channels });
  assertClose(shownColor([0, 0, 0], tone), [0, 0, 0], 4.1e-4, 'black');
  assert.equal(shownColor([1, 1, 1], tone), [1, 1, 1]);
});

test.run();
