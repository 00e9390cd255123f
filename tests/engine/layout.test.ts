import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { layouts, psiValue } from '../../engine/frame.js';
import { parsePsi } from '../../engine/psi.js';
import { SCALARS } from '../../engine/psi-scalars.js';
import { assemble, type Constants, declare } from '../../engine/shader.js';
import { StructLayout, type StructValue } from '../../engine/struct-layout.js';
import { assertSameSamples } from '../cubes/fixtures.js';
import { sharedDevice } from '../device.js';

const test = suite('layout');

/** The members of each struct in a source, by a reading of its text that shares nothing with StructLayout's. */
function structsOf(source: string): Map<string, [member: string, type: string][]> {
  const plain = source.replace(/\/\/.*/g, '');
  return new Map(
    [...plain.matchAll(/struct (\w+) \{([^}]*)\}/g)].map(([, name, body]) => [
      name!,
      [...body!.matchAll(/(\w+): ((?:\w|<|>|, | \+ )+?),?\n/g)].map(([, member, type]) => [member!, type!]),
    ]),
  );
}

/** A scalar of a struct: its path in TypeScript and in WGSL. */
interface Leaf {
  path: string;
  wgsl: string;
}

function leavesOf(source: string, constants: Constants, root: string): Leaf[] {
  const structs = structsOf(source);
  const below = (type: string, path: string, wgsl: string): Leaf[] => {
    const members = structs.get(type);
    if (members) return members.flatMap(([name, inner]) => below(inner, `${path}.${name}`, `${wgsl}.${name}`));
    const array = /^array<(.+), ([\w +]+)>$/.exec(type);
    const vector = /^vec(\d)([fu])$/.exec(type);
    if (!array && !vector) {
      assert.match(type, /^[fu]32$/, `${path} is of a type that this test doesn't read`);
      return [{ path: path.slice(1), wgsl }];
    }
    const [inner, count] = array
      ? [array[1]!, lengthOf(array[2]!, constants)]
      : [`${vector![2]}32`, Number(vector![1])];
    return Array.from({ length: count }, (_, i) => below(inner, `${path}.${i}`, `${wgsl}[${i}]`)).flat();
  };
  return below(root, '', 'value');
}

/** An array's length: names of constants and numbers, added up. */
const lengthOf = (text: string, constants: Constants) =>
  text.split(' + ').reduce((sum, term) => sum + (constants[term] ?? Number(term)), 0);

/** The value that StructLayout packs, with its i-th scalar set to `numbers[i]`. */
function structValue(leaves: readonly Leaf[], numbers: readonly number[]): StructValue {
  const root: Record<string, unknown> = {};
  for (const [i, { path }] of leaves.entries()) {
    const steps = path.split('.');
    let node = root;
    for (const [s, step] of steps.slice(0, -1).entries()) {
      node[step] ??= /^\d+$/.test(steps[s + 1]!) ? [] : {};
      node = node[step] as Record<string, unknown>;
    }
    node[steps.at(-1)!] = numbers[i];
  }
  return root as StructValue;
}

/** What the device reads at each leaf of a struct in a storage buffer of these bytes. */
async function readOnDevice(
  source: string,
  struct: string,
  leaves: readonly Leaf[],
  bytes: ArrayBuffer,
): Promise<Float32Array> {
  const device = await sharedDevice();
  const { gpu } = device;
  const code = `${source}
    @group(0) @binding(0) var<storage, read> value: ${struct};
    @group(0) @binding(1) var<storage, read_write> result: array<f32>;
    @compute @workgroup_size(1) fn main() {
      ${leaves.map(({ wgsl }, i) => `result[${i}] = f32(${wgsl});`).join('\n')}
    }`;
  return device.checked(`layout of ${struct}`, async () => {
    const make = (size: number, usage: number) => gpu.createBuffer({ size, usage });
    const input = make(bytes.byteLength, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST);
    const output = make(leaves.length * 4, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC);
    const read = make(leaves.length * 4, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
    gpu.queue.writeBuffer(input, 0, bytes);
    const module = gpu.createShaderModule({ code });
    const pipeline = gpu.createComputePipeline({ layout: 'auto', compute: { module, entryPoint: 'main' } });
    const entries = [input, output].map((buffer, binding) => ({ binding, resource: { buffer } }));
    const encoder = gpu.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, gpu.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
    pass.dispatchWorkgroups(1);
    pass.end();
    encoder.copyBufferToBuffer(output, 0, read, 0, read.size);
    gpu.queue.submit([encoder.finish()]);
    await device.race(read.mapAsync(GPUMapMode.READ));
    const copy = new Float32Array(read.getMappedRange().slice(0));
    for (const buffer of [input, output, read]) buffer.destroy();
    return copy;
  });
}

/** As `specialisation` gives them: what the structs' members and lengths depend on. */
const constantsOf = (CHANNELS: number, KNOTS: number, SHADING = 1, POSE = 1) => ({
  CHANNELS,
  KNOTS,
  SURFACE: SHADING,
  SHADING,
  POSE,
  // Far fewer cells than the kernels have, for each is a line of the test's own kernel.
  CELLS: 4,
  GAMMA: 0,
  CROWDED: 0,
});
/** Structs and constants, without functions and variables. */
const declarationsOf = (file: string, constants: Constants) =>
  declare(constants) + assemble(file, constants).replace(/^fn [\s\S]*?^}$|^var<private>.*/gm, '');

