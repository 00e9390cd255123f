import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadCube, makePhantom, makePhantomWithLabels, type PhantomKind } from '../../cubes/index.js';
import { assertSameSamples } from './fixtures.js';

const test = suite('cubes/phantom');
const KINDS: PhantomKind[] = ['fluorescence', 'ct'];

for (const kind of KINDS) {
  test(`${kind}: the same seed gives the same bytes, another seed others`, async () => {
    const once = makePhantom(kind, { seed: 3, size: 32 });
    const again = makePhantom(kind, { seed: 3, size: 32 });
    const other = makePhantom(kind, { seed: 4, size: 32 });
    const named = await loadCube(`phantom:${kind}?seed=3&size=32`);
    for (const [c, { name, samples }] of once.channels.entries()) {
      assertSameSamples(again.channels[c]!.samples, samples, name);
      assertSameSamples(named.channels[c]!.samples, samples, name);
      assert.ok(
        other.channels[c]!.samples.some((value, i) => value !== samples[i]),
        `${name}: the seed changes nothing`,
      );
    }
    assert.is(named.source, `phantom:${kind}?seed=3&size=32`);
  });

  test(`${kind}: another size is the same scene on another grid`, () => {
    const small = makePhantom(kind, { seed: 1, size: 32 });
    const large = makePhantom(kind, { seed: 1, size: 64 });
    for (const axis of [0, 1, 2] as const) {
      assert.is(large.shape[axis], 2 * small.shape[axis]);
      assert.ok(Math.abs(large.shape[axis] * large.spacing[axis] - small.shape[axis] * small.spacing[axis]) < 1e-9);
    }
    const mean = ({ channels }: typeof small) => {
      let sum = 0;
      for (const value of channels[0]!.samples) sum += value;
      return sum / channels[0]!.samples.length;
    };
    const [a, b] = [mean(small), mean(large)];
    assert.ok(Math.abs(a - b) < 0.05 * Math.abs(b), `mean ${a} at size 32, ${b} at 64`);
  });
}

/** Mean of a channel over the voxels of each label, by name. */
function labelMeans(kind: PhantomKind, channel: string): (name: string) => number {
  const { cube, labels, table } = makePhantomWithLabels(kind, { seed: 2, size: 64 });
  const samples = cube.channels.find(({ name }) => name === channel)!.samples;
  const sums = table.map(() => [0, 0]);
  labels.forEach((label, i) => {
    sums[label]![0]! += samples[i]!;
    sums[label]![1]! += 1;
  });
  return (name) => {
    const [sum, count] = sums[table.find((entry) => entry.name === name)!.value]!;
    assert.ok(count! > 20, `${kind}: only ${count} voxels of ${name}`);
    return sum! / count!;
  };
}

test('fluorescence: each stain is brightest in its own structure', () => {
  const own = { nuclei: 'nucleus', membranes: 'membrane', puncta: 'punctum' };
  for (const [channel, structure] of Object.entries(own)) {
    const mean = labelMeans('fluorescence', channel);
    const dark = mean('background');
    assert.ok(dark > 100 && dark < 400, `${channel}: background ${dark}`);
    for (const other of ['background', 'cytoplasm', 'nucleus', 'membrane', 'punctum'].filter(
      (name) => name !== structure,
    )) {
      const [signal, rest] = [mean(structure) - 100, mean(other) - 100];
      assert.ok(signal > 2 * rest, `${channel}: ${structure} ${signal}, ${other} ${rest}`);
    }
  }
});

test('ct: organs have their Hounsfield units', () => {
  const mean = labelMeans('ct', 'CT');
  const expected: Record<string, [number, number]> = {
    air: [-1000, 30],
    lung: [-820, 60],
    fat: [-70, 40],
    muscle: [50, 25],
    liver: [68, 15],
    heart: [105, 25],
    aorta: [290, 60],
    'stomach air': [-880, 130],
  };
  for (const [name, [value, tolerance]] of Object.entries(expected)) {
    assert.ok(Math.abs(mean(name) - value) < tolerance, `${name}: ${mean(name)}, expected ${value} ± ${tolerance}`);
  }
  assert.ok(mean('cortical bone') > 400, `bone ${mean('cortical bone')}`);
});

test('types and spacing are those of the modality', () => {
  const fluorescence = makePhantom('fluorescence', { size: 32 });
  assert.equal(
    fluorescence.channels.map(({ name }) => name),
    ['nuclei', 'membranes', 'puncta'],
  );
  assert.ok(fluorescence.channels.every(({ samples }) => samples instanceof Uint16Array));
  assert.ok(fluorescence.spacing[2] > fluorescence.spacing[0]);
  const ct = makePhantom('ct', { size: 32 });
  assert.instance(ct.channels[0]!.samples, Int16Array);
  assert.equal(new Set(ct.spacing).size, 1);
});

test.run();
