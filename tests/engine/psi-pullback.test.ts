import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Psi } from '../../engine/psi.js';
import { freeParameters } from '../../engine/psi-parameters.js';
import { keyOf, SCALARS } from '../../engine/psi-scalars.js';
import { toVector } from '../../engine/psi-vector.js';
import { seededRandom } from '../../random.js';
import { assertClose } from '../reference/assert-close.js';
import { nearby, withTies } from './free.js';

const test = suite('Ψ, pullback');

/** L(Ψ) = Σ a·sin(b·value + c), smooth, and different for each scalar. */
function smoothLoss(psi: Psi, seed: number) {
  const random = seededRandom(seed);
  const waves = toVector(psi).paths.map((path) => {
    const { bounds, bijection } = SCALARS[keyOf(path)];
    const period = bijection === 'asinh' ? 10 : bijection === 'log' ? 2 : bounds[1] - bounds[0];
    return { a: random.normal(), b: 2 / period, c: 6 * random.uniform() };
  });
  return {
    value: (at: Psi) => {
      const { values } = toVector(at);
      return waves.reduce((sum, { a, b, c }, i) => sum + a * Math.sin(b * values[i]! + c), 0);
    },
    gradient: (at: Psi) => {
      const { values } = toVector(at);
      return values.map((value, i) => waves[i]!.a * waves[i]!.b * Math.cos(waves[i]!.b * value + waves[i]!.c));
    },
  };
}

const pullbacks: [what: string, tied: string[][], freeze: string[]][] = [
  ['everything free', [], []],
  [
    'runs of ordered scalars between frozen ones',
    [],
    ['channels.0.knots.1.x', 'channels.0.window.hi', 'channels.1.knots.0.x'],
  ],
  [
    'ties of colours, windows and tone',
    [
      ['channels.0.window', 'channels.1.window'],
      ['channels.0.knots.0.color', 'channels.0.knots.1.color', 'channels.1.knots.2.color'],
      ['background.bottom', 'background.top'],
    ],
    [],
  ],
];
for (const [what, tied, freeze] of pullbacks) {
  test(`the pullback is that of differences: ${what}`, () => {
    const psi = withTies(...tied);
    const parameters = freeParameters(psi, ['channels', 'density', 'background', 'tone'], freeze);
    const loss = smoothLoss(psi, 11);
    const reals = nearby(parameters, 12, 0.1);
    const h = 1e-5;
    const at = (i: number, step: number) => loss.value(parameters.toPsi(reals.with(i, reals[i]! + step)));
    const differences = reals.map((_, i) => (at(i, h) - at(i, -h)) / (2 * h));
    const gradient = parameters.pullback(reals, loss.gradient(parameters.toPsi(reals)));
    assertClose(gradient, differences, 1e-8, 'dL/d(real)');
    assert.ok(
      differences.every((d) => d !== 0),
      'every real has a part in the loss',
    );
  });
}

test.run();
