import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cube } from '../../cubes/cube.js';
import { stepsOf } from '../../engine/frame.js';
import type { Psi } from '../../engine/psi.js';
import { toVector } from '../../engine/psi-vector.js';
import { Renderer } from '../../engine/renderer.js';
import { seededRandom } from '../../random.js';
import { sharedDevice } from '../device.js';
import { renderReference } from '../reference/renderer.js';
import { constantKnots, cubeOf, FRONT, knot, psiOf } from '../reference/scenes.js';
import { cells, ct, having, noise, random, rendererOf, rich, SIZE, sampling, VALUES } from './scenes.js';

const test = suite('renderer');

const scenes: [what: string, cube: Cube, psi: Psi][] = [
  ['two channels, nothing at its default', noise, rich],
  [
    'the first channel off',
    noise,
    having(rich, { channels: [{ ...rich.channels[0]!, enabled: false }, rich.channels[1]!] }),
  ],
  [
    'the second channel off',
    noise,
    having(rich, { channels: [rich.channels[0]!, { ...rich.channels[1]!, enabled: false }] }),
  ],
  ['parallel rays along an axis', noise, having(rich, { camera: { ...rich.camera, ...FRONT, roll: 0 } })],
  ['parallel rays from above', noise, having(rich, { camera: { ...rich.camera, fov: 0, elevation: 90, roll: -30 } })],
  ['the eye within the cube', noise, having(rich, { camera: { ...rich.camera, distance: 0.2, fov: 90 } })],
  [
    'the cube behind the eye',
    noise,
    having(rich, { camera: { ...rich.camera, target: [0, 9, 0], azimuth: 0, elevation: 0, distance: 1 } }),
  ],
  ['a clip box', noise, having(rich, { clip: { min: [0.2, 0, 0.35], max: [0.8, 0.55, 1] } })],
  ['anisotropic voxels', { ...noise, spacing: [1, 0.5, 3] }, rich],
  [
    'a single voxel',
    cubeOf([1, 1, 1], () => 0.4),
    psiOf({ sampling: { steps: 8 }, background: { top: [0.2, 0.3, 0.4] } }),
  ],
  ['one step', noise, having(rich, { sampling: sampling({ steps: 1 }) })],
  ['steps by rate', noise, having(rich, { sampling: sampling({ steps: null, rate: 2.5 }) })],
  ['a CT torso, dense', ct, random(ct, 1, 'dense')],
  ['a CT torso, thin', ct, random(ct, 2, 'thin')],
  ['cells, spiky', cells, random(cells, 3, 'spiky')],
  [
    'coincident knots',
    noise,
    having(rich, {
      channels: rich.channels.map((channel) => ({
        ...channel,
        knots: [0, 0.5, 0.5, 0.5, 1].map((x, k) => knot(x, [0.2 * k, 0.5, 1 - 0.2 * k], 2 * k)),
      })),
    }),
  ],
  ['opaque from the first sample', noise, having(rich, { density: 1000 })],
  [
    'an empty volume',
    noise,
    having(rich, { channels: rich.channels.map((channel) => ({ ...channel, knots: constantKnots([1, 1, 1], 0) })) }),
  ],
];
for (const [what, cube, psi] of scenes) {
  test(`the picture is the reference's: ${what}`, async () => {
    const { picture } = await (await rendererOf(cube)).forward(psi, SIZE);
    assert.equal([picture.width, picture.height], [SIZE.width, SIZE.height]);
    const expected = renderReference(cube, psi, { ...SIZE, steps: stepsOf(cube, psi) });
    const errors = expected.map((value, i) => Math.abs(picture.data[i]! - value));
    const colours = errors.filter((_, i) => i % 4 < 3);
    const transmittances = errors.filter((_, i) => i % 4 === 3);
    // Beside black, tone has slopes of over 100, which float32's last digits show through: a few values are off by more.
    const off = colours.filter((error) => error > 1e-4);
    assert.ok(off.length <= 0.01 * colours.length, `${off.length} of ${colours.length} colours are off`);
    assert.ok(Math.max(...colours) <= 5e-4, `a colour is off by ${Math.max(...colours)}`);
    assert.ok(Math.max(...transmittances) <= 1e-5, `a transmittance is off by ${Math.max(...transmittances)}`);
  });
}

test("nearest voxels are the reference's", async () => {
  // A sample near the middle of two voxels may fall to either, so a few values are allowed to differ.
  const psi = having(rich, { sampling: sampling({ interpolation: 'nearest' }) });
  const { picture } = await (await rendererOf(noise)).forward(psi, SIZE);
  const expected = renderReference(noise, psi, SIZE);
  const off = expected.filter((value, i) => Math.abs(value - picture.data[i]!) > 1e-3);
  assert.ok(off.length <= 0.01 * expected.length, `${off.length} of ${expected.length} values are off`);
});

test('a picture and its gradient repeat bit for bit, also after another frame and on a renderer anew', async () => {
  const upstream = Float32Array.from({ length: VALUES }, seededRandom(9).normal);
  const render = async (renderer: Renderer) => {
    const frame = await renderer.forward(rich, SIZE);
    return { picture: frame.picture.data, gradient: await renderer.adjoint(frame, upstream) };
  };
  const renderer = await rendererOf(noise);
  const first = await render(renderer);
  assert.equal(await render(renderer), first, 'at once');
  const other = { ...rich, channels: [rich.channels[0]!, { ...rich.channels[1]!, enabled: false }] };
  await renderer.forward(other, { width: 33, height: 9 });
  assert.equal(await render(renderer), first, 'after another frame');
  const anew = await Renderer.open(await sharedDevice(), noise);
  assert.equal(await render(anew), first, 'on a renderer anew');
  anew.close();
  assert.is(first.gradient.length, toVector(rich).values.length);
  assert.ok(first.gradient.every(Number.isFinite) && first.gradient.some((g) => g !== 0));
});

test("two renderers on one device don't disturb each other", async () => {
  const [one, two] = await Promise.all([rendererOf(noise), rendererOf(ct)]);
  const psi = random(ct, 4, 'dense');
  const upstream = new Float32Array(VALUES).fill(1);
  const alone = [await one.forward(rich, SIZE), await two.forward(psi, SIZE)];
  const [a, b] = await Promise.all([one.forward(rich, SIZE), two.forward(psi, SIZE)]);
  assert.equal([a.picture.data, b.picture.data], [alone[0]!.picture.data, alone[1]!.picture.data]);
  const gradients = await Promise.all([one.adjoint(a, upstream), two.adjoint(b, upstream)]);
  assert.equal([await one.adjoint(a, upstream), await two.adjoint(b, upstream)], gradients);
  assert.equal(
    gradients.map((g) => g.length),
    [rich, psi].map((of) => toVector(of).values.length),
  );
});

test.run();
