import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cube, defaultPsi, loadCube, type Psi, parsePsi, readPicture, resampleKnots } from '../../index.js';
import { encode, scratchFolder, type TiffPage, tiff } from '../cubes/fixtures.js';
import { voxstyle } from './command.js';

/** Stacks of two and four channels, from the file to the picture and to the gradient of each channel's knots. */
const test = suite('command: channels');
const { folder, put } = scratchFolder();

const SIDE = 20;
const SLICES = 6;
const PIXELS = 48;
/** Where the channels' blobs are, as shares of the cube's width and height: no two mirror each other. */
const PLACES = [
  [0.25, 0.2],
  [0.7, 0.3],
  [0.35, 0.75],
  [0.8, 0.8],
] as const;
/** What the default Ψ gives the channels in turn. Linear RGB. */
const COLORS = [
  [0.05, 1, 0.1],
  [1, 0.05, 0.8],
  [0.05, 0.8, 1],
  [1, 0.8, 0.05],
] as const;

/** A round blob of channel c, fading to its rim. A brighter floor and a higher top in each channel, so that ranges differ. */
function plane(c: number, z: number): number[] {
  const [px, py] = PLACES[c]!;
  return Array.from({ length: SIDE * SIDE }, (_, i) => {
    const [dx, dy] = [((i % SIDE) + 0.5) / SIDE - px, (Math.floor(i / SIDE) + 0.5) / SIDE - py];
    const dz = ((z + 0.5) / SLICES - 0.5) / 3;
    return Math.round(4 * c + (120 + 30 * c) * Math.max(0, 1 - Math.hypot(dx, dy, dz) / 0.18));
  });
}

function stack(description: string, dtype: 'uint8' | 'uint16', planes: readonly (readonly [c: number, z: number])[]) {
  return tiff(
    planes.map(([c, z], page): TiffPage => {
      const strips = [encode(plane(c, z), dtype)];
      return { width: SIDE, height: SIDE, dtype, strips, ...(page === 0 ? { description, resolution: 1 } : {}) };
    }),
  );
}

const range = (count: number) => [...Array(count).keys()];

function ome(channels: number): Buffer {
  const names = range(channels).map((c) => `<Channel ID="Channel:0:${c}" Name="stain ${c}" SamplesPerPixel="1"/>`);
  const sizes = `SizeX="${SIDE}" SizeY="${SIDE}" SizeZ="${SLICES}" SizeC="${channels}" SizeT="1"`;
  const spacing = 'PhysicalSizeX="1" PhysicalSizeY="1" PhysicalSizeZ="1"';
  const pixels = `<Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="uint16" ${sizes} ${spacing}>`;
  return stack(
    `<?xml version="1.0"?><OME><Image ID="Image:0">${pixels}${names.join('')}<TiffData/></Pixels></Image></OME>`,
    'uint16',
    range(channels).flatMap((c) => range(SLICES).map((z) => [c, z] as const)),
  );
}

function imagej(channels: number): Buffer {
  const images = `images=${channels * SLICES}\nchannels=${channels}\nslices=${SLICES}`;
  return stack(
    `ImageJ=1.54f\n${images}\nhyperstack=true\nmode=composite\nunit=micron\nspacing=1.0\n`,
    'uint8',
    range(SLICES).flatMap((z) => range(channels).map((c) => [c, z] as const)),
  );
}

const STACKS = [2, 4].flatMap((channels) => [
  { name: `OME-TIFF of ${channels} channels`, channels, path: put(`c${channels}.ome.tif`, ome(channels)) },
  { name: `ImageJ stack of ${channels} channels`, channels, path: put(`c${channels}.tif`, imagej(channels)) },
]);

/** Straight down the stack, x to the right and y up; this far away an orthographic picture is 2·HALF wide. */
const HALF = 0.6;
const FROM_ABOVE = ['--azimuth', '0', '--elevation', '90', '--fov', '0'].concat(
  ['--distance', `${HALF / Math.tan((20 * Math.PI) / 180)}`],
  ['--steps', '24'],
);

/** The pixel that shows a place of the stack. */
function pixelAt([x, y]: readonly [number, number]): number {
  const place = (share: number) => Math.floor((((share - 0.5) / HALF + 1) / 2) * PIXELS);
  return PIXELS * (PIXELS - 1 - place(y)) + place(x);
}

const linear = (encoded: number) => (encoded <= 0.04045 ? encoded / 12.92 : ((encoded + 0.055) / 1.055) ** 2.4);

