import type { Cube } from '../../../cubes/index.js';
import { loadFeatures } from '../../../features/index.js';
import type { PredictArchitecture, PredictBatch, Style } from '../../../networks/predict/index.js';
import { predictBatches } from '../../../networks/predict/index.js';
import { CHANNEL, CHANNEL_COUNT, GLOBAL, GLOBAL_COUNT, GLOBALS, type Group } from '../../../networks/predict/layout.js';
import { PALETTE_LENGTH } from '../../../networks/predict/palette.js';
import { type CodedFeatures, requireCode } from '../../../networks/style/code.js';
import { type Random, seededRandom } from '../../../random.js';
import { openTensors } from '../../../tensors/index.js';
import { sharedDevice } from '../../device.js';
import { ct, named, otherCt } from '../data/fixtures.js';

export const wasm = openTensors({ backend: 'wasm' });

let style: Promise<CodedFeatures> | undefined;
/** The shipped style network, shared by these tests. */
export function styleNetwork(): Promise<CodedFeatures> {
  style ??= loadFeatures('f_style').then((features) => requireCode(features, 'f_style'));
  return style;
}

/** As deep as the real one, but narrow. */
export const SMALL: PredictArchitecture = { code: 128, hypotheses: 3, convolutions: [4, 6], descriptor: 8, hidden: 16 };

/** Pixels along each side of the pictures of `smallBatches`. */
export const SIDE = 24;
const made = new Map<number, Promise<PredictBatch>>();
/** Batches of one style on two phantoms: two pictures, four queries. Each is made once. */
export function smallBatches(index: number): Promise<PredictBatch> {
  const batch = made.get(index) ?? make(index);
  made.set(index, batch);
  return batch;
}

async function make(index: number): Promise<PredictBatch> {
  const [device, features] = [await sharedDevice(), await styleNetwork()];
  const cubes = named(ct, otherCt);
  return predictBatches({ device, tensors: wasm, features, cubes, seed: 5, styles: 1, size: SIDE })(index);
}

/** Each number's group, and its name for messages. */
export function numbersOfRow(channels: number): { group: Group; name: string }[] {
  const named = (groups: readonly Group[], prefix: string) =>
    groups.flatMap((group) =>
      Array.from({ length: group.count }, (_, i) => ({
        group,
        name: `${prefix}${group.name}${group.count > 1 ? ` ${i}` : ''}`,
      })),
    );
  const each = Array.from({ length: channels }, (_, c) => named(CHANNEL, `channel ${c} `));
  return [...named(GLOBAL, ''), ...each.flat()];
}

/** A row within a spread of the centre and well within bounds, its tone neutral unless `toned`. */
export function randomRow(channels: number, random: Random, { lit = true, toned = false } = {}): Float32Array {
  const row = Float32Array.from(numbersOfRow(channels), ({ group: { name, centre, spread, bounds } }) => {
    if (name.startsWith('tone.') && !toned) return 0;
    const margin = 0.02 * (bounds[1] - bounds[0]);
    const [least, most] = [
      Math.max(bounds[0] + margin, centre - spread),
      Math.min(bounds[1] - margin, centre + spread),
    ];
    return (random.between(least, most) - centre) / spread;
  });
  row[GLOBALS.shaded.at] = lit ? 1 : -1;
  return row;
}

/** The part of a row that is channel c's. */
export const partOf = (row: Float32Array, c: number) =>
  row.subarray(GLOBAL_COUNT + c * CHANNEL_COUNT, GLOBAL_COUNT + (c + 1) * CHANNEL_COUNT);

/** Copies of channels, in the given order. */
export const withChannels = (cube: Cube, order: readonly number[]): Cube => ({
  ...cube,
  channels: order.map((c, i) => ({ ...cube.channels[c]!, name: `${cube.channels[c]!.name} ${i}` })),
});

export const noise = (length: number, seed: number) => {
  const random = seededRandom(seed);
  return Float32Array.from({ length }, () => random.normal());
};

/** A random unit vector and random colours, in place of what a picture has. */
export function randomStyle(seed: number): Style {
  const code = noise(SMALL.code, seed);
  const length = Math.hypot(...code);
  const random = seededRandom(seed, 1);
  return {
    code: code.map((value) => value / length),
    palette: Float32Array.from({ length: PALETTE_LENGTH }, random.uniform),
  };
}
