import type { Cube } from '../../cubes/index.js';
import type { Device } from '../../engine/device.js';
import { emptyPicture, type Picture } from '../../engine/picture.js';
import type { Psi } from '../../engine/psi.js';
import type { Tensors } from '../../tensors/index.js';
import type { NamedCube } from '../data/index.js';
import { StyleBatches } from '../data/index.js';
import type { CodedFeatures } from '../style/index.js';
import { type ChannelDescriptor, describe } from './descriptor.js';
import { encode, type Row } from './encode.js';
import { type Style, styleOf } from './style.js';

/** A picture whose style is wanted for a cube, and the Ψ that has it there. */
export interface Query {
  /** Index of the picture, and of the cube, in the batch. */
  readonly picture: number;
  readonly cube: number;
  /** The picture that shows that cube in that style. */
  readonly shown: number;
  readonly truth: Row;
  /** From where the cube is seen in the picture of that style that was rendered of it. */
  readonly camera: Psi['camera'];
}

/** Two cubes, pictures of both in several styles, and a query for each picture and each cube. */
export interface PredictBatch {
  readonly cubes: readonly [Cube, Cube];
  readonly descriptors: readonly [ChannelDescriptor[], ChannelDescriptor[]];
  readonly pictures: readonly Picture[];
  /** Of each picture. */
  readonly styles: readonly Style[];
  readonly queries: readonly Query[];
}

export interface PredictBatchesOptions {
  device: Device;
  tensors: Tensors;
  /** The style network. */
  features: CodedFeatures;
  cubes: readonly NamedCube[];
  seed: number;
  /** Styles in a batch. */
  styles: number;
  /** Pixels along each side of a picture. */
  size: number;
}

/** The batch of each index: it depends on the seed and the index alone. */
export function predictBatches(options: PredictBatchesOptions): (index: number) => Promise<PredictBatch> {
  const { device, tensors, features, cubes: named, seed, styles, size } = options;
  const source = new StyleBatches(device, named, { seed, styles, views: 1, size });
  return async (index) => {
    const batch = await source.batch(index);
    const cubes = source.cubesOf(index).map(({ cube }) => cube) as [Cube, Cube];
    const pictures = Array.from(batch.style, (_, i) => pictureOf(batch.pictures, size, i));
    const found: Style[] = [];
    for (const picture of pictures) found.push(await styleOf([{ picture }], features, tensors));
    const queries = pictures.flatMap((_, picture) =>
      [0, 1].map((cube): Query => {
        // With one view, cubes alternate.
        const shown = picture - (picture % 2) + cube;
        const psi = batch.psis[shown]!;
        return { picture, cube, shown, truth: encode(psi, cubes[cube]!), camera: psi.camera };
      }),
    );
    return { cubes, descriptors: [describe(cubes[0]), describe(cubes[1])], pictures, styles: found, queries };
  };
}

function pictureOf(pictures: Float32Array, size: number, index: number): Picture {
  const picture = emptyPicture(size, size);
  const begin = index * size * size * 3;
  for (let i = 0; i < size * size; i++) {
    picture.data.set(pictures.subarray(begin + 3 * i, begin + 3 * i + 3), 4 * i);
  }
  return picture;
}
