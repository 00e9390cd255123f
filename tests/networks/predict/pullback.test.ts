import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultPsi } from '../../../engine/psi-default.js';
import { toVector } from '../../../engine/psi-vector.js';
import { LEAST_GAP } from '../../../networks/data/knot-places.js';
import { decode } from '../../../networks/predict/index.js';
import { seededRandom } from '../../../random.js';
import { cells, ct } from '../data/fixtures.js';
import { noise, numbersOfRow, randomRow, withChannels } from './fixtures.js';

const test = suite('networks/predict/decode: pullback');
const two = withChannels(cells, [0, 1]);

/** Of what a row holds. Steps of shares are then under 2e-6, a tenth of the narrowest bin or so. */
const STEP = 2 ** -16;
/** One-sided differences that are farther apart lie on two sides of a kink, where an intensity falls in the next bin. */
const KINK = 1e-4;
/** Measured: 6e-8. */
const TOLERANCE = 5e-5;

for (const [cube, lit] of [ct, two, cells].flatMap((cube) => [true, false].map((lit) => [cube, lit] as const))) {
  const channels = cube.channels.length;
  test(`${channels} channels, lights ${lit ? 'on' : 'off'}: central differences of what decode gives`, () => {
    const numbers = numbersOfRow(channels);
    const { camera } = defaultPsi(cube);
    const random = seededRandom(31, channels);
    let [checked, kinks, rows, worst] = [0, 0, 0, { off: 0, name: 'none' }];
    const wrong: string[] = [];
    for (let i = 0; i < 12; i++) {
      const row = randomRow(channels, random, { lit, toned: true });
      const { psi, pullback } = decode(row, cube, camera);
      const gaps = psi.channels.flatMap(({ knots }) => knots.slice(1).map(({ x }, k) => x - knots[k]!.x));
      if (Math.min(...gaps) < 1.01 * LEAST_GAP) continue;
      rows++;
      const { values } = toVector(psi);
      // Of about one size in units of each scalar.
      const upstream = noise(values.length, i).map((value, j) => value / (0.1 + Math.abs(values[j]!)));
      const loss = (at: Float32Array) =>
        toVector(decode(at, cube, camera).psi).values.reduce((sum, value, j) => sum + upstream[j]! * value, 0);
      const analytic = pullback(upstream);
      const middle = loss(row);
      for (const [j, { name }] of numbers.entries()) {
        const [below, above] = [row.slice(), row.slice()];
        below[j]! -= STEP;
        above[j]! += STEP;
        const left = (middle - loss(below)) / (row[j]! - below[j]!);
        const right = (loss(above) - middle) / (above[j]! - row[j]!);
        const numeric = (left + right) / 2;
        const size = 0.01 + Math.abs(numeric);
        if (Math.abs(left - right) > KINK * size) {
          kinks++;
          continue;
        }
        checked++;
        const off = Math.abs(analytic[j]! - numeric) / size;
        if (off > worst.off) worst = { off, name: `${name} of row ${i}` };
        if (!(off <= TOLERANCE)) wrong.push(`row ${i}, ${name}: ${analytic[j]}, by differences ${numeric}`);
      }
    }
    const report = `${wrong.length} of ${checked} are wrong, worst ${worst.name}, off by ${worst.off}`;
    assert.is(wrong.length, 0, `${report}:\n${wrong.join('\n')}`);
    assert.ok(rows >= 4 && kinks < 0.03 * checked, `${rows} rows, ${checked} checked, ${kinks} kinks`);
  });
}

test.run();
