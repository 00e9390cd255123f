import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Channel, Cube, Samples } from '../../cubes/index.js';
import { featureOf, featuresOf } from '../../engine/features.js';
import type { Psi } from '../../engine/psi.js';
import { toVector } from '../../engine/psi-vector.js';
import { Renderer } from '../../engine/renderer.js';
import { STORAGES, type Storage } from '../../engine/storage.js';
import { seededRandom } from '../../random.js';
import { sharedDevice } from '../device.js';
import { compareGradient, comparePictures } from '../reference/gradcheck-compare.js';
import { withSurfaces } from '../reference/gradcheck-psi.js';
import { referenceGradient } from '../reference/gradient.js';
import { renderReference } from '../reference/renderer.js';
import { cubeOf, knot, psiOf, shadedPsi } from '../reference/scenes.js';
import { having, noise, rendererOf, rich, SIZE, sampling, VALUES } from './scenes.js';

const test = suite('features');

const upstream = Float32Array.from({ length: VALUES }, seededRandom(21).normal);
/** With everything on, jitter too. */
const shaded = having(shadedPsi(), { sampling: sampling({ jitter: true }) });

const largest = (values: ArrayLike<number>) => Math.max(...Array.from(values, Math.abs));
const difference = (a: ArrayLike<number>, b: ArrayLike<number>) => largest(Array.from(a, (value, i) => value - b[i]!));

const WANTED: [what: string, pattern: RegExp][] = [
  ['transfer functions, background and tone', /^(channels\.\d+\.(window|gamma|knots)|density|background|tone)/],
  ['shading and lights', /^(shading|lights)\./],
  ['gradient opacity', /gradientOpacity$/],
  ['camera and clip box', /^(camera|clip)\./],
];
for (const [name, psi] of [
  ['without surfaces', rich],
  ['with surfaces', shaded],
] as const) {
  test(`a part of the gradient is what it is in the whole: ${name}`, async () => {
    const renderer = await rendererOf(noise);
    const frame = await renderer.forward(psi, SIZE);
    const { paths } = toVector(psi);
    const whole = await renderer.adjoint(frame, upstream);
    for (const [what, pattern] of WANTED) {
      const wanted = paths.filter((path) => pattern.test(path));
      const some = await renderer.adjoint(frame, upstream, wanted);
      const of = (gradient: Float64Array) => gradient.filter((_, i) => pattern.test(paths[i]!));
      const [expected, actual] = [of(whole), of(some)];
      assert.ok(largest(expected) > 0, `${what}: there is a gradient`);
      const off = difference(actual, expected);
      assert.ok(off <= 1e-5 * largest(expected), `${what}: off by ${off} of ${largest(expected)}`);
      if (pattern.test('camera.azimuth')) continue;
      const camera = some.filter((_, i) => featureOf(paths[i]!) === 'POSE');
      assert.is(largest(camera), 0, `${what}: the camera's isn't wanted`);
    }
  });
}

test('shading that changes nothing is not there, and has a gradient all the same if it is wanted', async () => {
  const renderer = await rendererOf(noise);
  const identity = { ...shaded.shading, ambient: 1, diffuse: 0, specular: 0 };
  const plain = having(shaded, { shading: psiOf().shading, lights: psiOf().lights });
  const lit = having(shaded, { shading: identity });
  assert.is(featuresOf(lit).SHADING, false);
  const expected = (await renderer.forward(plain, SIZE)).picture.data;
  const frame = await renderer.forward(lit, SIZE);
  assert.equal(frame.picture.data, expected);

  const { paths } = toVector(lit);
  const wanted = ['shading.ambient', 'shading.diffuse', 'shading.specular'];
  const gradient = await renderer.adjoint(frame, upstream, wanted);
  for (const scalar of referenceGradient({ cube: noise, psi: lit, size: SIZE }, wanted, upstream)) {
    const row = compareGradient(scalar, gradient[paths.indexOf(scalar.path)]!);
    assert.ok(row.ok && row.analytic !== 0, JSON.stringify(row));
  }
  const idle = await renderer.adjoint(frame, upstream, ['density']);
  assert.is(idle[paths.indexOf('shading.diffuse')], 0);

  // Nothing jumps as the kernels with shading take over.
  const nearly = having(lit, { shading: { ...identity, diffuse: 1e-7 } });
  assert.is(featuresOf(nearly).SHADING, true);
  assert.ok(difference((await renderer.forward(nearly, SIZE)).picture.data, expected) < 1e-5);
});