const specialisations = [
  ...[1, 2, 3].flatMap((channels) => [2, 8, 64].map((knots) => constantsOf(channels, knots))),
  constantsOf(8, 64),
  constantsOf(2, 3, 0, 0),
  constantsOf(2, 3, 1, 0),
  constantsOf(2, 3, 0, 1),
];

for (const constants of specialisations) {
  const source = declarationsOf('gradient.wgsl', constants);
  const lookupSource = declarationsOf('lookup.wgsl', constants);
  const { CHANNELS, KNOTS, SHADING, POSE } = constants;
  const with_ = [SHADING && 'shading', POSE && 'pose'].filter(Boolean).join(' and ');
  const about = `${CHANNELS} channels × ${KNOTS} knots${with_ && `, ${with_}`}`;
  const { psi, view, gradient, lookup } = layouts(constants);
  const members = {
    Psi: leavesOf(source, constants, 'Psi'),
    View: leavesOf(source, constants, 'View'),
    Gradient: leavesOf(source, constants, 'Gradient'),
    Lookup: leavesOf(lookupSource, { ...constants, PIECES: constants.KNOTS + 1 }, 'Lookup'),
  };

  for (const layout of [psi, view, gradient, lookup]) {
    // Where Ψ's knots are is no matter to the view.
    if (layout === view && constants.KNOTS > 2) continue;
    // The look-up's many arrays are a long kernel of this test's, and shading and pose are no matter to it.
    if (layout === lookup && (constants.CHANNELS * constants.KNOTS > 16 || !(SHADING && POSE))) continue;
    test(`${layout.name} of ${about}: the device reads what is packed`, async () => {
      const leaves = members[layout.name as keyof typeof members];
      // Whole numbers, which u32 and f32 both hold, each its own.
      const numbers = leaves.map((_, i) => 3 * i + 7);
      const bytes = layout.pack(structValue(leaves, numbers));
      assert.is(bytes.byteLength, layout.size);
      assertSameSamples(
        await readOnDevice(layout === lookup ? lookupSource : source, layout.name, leaves, bytes),
        numbers,
        layout.name,
      );
    });
  }

  test(`Gradient of ${about}: each scalar's place is the sum of the constants on its way`, () => {
    const leaves = members.Gradient;
    const index = gradient.indexConstants();
    for (const { path } of leaves) assert.is(gradient.offset(path) / 4, indexOf(path, index), path);
    assert.is(index.Gradient_size, gradient.size / 4);
    assert.is(index.Gradient_size, leaves.length, 'scalars without gaps between them');
    assert.is(index.Gradient_psi, 0, 'Ψ comes first');
    assert.equal(
      Object.keys(index).filter((name) => !Number.isInteger(index[name])),
      [],
    );
  });
}

/** As adjoint.wgsl finds the place of a scalar of struct Psi. */
function indexOf(path: string, index: Constants): number {
  const [first, ...rest] = path.split('.');
  const number = (i: number) => Number(rest[i] ?? 0);
  const at = (name: string) => {
    assert.is(typeof index[name], 'number', `there is no constant ${name}`);
    return index[name]!;
  };
  if (first === 'pose') return at('Gradient_pose') + at(`Pose_${rest[0]}`) + number(1);
  const [member, ...below] = rest;
  const start = at('Gradient_psi') + at(`Psi_${member}`);
  switch (member) {
    case 'density':
      return start;
    case 'background':
      return start + at(`Background_${below[0]}`) + number(2);
    case 'tone':
      return start + at(`Tone_${below[0]}`);
    case 'surface':
      return start + at(`SurfaceScale_${below[0]}`);
    case 'shading':
      return start + at(`Shading_${below[0]}`);
    case 'lights': {
      const light = start + at(`Lights_${below[0]}`);
      return light + at(below[0] === 'key' ? `KeyLight_${below[1]}` : `Headlight_${below[1]}`) + number(3);
    }
    default: {
      const channel = start + number(1) * at('Channel_size') + at(`Channel_${below[1]}`);
      if (below[1] === 'window') return channel + at(`Window_${below[2]}`);
      if (below[1] === 'knots') return channel + number(3) * at('Knot_size') + at(`Knot_${below[3]}`) + number(5);
      return channel;
    }
  }
}

