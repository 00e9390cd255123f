import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Device, openDevice } from '../../engine/device.js';
import { SHADERS } from '../../engine/shader.js';
import { formatGradcheck, type GradcheckCase, gradcheck, summarise } from '../reference/gradcheck.js';

/**
 * Tests the test: one deliberate error in a line of a kernel, and the gradient check has to fail. A mutant that lives would
 * be an error that nobody notices.
 */
const test = suite('gradient check: mutants');

type Mutant = [what: string, file: string, line: string, mutated: string];
const MUTANTS: readonly Mutant[] = [
  [
    'the share of the final transmittance in ∂L/∂τ left out',
    'adjoint.wgsl',
    'dot(contrast, d_color) - d_end;',
    'dot(contrast, d_color);',
  ],
  [
    'the transmittance behind the sample in place of that before it',
    'adjoint.wgsl',
    'transmittance_of(depth) * share',
    'beyond * share',
  ],
  [
    'what lies behind a sample not weakened by it',
    'adjoint.wgsl',
    'excess = transmittance_of(tau) * contrast;',
    'excess = contrast;',
  ],
  ['the left knot for the right one', 'adjoint.wgsl', '(1.0 - segment.place) * value;', 'segment.place * value;'],
  ["the sign of a knot's place", 'adjoint.wgsl', 'du * (segment.place - 1.0);', 'du * (1.0 - segment.place);'],
  ['1/range of the window forgotten', 'adjoint.wgsl', '1.0 / (window.hi - window.lo);', '1.0;'],
  ['the exponent in the derivative of the window', 'adjoint.wgsl', '.gamma * u / t;', '.gamma / t;'],
  ["density's Δt left out", 'adjoint.wgsl', 'd_tau * extinction * ray.step;', 'd_tau * extinction;'],
  [
    'the mixing of channels left out of ∂L/∂σ_c',
    'adjoint.wgsl',
    'scale * d_tau + weight * dot(value.rgb - mixed, d_color);',
    'scale * d_tau;',
  ],
  ['the backgrounds exchanged', 'adjoint.wgsl', 'Background_top, (1.0 - place)', 'Background_top, place'],
  [
    'u on the first of two knots in one place',
    'classify.wgsl',
    'u <= psi.channels[channel].knots[0].x',
    'knot == 0u && u <= left',
  ],
  ['radians for degrees in the hue', 'tone.wgsl', ' * radians(1.0);', ';'],
  [
    "the luma's part in the saturation",
    'tone.wgsl',
    'd = tone.saturation * d + (1.0 - tone.saturation) * dot(d, vec3f(1.0)) * LUMA;',
    'd = tone.saturation * d;',
  ],
  [
    'the slope of the highlights forgotten',
    'tone.wgsl',
    'upstream * select(vec3f(1.0), vec3f(HIGHLIGHT_SLOPE), s.display > vec3f(1.0));',
    'upstream;',
  ],
  ["the contrast's slope", 'tone.wgsl', 'd *= tone.contrast * s.contrasted / exposed;', 'd *= s.contrasted / exposed;'],
  ['samples at the ends of their steps', 'view.wgsl', '(f32(sample) + 0.5)', 'f32(sample)'],
  ['the last workgroup not summed', 'reduce.wgsl', 'i < count; i += LANES', 'i + 1u < count; i += LANES'],
];

/** Small, for what a mutant does to a gradient it does on a few pixels too. */
const SCENES = { cases: 6, size: { width: 10, height: 10 }, steps: 16 };

let device: Device;
let folder: string;
test.before(async () => {
  device = await openDevice({ tier: 'bundled' });
  folder = await mkdtemp(join(tmpdir(), 'voxstyle-mutants-'));
});
test.after(async () => {
  device.close();
  await rm(folder, { recursive: true, force: true });
});

/** The cases up to the first that fails. */
async function check(shaders: string): Promise<GradcheckCase[]> {
  const cases: GradcheckCase[] = [];
  for await (const checked of gradcheck(device, { ...SCENES, shaders: pathToFileURL(`${shaders}/`) })) {
    cases.push(checked);
    if (!checked.passed) break;
  }
  return cases;
}

/** A copy of the kernels' folder. */
async function copyShaders(name: string): Promise<string> {
  const shaders = join(folder, name);
  await cp(fileURLToPath(SHADERS), shaders, { recursive: true });
  return shaders;
}

test('the kernels as they are pass', async () => {
  const summary = summarise(await check(await copyShaders('unchanged')));
  assert.ok(summary.passed, formatGradcheck(summary));
});

for (const [index, [what, file, line, mutated]] of MUTANTS.entries()) {
  test(`the check notices: ${what}`, async () => {
    const shaders = await copyShaders(`${index}`);
    const source = await readFile(join(shaders, file), 'utf8');
    assert.is(source.split(line).length, 2, `${file} has the line once: ${line}`);
    await writeFile(join(shaders, file), source.replace(line, mutated));
    const failed = (await check(shaders)).at(-1)!;
    assert.is(failed.passed, false, `lives through ${SCENES.cases} cases`);
    // By a wrong number, not by one that is missing.
    const wrong = failed.rows.filter(({ ok }) => !ok);
    assert.ok(!failed.picture.ok || wrong.length > 0);
    assert.ok(
      failed.rows.every(({ analytic }) => Number.isFinite(analytic)),
      'all gradients are numbers',
    );
  });
}

test.run();
