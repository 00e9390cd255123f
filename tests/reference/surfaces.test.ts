import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose } from './assert-close.js';
import { LIVE } from './branches.js';
import { keyLightDirection } from './lights.js';
import { renderReference, sampleRays, shade } from './renderer.js';
import { constantKnots, cubeOf, FRONT, psiOf, shadedPsi } from './scenes.js';
import { surfaceTerms } from './surfaces.js';

const test = suite('reference: surfaces');
const PIXEL = { width: 1, height: 1, steps: 1 };
/** Rises along y, where FRONT looks, by 1 a world unit: the normal is (0, 1, 0), away from the eye. */
const ramp = cubeOf([1, 8, 1], (_x, y) => y / 8);
/** A window of which ℓ·|∇v| = 0.04 is the whole: a full surface. */
const FULL = { lo: 0.48, hi: 0.52 };
const knots = constantKnots([0.5, 0.5, 0.5], 2);

/** The factor on the extinction, those on the colours, and what is added to these, in the middle of the ramp. */
function termsAt(parts: Record<string, unknown>, channel = {}, cube = ramp): number[] {
  const psi = psiOf({ channels: [{ knots, window: FULL, ...channel }], ...parts });
  return [...surfaceTerms(sampleRays(cube, psi, PIXEL, LIVE, true), psi, LIVE)[0]!];
}

test('a light straight on', () => {
  const color = [0.9, 0.5, 0.2];
  const key = { azimuth: 0, elevation: 0, color, intensity: 1.5 };
  const shading = { ambient: 0.3, diffuse: 0.8, specular: 0.6, shininess: 20 };
  const lights = { key, headlight: { intensity: 0.4 } };
  const light = color.map((c) => 1.5 * c + 0.4);
  const expected = [1, ...light.map((l) => 0.3 + 0.8 * l), ...light.map((l) => 0.6 * l)];
  assertClose(termsAt({ shading, lights }), expected, 1e-6, 'terms');

  // Constant knots, so the picture is a uniform medium's, in this colour.
  const psi = psiOf({
    channels: [{ knots, window: { lo: 0.49, hi: 0.51 } }],
    shading,
    lights,
    tone: { encoding: 'none' },
  });
  const left = Math.exp(-2);
  const shown = light.map((l) => (1 - left) * (0.5 * (0.3 + 0.8 * l) + 0.6 * l));
  const highlight = (c: number) => (c <= 1 ? c : 1 + 0.05 * (c - 1));
  // The outer voxels have half the gradient, which is a full surface all the same with this window.
  const picture = renderReference(ramp, psi, { ...PIXEL, steps: 50 });
  assertClose(picture, [...shown.map(highlight), left], 1e-4, 'picture');
});

test('a light from the side, on either side', () => {
  const shading = { ambient: 0, diffuse: 1, specular: 1, shininess: 8 };
  const cosine = (degrees: number) => Math.cos((degrees * Math.PI) / 180);
  for (const angle of [60, -60, 120]) {
    // The half vector is half way to the light.
    const expected = [1, 0.5, 0.5, 0.5, ...[0, 1, 2].map(() => cosine(angle / 2) ** 8)];
    const of = (key: object) => termsAt({ shading, lights: { key } });
    assertClose(of({ azimuth: angle, elevation: 0 }), expected, 1e-6, `azimuth ${angle}`);
    if (angle < 90) assertClose(of({ azimuth: 0, elevation: angle }), expected, 1e-6, `elevation ${angle}`);
  }
  // Grazing: no diffuse light, and the half vector at 45°.
  const grazing = termsAt({ shading, lights: { key: { azimuth: 90, elevation: 0 } } });
  assertClose(grazing, [1, 0, 0, 0, ...[0, 1, 2].map(() => cosine(45) ** 8)], 1e-6, 'grazing');
  // From behind the cube: the other side is lit, and there is no half vector.
  const behind = termsAt({ shading, lights: { key: { azimuth: 180, elevation: 0 } } });
  assertClose(behind, [1, 1, 1, 1, 0, 0, 0], 1e-6, 'behind');
});

test('the surface measure is a smoothstep of the rise through the window', () => {
  const opacityAt = (width: number, gradientOpacity = 1) =>
    termsAt({}, { window: { lo: 0.5 - width / 2, hi: 0.5 + width / 2 }, gradientOpacity })[0]!;
  assertClose([opacityAt(0.02), opacityAt(0.04)], [1, 1], 1e-6, 'full');
  assertClose([opacityAt(0.08), opacityAt(0.16)], [0.5, (3 - 0.5) / 16], 1e-6, 'a half, a quarter');
  assertClose([opacityAt(0.08, 0.5), opacityAt(0.08, 0)], [0.75, 1], 1e-6, 'of a share');
  // It is that of the unclamped t: outside the window there are surfaces too.
  assertClose([termsAt({}, { window: { lo: 0.8, hi: 0.88 }, gradientOpacity: 1 })[0]!], [0.5], 1e-6, 'outside');
});

test('in a constant volume there is no surface: gradient opacity 1 leaves nothing, and shading changes nothing', () => {
  const constant = cubeOf([3, 3, 3], () => 0.5);
  const shading = { ambient: 0.1, diffuse: 2, specular: 2 };
  assert.equal(termsAt({ shading }, { gradientOpacity: 1 }, constant), [0, 1, 1, 1, 0, 0, 0]);
  assert.equal(termsAt({ shading }, { gradientOpacity: 0.25 }, constant), [0.75, 1, 1, 1, 0, 0, 0]);
  const clear = psiOf({ channels: [{ knots, gradientOpacity: 1 }], shading });
  assert.is(renderReference(constant, clear, { ...PIXEL, steps: 9 })[3], 1);
});

test('where Ψ shades nothing the terms are exactly those of no surface', () => {
  for (const terms of [termsAt({}), termsAt({ lights: { headlight: { intensity: 3 } } })]) {
    assert.equal(terms, [1, 1, 1, 1, 0, 0, 0]);
  }
});

test('the key light turns with the camera', () => {
  const direction = (camera: object, azimuth: number, elevation: number) =>
    keyLightDirection(psiOf({ camera: { ...FRONT, ...camera }, lights: { key: { azimuth, elevation } } }));
  for (const [camera, azimuth, elevation, expected] of [
    [{}, 0, 0, [0, -1, 0]],
    [{}, 90, 0, [1, 0, 0]],
    [{}, 0, 90, [0, 0, 1]],
    [{}, 180, 0, [0, 1, 0]],
    [{ azimuth: 90 }, 0, 0, [1, 0, 0]],
    [{ azimuth: 90 }, 90, 0, [0, 1, 0]],
    [{ elevation: 90 }, 0, 90, [0, 1, 0]],
    [{ roll: 90 }, 90, 0, [0, 0, 1]],
    [{ roll: 90 }, 0, 90, [-1, 0, 0]],
    [{ roll: 45 }, 45, 0, [0.5, -Math.SQRT1_2, 0.5]],
  ] as const) {
    const name = `${azimuth}°, ${elevation}° of ${JSON.stringify(camera)}`;
    assertClose(direction(camera, azimuth, elevation), expected, 1e-15, name);
  }
});

test('rays without gradients are refused by a Ψ that shades', () => {
  const rays = sampleRays(ramp, psiOf(), PIXEL);
  assert.throws(() => shade(rays, shadedPsi()), /at most 1 channels/);
  assert.throws(() => shade(rays, psiOf({ shading: { diffuse: 1 } })), /expected rays with gradients/);
});

test.run();