test('the struct Psi holds the scalars under their names in the document, but for what the host turns into a pose', () => {
  const constants = constantsOf(1, 2);
  const leaves = leavesOf(declare(constants) + assemble('psi.wgsl', constants), constants, 'Psi');
  const found = [...new Set(leaves.map(({ path }) => path.replace(/\.\d+(?=\.|$)/g, '.*')))];
  const turned = /^(camera|clip|sampling)\.|^lights\.key\.(azimuth|elevation)$/;
  const expected = [...Object.keys(SCALARS).filter((key) => !turned.test(key)), 'lights.key.direction.*'];
  assert.equal(found.sort(), expected.sort());
});

test('channels that are off are left out, and a short list of knots ends with copies of its last', () => {
  const knots = (count: number, extinction: number) =>
    Array.from({ length: count }, (_, k) => ({ x: k / count, color: [0, 0, k / 8], extinction: extinction + k }));
  const channels = [
    { knots: knots(5, 100), enabled: false },
    { knots: knots(2, 200) },
    { knots: knots(3, 300), gamma: 2 },
  ];
  const psi = parsePsi({ version: 1, channels });
  const value = psiValue(psi, 3) as { channels: { gamma: number; knots: { x: number; extinction: number }[] }[] };
  assert.equal(
    value.channels.map(({ gamma }) => gamma),
    [1, 2],
  );
  assert.equal(
    value.channels.map(({ knots }) => knots.map(({ extinction }) => extinction)),
    [
      [200, 201, 201],
      [300, 301, 302],
    ],
  );
  const bytes = layouts(constantsOf(2, 3)).psi.pack(value as StructValue);
  assert.is(new Float32Array(bytes).at(-1), 302);
});

const SOURCE = 'struct Inner { a: f32, b: array<f32, 2> }\nstruct Outer { n: u32, v: vec3f, inner: array<Inner, 2> }';
const whole = {
  n: 1,
  v: [2, 3, 4],
  inner: [
    { a: 5, b: [6, 7] },
    { a: 8, b: [9, 10] },
  ],
};
const faults: [what: string, act: (layout: StructLayout) => unknown, says: RegExp][] = [
  ['a member left out', (layout) => layout.pack({ n: 1, v: [2, 3, 4] }), /Outer\.inner is missing/],
  ['a list too short', (layout) => layout.pack({ ...whole, v: [2, 3] }), /Outer\.v takes 3 values, got 2/],
  [
    'a list too long',
    (layout) => layout.pack({ ...whole, inner: [...whole.inner, whole.inner[0]!] }),
    /Outer\.inner takes 2 values, got 3/,
  ],
  ['a list for a number', (layout) => layout.pack({ ...whole, n: [1] }), /Outer\.n takes a number/],
  ['a place that is not there', (layout) => layout.offset('inner.2.a'), /Outer has no inner\.2\.a/],
  ['a member that is not there', (layout) => layout.offset('inner.0.c'), /Outer has no inner\.0\.c/],
  ['a struct that is not there', () => new StructLayout(SOURCE, 'Other'), /no struct Other/],
];
for (const [what, act, says] of faults) {
  test(`${what} is a fault`, () => assert.throws(() => act(new StructLayout(SOURCE, 'Outer')), says));
}

test('offsets and bytes follow the rules of WGSL', () => {
  const layout = new StructLayout(SOURCE, 'Outer');
  assert.equal(
    ['n', 'v', 'inner.0.a', 'inner.1.b.1'].map((path) => layout.offset(path)),
    [0, 16, 28, 48],
  );
  assert.is(layout.size, 64);
  const bytes = layout.pack(whole);
  assert.is(new Uint32Array(bytes)[0], 1);
  assert.equal([...new Float32Array(bytes)].slice(4, 13), [2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test.run();