test('with the light behind the cube the half vector is divided by its floor, and so is its gradient', async () => {
  const renderer = await rendererOf(noise);
  // |l + e| is 5·10⁻⁴, the floor 10⁻³. Parallel rays have one e, and a flat highlight keeps the few digits that l + e has.
  const azimuth = 180 - (5e-4 * 180) / Math.PI;
  const psi = having(shaded, {
    camera: { ...shaded.camera, fov: 0 },
    shading: { ...shaded.shading, shininess: 1.5 },
    lights: { ...shaded.lights, key: { ...shaded.lights.key, azimuth, elevation: 0 } },
  });
  const { paths } = toVector(psi);
  const wanted = paths.filter((path) => /^(shading|lights)\./.test(path));
  const frame = await renderer.forward(psi, SIZE);
  const gradient = await renderer.adjoint(frame, upstream, wanted);
  const rows = referenceGradient({ cube: noise, psi, size: SIZE }, wanted, upstream).map((scalar) =>
    compareGradient(scalar, gradient[paths.indexOf(scalar.path)]!),
  );
  assert.equal(
    rows.filter(({ ok }) => !ok),
    [],
  );
});

/** A cube of random samples, one channel for each kind of them. */
function randomCube(...channels: Samples[]): Cube {
  const random = seededRandom(22);
  return {
    shape: [7, 6, 5],
    spacing: [1, 1.3, 0.8],
    unit: 'voxel',
    channels: channels.map((samples, c) => {
      const range: Channel['range'] = samples instanceof Float32Array ? [-3, 8] : [2, 250];
      samples.forEach((_, i) => {
        samples[i] = i < 2 ? range[i]! : random.between(range[0], range[1]);
      });
      return { name: `channel ${c}`, samples, range };
    }),
    source: 'tests/features',
    notes: [],
  };
}

const stored = (storage: Storage): Psi => having(shaded, { sampling: sampling({ storage }) });
const VOXELS = 7 * 6 * 5;

const CUBES: [what: string, channels: Samples[], tolerances: Record<'unorm8' | 'unorm16', number>][] = [
  ['of 8 bits', [new Uint8Array(VOXELS), new Uint8Array(VOXELS)], { unorm8: 1e-6, unorm16: 1e-6 }],
  ['of floats', [new Float32Array(VOXELS), new Float32Array(VOXELS)], { unorm8: 1e-2, unorm16: 1e-4 }],
];
for (const [what, channels, tolerances] of CUBES) {
  test(`the picture is the same however voxels are stored: a cube ${what}`, async () => {
    const renderer = await Renderer.open(await sharedDevice(), randomCube(...channels));
    const expected = (await renderer.forward(stored('float32'), SIZE)).picture.data;
    for (const storage of ['unorm8', 'unorm16'] as const) {
      const { data } = (await renderer.forward(stored(storage), SIZE)).picture;
      const off = difference(data, expected);
      assert.ok(off <= tolerances[storage], `${storage}: off by ${off}`);
    }
    assert.equal((await renderer.forward(stored('float32'), SIZE)).picture.data, expected);
    renderer.close();
  });
}

/** The volumes that are made while `act` runs, and which of them are left. */
async function volumesMadeBy(act: () => Promise<unknown>): Promise<{ size: number; destroyed: boolean }[]> {
  const { gpu } = await sharedDevice();
  const create = gpu.createBuffer;
  const volumes: { size: number; destroyed: boolean }[] = [];
  gpu.createBuffer = (descriptor) => {
    const buffer = create.call(gpu, descriptor);
    if (descriptor.label !== 'volume') return buffer;
    const volume = { size: descriptor.size, destroyed: false };
    volumes.push(volume);
    const destroy = buffer.destroy;
    buffer.destroy = () => {
      volume.destroyed = true;
      return destroy.call(buffer);
    };
    return buffer;
  };
  try {
    await act();
  } finally {
    gpu.createBuffer = create;
  }
  return volumes;
}

test('another storage takes the place of the earlier one, and the same one stays', async () => {
  const cube = randomCube(new Uint8Array(VOXELS), new Uint8Array(VOXELS));
  let renderer: Renderer | undefined;
  const volumes = await volumesMadeBy(async () => {
    renderer = await Renderer.open(await sharedDevice(), cube);
    for (const storage of [...STORAGES, 'float32', 'unorm8'] as const) {
      const frame = await renderer.forward(stored(storage), SIZE);
      await renderer.adjoint(frame, upstream, ['density']);
    }
    // What auto is for whole numbers that fit in a byte.
    await renderer.forward(having(stored('unorm8'), { sampling: sampling({ storage: 'auto' }) }), SIZE);
  });
  const bytes = (width: number) => Math.ceil((2 * VOXELS * width) / 4) * 4;
  assert.equal(
    volumes.map(({ size }) => size),
    [1, 2, 4, 1].map(bytes),
  );
  assert.equal(
    volumes.map(({ destroyed }) => destroyed),
    [true, true, true, false],
  );
});

