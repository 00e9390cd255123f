import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makePhantom } from '../../cubes/phantom.js';
import { parsePsi } from '../../engine/psi.js';
import { defaultPsi, intensityQuantiles } from '../../engine/psi-default.js';
import { EXTINCTION_PROFILES, randomPsi } from '../../engine/psi-random.js';
import { seededRandom } from '../../random.js';

const test = suite('Ψ, default and random');

for (const kind of ['ct', 'fluorescence'] as const) {
  test(`the default and random Ψ of a ${kind} phantom are documents that say what may change`, () => {
    const cube = makePhantom(kind, { size: 16 });
    const psi = defaultPsi(cube);
    assert.equal(parsePsi(JSON.parse(JSON.stringify(psi))), psi);
    assert.equal(
      psi.channels.map(({ name }) => name),
      cube.channels.map(({ name }) => name),
    );
    assert.ok(psi.parameters.free.length > 0);
    const clear = psi.channels.flatMap(({ knots }, c) =>
      knots.flatMap(({ extinction }, k) => (extinction === 0 ? [`channels.${c}.knots.${k}.extinction`] : [])),
    );
    assert.equal(psi.parameters.freeze, clear, 'what is clear stays clear');
    assert.ok(clear.length > 0);
    for (const profile of EXTINCTION_PROFILES) {
      const drawn = randomPsi(psi, seededRandom(7), profile);
      assert.equal(parsePsi(JSON.parse(JSON.stringify(drawn))), drawn, profile);
      assert.equal(randomPsi(psi, seededRandom(7), profile), drawn, 'the same seed, the same Ψ');
      assert.not.equal(randomPsi(psi, seededRandom(8), profile), drawn);
      assert.equal([drawn.camera, drawn.sampling], [psi.camera, psi.sampling]);
    }
  });
}

test('quantiles are those of the sorted samples, to a bin', () => {
  const random = seededRandom(5);
  const samples = Int16Array.from({ length: 5000 }, () => -1000 + 3000 * random.uniform() ** 3);
  const sorted = [...samples].sort((a, b) => a - b);
  const range = [sorted[0]!, sorted.at(-1)!] as const;
  const shares = [0, 0.02, 0.5, 0.998, 1];
  for (const [i, found] of intensityQuantiles({ name: '', samples, range }, shares).entries()) {
    const at = sorted[Math.max(0, Math.ceil(shares[i]! * sorted.length) - 1)]!;
    assert.ok(Math.abs(found - (at - range[0]) / (range[1] - range[0])) <= 1 / 4096, `${shares[i]}: ${found}`);
  }
});

test.run();
