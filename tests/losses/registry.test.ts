import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  LOSSES,
  type Loss,
  type LossEntry,
  l1,
  l2,
  ofPictures,
  parseLoss,
  swd,
  weightedSum,
} from '../../losses/index.js';
import { refused } from '../refused.js';
import { assertClose, randomPicture } from './reference.js';

const test = suite('losses, registry');
const context = { seed: 3, iteration: 1 };
const picture = randomPicture(6, 4, 1);
const target = randomPicture(6, 4, 2);
const large = { picture: randomPicture(36, 33, 1), target: randomPicture(36, 33, 2) };

const readings: [text: string, name: string][] = [
  ['l2', 'l2:1'],
  ['swd:1,l2:0.5', 'swd:1,l2:0.5'],
  [' l1 : 2 , charbonnier ', 'l1:2,charbonnier:1'],
  ['l2:1e-3', 'l2:0.001'],
];
for (const [text, name] of readings) {
  test(`'${text}' is read as ${name}`, () => assert.is(parseLoss(text, target).name, name));
}

const refusals: [text: string, says: RegExp][] = [
  ['', /no name/],
  ['l2,', /no name/],
  [':2', /no name/],
  ['grem', /'grem'/],
  ['gram/layers', /options written name=value/],
  ['gram/layers=scale1/layers=scale2', /'layers' again/],
  ['l2/of=before', /of=target or of=start, found 'before'/],
  ['L2', /'L2'/],
  ['constructor', /'constructor'/],
  ['l2:0', /weight for l2, found '0'/],
  ['l2:-1', /weight for l2, found '-1'/],
  ['l2:', /weight for l2, found ''/],
  ['l2:NaN', /weight for l2, found 'NaN'/],
  ['l2:Infinity', /weight for l2, found 'Infinity'/],
  ['l2:1:2', /weight for l2, found '1:2'/],
  ['l2:half', /weight for l2, found 'half'/],
  ['l2,swd,l2:3', /'l2' again/],
];
for (const [text, says] of refusals) {
  test(`'${text}' is refused`, async () => {
    let made = 0;
    const counted = new Map(
      [...LOSSES.keys()].map((name): [string, LossEntry] => [
        name,
        ofPictures(
          '',
          (at) => {
            made++;
            return l2(at);
          },
          { pairs: true },
        ),
      ]),
    );
    const error = await refused(() => parseLoss(text, target, counted));
    assert.is(error.code, 'usage');
    assert.match(error.message, says);
    assert.match(error.message, /l1, l2, charbonnier, swd/);
    assert.is(made, 0, 'a loss was made before the text was known to be right');
  });
}

const wrongOptions: [text: string, says: RegExp][] = [
  ['gram/layers=scale9', /scale1.*'scale9'/],
  ['gram/layers=scale1@0', /positive weights.*'scale1@0'/],
  ['gram/colour=red', /an option of it, layers, of, found 'colour'/],
  ['l2/of=start', /the picture that a refinement begins with/],
  ['style-code', /style code/],
  ['mmd/kernel=cubic', /kernel=linear\|polynomial\|gaussian, found 'cubic'/],
  ['haar-low/levels=2.5', /whole number, 1 to 5, as levels, found '2.5'/],
  ['laplacian/pools=1+0', /whole numbers, 1 to 64, as pools, found '0'/],
];
for (const [text, says] of wrongOptions) {
  test(`'${text}' is refused`, async () => {
    const error = await refused(async () => parseLoss(text, large.target).evaluate(large.picture, context));
    assert.is(error.code, 'usage');
    assert.match(error.message, says);
  });
}

test('a caller may add losses of its own', () => {
  assert.is(
    parseLoss('mine:2,l1', target, new Map([...LOSSES, ['mine', ofPictures('', l2, { pairs: true })]])).name,
    'mine:2,l1:1',
  );
});

test('the weighted sum adds values and gradients and reports each member before its weight', async () => {
  const sum = await parseLoss('swd:3,l2:0.5', target).evaluate(picture, context);
  const [a, b] = [await swd(target).evaluate(picture, context), await l2(target).evaluate(picture, context)];
  assert.is(sum.value, 3 * a.value + 0.5 * b.value);
  assert.equal(sum.terms, { swd: a.value, l2: b.value });
  assertClose(
    'gradient',
    sum.gradient,
    a.gradient.map((g, i) => 3 * g + 0.5 * b.gradient[i]!),
    { absolute: 1e-8 },
  );
});

const STOCHASTIC = ['swd', 'feature-swd'];
/** It needs a network. */
const kinds: [text: string, stochastic: boolean][] = [
  ...[...LOSSES.keys()]
    .filter((name) => name !== 'style-code')
    .map((name): [string, boolean] => [name, STOCHASTIC.includes(name)]),
  ['mmd/kernel=gaussian', true],
  ['l1,l2:2,charbonnier', false],
  ['l2,swd:1e-6', true],
  ['swd,l2', true],
  ['gram,swd', true],
];
for (const [text, stochastic] of kinds) {
  test(`${text} is ${stochastic ? 'drawn anew at each iteration' : 'one function throughout'}, and says so`, async () => {
    const loss = parseLoss(text, large.target);
    assert.is(loss.stochastic, stochastic);
    const [one, other] = await Promise.all(
      [1, 2].map((iteration) => loss.evaluate(large.picture, { seed: 3, iteration })),
    );
    loss.dispose?.();
    assert.is(one!.value !== other!.value, stochastic);
  });
}

test('members may be asynchronous and have terms of their own', async () => {
  const layered: Loss = {
    name: 'layered',
    stochastic: false,
    evaluate: async ({ data }) => ({
      value: 3,
      gradient: new Float32Array(data.length).fill(2),
      terms: { a: 1, b: 2 },
    }),
  };
  const sum = weightedSum([{ loss: layered, weight: 2 }]);
  const { value, gradient, terms } = await sum.evaluate(picture, context);
  assert.is(value, 6);
  assert.ok(gradient.every((g) => g === 4));
  assert.equal(terms, { layered: 3, 'layered.a': 1, 'layered.b': 2 });
});

test('what is not finite in one member is not finite in the sum', async () => {
  const broken: Loss = {
    name: 'broken',
    stochastic: false,
    evaluate: ({ data }) => ({
      value: Number.NaN,
      gradient: new Float32Array(data.length).with(1, Number.NEGATIVE_INFINITY),
    }),
  };
  const members = [
    { loss: l1(target), weight: 1 },
    { loss: broken, weight: 1e-30 },
  ];
  const { value, gradient } = await weightedSum(members).evaluate(picture, context);
  assert.ok(Number.isNaN(value));
  assert.is(gradient[1], Number.NEGATIVE_INFINITY);
});

test.run();