/** A picture and all of its gradient. */
async function renderBoth(renderer: Renderer, psi: Psi) {
  const frame = await renderer.forward(psi, SIZE);
  return { picture: frame.picture.data, gradient: await renderer.adjoint(frame, upstream) };
}

test('with everything on, the same frame twice gives the same bits', async () => {
  const renderer = await rendererOf(noise);
  const first = await renderBoth(renderer, shaded);
  // Another frame in between leaves other values in every buffer.
  await renderBoth(renderer, having(shaded, { density: 3, camera: { ...shaded.camera, fov: 0 } }));
  assert.equal(await renderBoth(renderer, shaded), first);
  const { paths } = toVector(shaded);
  const still = paths.filter((_, i) => first.gradient[i] === 0);
  assert.equal(still, ['sampling.rate'], 'scalars without a gradient');
});

test('jitter and encoding none each change the picture, to the same each time', async () => {
  const renderer = await rendererOf(noise);
  const pictureOf = async (psi: Psi) => (await renderer.forward(psi, SIZE)).picture.data;
  const plain = having(rich, { sampling: sampling({ steps: 12 }) });
  const expected = await pictureOf(plain);
  for (const [what, psi] of [
    ['jitter', having(plain, { sampling: { ...plain.sampling, jitter: true } })],
    ['encoding none', having(plain, { tone: { ...plain.tone, encoding: 'none' } })],
  ] as const) {
    const picture = await pictureOf(psi);
    assert.ok(difference(picture, expected) > 1e-3, `${what} is seen`);
    assert.equal(await pictureOf(psi), picture, what);
    const compared = comparePictures(picture, renderReference(noise, psi, { ...SIZE, steps: 12 }));
    assert.ok(compared.ok, `${what}: off by ${compared.difference} from the reference`);
  }
  // Of the transmittance there is no encoding.
  const alphas = (picture: Float32Array) => picture.filter((_, i) => i % 4 === 3);
  const linear = await pictureOf(having(plain, { tone: { ...plain.tone, encoding: 'none' } }));
  assert.equal(alphas(linear), alphas(expected));
});

/** Eight channels of 64 knots, with everything that Ψ has. */
function largestPsi(): Psi {
  const random = seededRandom(23);
  const channel = (c: number) => ({
    window: { lo: 0.02 * c, hi: 1 - 0.03 * c },
    gamma: 0.7 + 0.1 * c,
    knots: Array.from({ length: 64 }, (_, k) =>
      knot((k + 0.5) / 64, [random.uniform(), random.uniform(), random.uniform()], random.between(0.1, 2)),
    ),
  });
  const channels = Array.from({ length: 8 }, (_, c) => channel(c));
  const { camera, clip, background, tone } = shaded;
  const psi = psiOf({ channels, camera, clip, background, tone, sampling: { steps: 12, jitter: true } });
  return withSurfaces(psi, random);
}

test('the largest Ψ renders and is differentiated: 8 channels of 64 knots with everything on', async () => {
  const random = seededRandom(24);
  const cube = cubeOf([6, 7, 5], ...Array.from({ length: 8 }, () => random.uniform));
  const psi = largestPsi();
  const size = { width: 12, height: 9 };
  const weights = Float32Array.from({ length: 4 * size.width * size.height }, random.normal);
  const renderer = await Renderer.open(await sharedDevice(), cube);
  const frame = await renderer.forward(psi, size);
  const compared = comparePictures(frame.picture.data, renderReference(cube, psi, size));
  assert.ok(compared.ok, `the picture is off by ${compared.difference}`);

  const gradient = await renderer.adjoint(frame, weights);
  const { paths } = toVector(psi);
  assert.is(gradient.length, paths.length);
  assert.ok(paths.length > 8 * 64 * 5 && gradient.every(Number.isFinite));
  // One of each kind, of the last channel where there are several.
  const some = [
    'channels.7.window.lo',
    'channels.7.gamma',
    'channels.7.gradientOpacity',
    'channels.7.knots.30.x',
    'channels.7.knots.31.color.2',
    'channels.7.knots.32.extinction',
    'density',
    'shading.shininess',
    'lights.key.azimuth',
    'tone.hue',
    'camera.elevation',
    'clip.max.1',
  ];
  const wrong = referenceGradient({ cube, psi, size }, some, weights)
    .map((scalar) => compareGradient(scalar, gradient[paths.indexOf(scalar.path)]!))
    .filter(({ ok, analytic }) => !ok || analytic === 0);
  assert.equal(wrong, []);
  renderer.close();
});

test.run();
