import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Picture } from '../../engine/picture.js';
import { inGrey, recoloured } from '../../losses/colour.js';
import { evaluate, other, picture, target } from './evaluate.js';
import { assertClose, colours, mean } from './reference.js';

const test = suite('losses, control of targets and colours');

test('several targets count by their weights', async () => {
  for (const text of ['swd', 'gram', 'statistics']) {
    const both = await evaluate(text, { targets: [{ picture: target, weight: 3 }, { picture: other }] });
    const first = await evaluate(text, { targets: [{ picture: target }] });
    const second = await evaluate(text, { targets: [{ picture: other }] });
    assertClose(text, [both.value], [0.75 * first.value + 0.25 * second.value], { relative: 1e-6 });
    const expected = first.gradient.map((g, i) => 0.75 * g + 0.25 * second.gradient[i]!);
    const largest = expected.reduce((most, g) => Math.max(most, Math.abs(g)), 0);
    assertClose(`${text} gradient`, both.gradient, expected, { absolute: 1e-5 * largest });
  }
});

test('a member of=start is compared with the picture that was begun with', async () => {
  const comparison = { targets: [{ picture: other }], start: target };
  const { terms } = await evaluate('gram,content/of=start:0.5,l2/of=start', comparison);
  const alone = await evaluate('content,l2', { targets: [{ picture: target }] });
  assert.equal(Object.keys(terms!).sort(), ['content/of=start', 'gram', 'l2/of=start']);
  assertClose('content', [terms!['content/of=start']!], [alone.terms!.content!], { relative: 1e-6 });
  assert.is(terms!['l2/of=start'], alone.terms!.l2);
});

test('in grey, only luma counts, and the gradient is along it', async () => {
  const { value, gradient } = await evaluate('l2:2,gram', { targets: [{ picture: target }], colour: 'luminance' });
  const grey = await evaluate('l2:2,gram', { targets: [{ picture: inGrey(target) }] }, inGrey(picture));
  assertClose('value', [value], [grey.value], { relative: 1e-6 });
  for (let i = 0; i < gradient.length; i += 4) {
    const sum = gradient[i]! + gradient[i + 1]! + gradient[i + 2]!;
    assertClose(`pixel ${i / 4}`, gradient.subarray(i, i + 4), [0.2126 * sum, 0.7152 * sum, 0.0722 * sum, 0], {
      absolute: 1e-9,
      relative: 1e-5,
    });
  }
});

test('a recoloured picture has the mean and the covariance of the other, and its own structure', () => {
  // Within [0, 1], so that nothing is clamped.
  const narrow = (of: Picture) => ({ ...of, data: of.data.map((x) => 0.4 + 0.1 * x) });
  const moments = (of: Picture) => {
    const values = colours(of);
    const at = (c: number) => values.filter((_, i) => i % 3 === c);
    const means = [0, 1, 2].map((c) => mean(at(c)));
    const products = [0, 1, 2].flatMap((a) =>
      [0, 1, 2].map((b) => mean(at(a).map((x, i) => (x - means[a]!) * (at(b)[i]! - means[b]!)))),
    );
    return { means, products };
  };
  const [found, expected] = [moments(recoloured(narrow(other), narrow(target))), moments(narrow(target))];
  assertClose('means', found.means, expected.means, { absolute: 1e-5 });
  // The variances have the noise floor of (1e-2)² added before they are compared.
  assertClose('covariance', found.products, expected.products, { absolute: 1.5e-4 });
});

test.run();
