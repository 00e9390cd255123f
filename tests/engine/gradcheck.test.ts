import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makePhantom } from '../../cubes/phantom.js';
import { Device, openDevice, openTier } from '../../engine/device.js';
import { defaultPsi } from '../../engine/psi-default.js';
import { keyOf, SCALARS, type ScalarKey } from '../../engine/psi-scalars.js';
import { Renderer } from '../../engine/renderer.js';
import { seededRandom } from '../../random.js';
import {
  formatGradcheck,
  type GradcheckCase,
  type GradcheckOptions,
  gradcheck,
  summarise,
} from '../reference/gradcheck.js';
import { compareGradient, comparePictures } from '../reference/gradcheck-compare.js';

const test = suite('gradient check');

/** Words in the names of scenes. Twelve of them have all of these. */
const KINDS = [
  ...['dense', 'thin', 'spiky'],
  ...['perspective', 'orthographic', 'inside', 'axis-parallel'],
  ...['nearest', 'linear', 'jitter'],
  ...['surfaces', 'encoding none', 'clipped', 'burnt out', 'off', 'knots on the ends', 'coincident inner knots'],
  ...['grazing an edge', 'zero extinction', 'single slice', 'constant volume', 'noise of 8 channels'],
];

async function collect(device: Device, options?: GradcheckOptions): Promise<GradcheckCase[]> {
  const cases: GradcheckCase[] = [];
  for await (const checked of gradcheck(device, options)) cases.push(checked);
  return cases;
}

/** Not square, as the check's own is: nothing that takes the width for the height shows in a square. */
const SIZE = { width: 20, height: 16 };

/** That all of Ψ's scalars that have a gradient were checked, and agree. */
async function checkDevice(device: Device): Promise<void> {
  const cases = await collect(device, { size: SIZE });
  const summary = summarise(cases);
  assert.ok(summary.passed, `${device.driver}\n${formatGradcheck(summary)}`);

  const differentiable = (Object.keys(SCALARS) as ScalarKey[]).filter((key) => SCALARS[key].differentiable);
  const keys = summary.scalars.map(({ key }) => key);
  assert.equal(keys, differentiable, 'scalars checked');
  assert.equal(JSON.parse(JSON.stringify(cases)), cases, 'cases are plain data');

  const names = cases.map(({ name }) => name).join('; ');
  for (const kind of KINDS) assert.ok(names.includes(kind), `${kind}: ${names}`);
  for (const { name, rows } of cases) {
    const off = /channel (\d) off/.exec(name)?.[1];
    const wrong = rows.filter(({ path, analytic }) => path.startsWith(`channels.${off}.`) && analytic !== 0);
    assert.equal(wrong, [], 'gradients of a channel that is off');
  }
}

test('every scalar of Ψ has the gradient of the float64 reference on the bundled driver', async () => {
  const device = await openDevice({ tier: 'bundled' });
  try {
    await checkDevice(device);
  } finally {
    device.close();
  }
});

test("and on the system's software driver, or that is missing with a remedy", async () => {
  const found = await openTier('system-software');
  if (!(found instanceof Device)) {
    assert.ok(found.status === 'absent' || found.status === 'broken', JSON.stringify(found));
    assert.ok(found.evidence && found.remedy, JSON.stringify(found));
    return;
  }
  try {
    await checkDevice(found);
  } finally {
    found.close();
  }
});

test('the same frame twice gives the same bits, forward and adjoint', async () => {
  const device = await openDevice({ tier: 'bundled' });
  const cube = makePhantom('fluorescence', { size: 16 });
  const renderer = await Renderer.open(device, cube);
  try {
    const psi = defaultPsi(cube);
    const size = { width: 37, height: 29 };
    const weights = Float32Array.from({ length: 4 * size.width * size.height }, seededRandom(5).normal);
    const run = async () => {
      const frame = await renderer.forward(psi, size);
      return { picture: bits(frame.picture.data), gradient: bits(await renderer.adjoint(frame, weights)) };
    };
    const first = await run();
    // Another frame in between leaves other values in every buffer.
    await renderer.adjoint(await renderer.forward({ ...psi, density: 3 }, size), weights);
    assert.equal(await run(), first);
    assert.ok(first.gradient !== bits(new Float64Array(first.gradient.length)), 'there is a gradient');
  } finally {
    renderer.close();
    device.close();
  }
});

const bits = (values: Float32Array | Float64Array) => Buffer.from(values.buffer).toString('hex');

test('a gradient or a picture that is NaN fails, and so do no cases at all', () => {
  const scalar = { path: 'tone.hue', value: 0, scale: 0, error: 0 };
  assert.is(compareGradient(scalar, 0).ok, true);
  const row = compareGradient(scalar, Number.NaN);
  assert.is(row.ok, false);
  assert.is(comparePictures([0, Number.NaN, 5], [0, 0, 5]).ok, false);

  const fine = { number: 0, name: 'fine', redrawn: { onBorder: 0, undecided: 1 }, rows: [compareGradient(scalar, 0)] };
  const picture = comparePictures([1], [1]);
  const summary = summarise([
    { ...fine, picture, passed: true },
    { ...fine, number: 1, name: 'NaN', picture, rows: [row], passed: false },
  ]);
  assert.equal([summary.cases, summary.checked, summary.failed, summary.redrawn.undecided], [2, 2, 1, 2]);
  assert.is(summary.scalars[0]!.worst.case, 1);
  assert.is(keyOf(summary.scalars[0]!.worst.path), 'tone.hue');
  assert.match(formatGradcheck(summary), /tone\.hue .*1 FAILED[\s\S]*\nFAILED: 2 gradients in 2 cases, 1 wrong/);
  assert.is(summarise([]).passed, false);
});

test.run();