/** 1 for the same hue and saturation. */
function likeness(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0) / Math.hypot(...a) / Math.hypot(...b);
}

for (const { name, channels, path } of STACKS) {
  test(`${name}: each one's colour shows at its place`, async () => {
    const out = `${path}.png`;
    const done = await voxstyle(['render', '--cube', path, '--out', out, '--size', `${PIXELS}`, ...FROM_ABOVE]);
    assert.is(done.code, 0, done.stderr);
    const { data } = await readPicture(out);
    const colorAt = (place: readonly [number, number]) => {
      const pixel = 4 * pixelAt(place);
      return [0, 1, 2].map((i) => linear(data[pixel + i]!));
    };
    for (const c of range(PLACES.length)) {
      const color = colorAt(PLACES[c]!);
      const shown = color.map((value) => value.toFixed(3)).join();
      if (c >= channels) {
        assert.ok(Math.max(...color) < 0.01, `no channel ${c}, found ${shown}`);
        continue;
      }
      assert.ok(Math.max(...color) > 0.3, `channel ${c} is bright, found ${shown}`);
      const similar = COLORS.map((candidate) => likeness(color, candidate));
      assert.ok(similar[c]! > 0.99, `channel ${c}, found ${shown}, like ${similar.map((s) => s.toFixed(2))}`);
    }
  });
}

// The file's form is in the cube no more, so one stack of each number of channels will do.
for (const { name, channels, path } of [STACKS[1]!, STACKS[2]!]) {
  test(`${name}: a refinement reaches each one's knots`, async () => {
    const out = `${path}.run`;
    const free = 'channels.*.knots.*.color,channels.*.knots.*.extinction';
    const words = ['refine', '--cube', path, '--target', 'examples/amber.png', '--out', out, '--size', '24', '--json'];
    const options = ['--iterations', '3', '--loss', 'l2', '--knots', `${channels + 1}`, '--free', free];
    const done = await voxstyle([...words, ...options, ...FROM_ABOVE]);
    assert.is(done.code, 0, done.stderr);
    const before = resampleKnots(defaultPsi(await loadCube(path)), channels + 1);
    const after = parsePsi(JSON.parse(readFileSync(join(out, 'psi.json'), 'utf8')));
    assert.is(after.channels.length, channels);
    for (const c of range(channels)) {
      const moved = changes(before, after, c);
      assert.is(moved.length, channels + 1);
      // Steps of Adam are about as long for any gradient that isn't 0.
      assert.ok(Math.max(...moved) > 0.01, `channel ${c} moved by ${moved}`);
    }
    const losses = done.stdout.split('\n').flatMap((line) => line.match(/"loss":([\d.e-]+)/)?.[1] ?? []);
    assert.ok(Number(losses.at(-1)) < Number(losses[0]), losses.join());
  });
}

/** How far each knot's colour and extinction have moved. */
function changes(before: Psi, after: Psi, channel: number): number[] {
  const numbers = (psi: Psi) => psi.channels[channel]!.knots.map(({ color, extinction }) => [...color, extinction]);
  const [from, to] = [numbers(before), numbers(after)];
  return to.map((knot, k) => Math.hypot(...knot.map((value, i) => value - from[k]![i]!)));
}

test('names, ranges and order of the channels are those of the file', async () => {
  for (const { name, channels, path } of STACKS) {
    const cube: Cube = await loadCube(path);
    assert.equal(cube.shape, [SIDE, SIDE, SLICES], name);
    const names = range(channels).map((c) => (path.endsWith('.ome.tif') ? `stain ${c}` : `channel ${c + 1}`));
    assert.equal(
      cube.channels.map((channel) => channel.name),
      names,
      name,
    );
    for (const [c, { samples }] of cube.channels.entries()) {
      const expected = range(SLICES).flatMap((z) => plane(c, z));
      assert.equal([...samples], expected, `${name}, channel ${c}`);
    }
  }
});

test('a wrong --knots is answered in one line', async () => {
  const words = ['refine', '--cube', STACKS[0]!.path, '--target', 'examples/amber.png', '--out', join(folder, 'no')];
  const { code, stderr } = await voxstyle([...words, '--knots', '65']);
  assert.is(code, 2);
  assert.match(stderr, /^voxstyle: --knots: expected a whole number from 2 to 64, found '65'.*\n$/);
});

test.run();
