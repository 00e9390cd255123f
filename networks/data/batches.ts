import type { Cube } from '../../cubes/index.js';
import type { Device } from '../../engine/device.js';
import type { Picture } from '../../engine/picture.js';
import { toPixels } from '../../engine/picture-file.js';
import type { Psi } from '../../engine/psi.js';
import { Renderer } from '../../engine/renderer.js';
import { usage } from '../../errors.js';
import { seededRandom } from '../../random.js';
import { augment } from './augment.js';
import type { NamedCube } from './cubes.js';
import { degenerateReason } from './degenerate.js';
import { samplePsi } from './sample-psi.js';
import { sampleView } from './sample-view.js';
import { transferPsi } from './transfer-psi.js';

export interface BatchOptions {
  /** Any integer. The same seed and cubes give the same batches. */
  seed: number;
  /** Styles in a batch, S. */
  styles: number;
  /** Views of each style on each of the two cubes, V. */
  views: number;
  /** Pixels along each side of a picture. */
  size: number;
}

/** 2·S·V pictures in the order style, cube, view: picture (s·2 + c)·V + v. */
export interface StyleBatch {
  /** Pixels along each side of a picture. */
  size: number;
  /** [2·S·V, size, size, 3], row 0 on top: sRGB in [0, 1], rounded to 8 bits. */
  pictures: Float32Array;
  /** The style of each picture, 0 … S − 1. */
  style: Int32Array;
  /** The cube of each picture, 0 or 1. */
  cube: Int32Array;
  /** The Ψ of each picture: the style on that cube, with that view's camera. */
  psis: Psi[];
  /** The names of the two cubes. */
  sources: [string, string];
  /** How many styles were drawn anew for one degenerate picture, by its reason; under `kept` those that were kept nonetheless. */
  rejected: Record<string, number>;
}

/** Styles that are drawn for one place of a batch before one with degenerate pictures is kept. */
const TRIES = 32;
/** What a stream of random numbers is for. */
const STREAM = { cubes: 51, augment: 52, style: 53 } as const;

/**
 * Training data on the fly. A batch depends on the cubes, the seed and its index alone (and on the device, in the last bits), so
 * batches may be asked for in any order. It renders one picture at a time: await each call before the next.
 *
 *     const { cubes } = await openCubes({ folder, phantoms: 20, seed: 1, split: 'train' });
 *     const batches = new StyleBatches(device, cubes, { seed: 1, styles: 8, views: 2, size: 96 });
 *     const { pictures, style } = await batches.batch(0);
 */
export class StyleBatches {
  /** Who asks for a batch may ask for its cubes, too. */
  #latest: { index: number; cubes: [NamedCube, NamedCube] } | undefined;

  constructor(
    readonly device: Device,
    readonly cubes: readonly NamedCube[],
    readonly options: Readonly<BatchOptions>,
  ) {
    for (const name of ['styles', 'views', 'size'] as const) {
      const value = options[name];
      if (!Number.isInteger(value) || value < 1) throw usage(name, 'a whole number over 0', `${value}`, 'correct it');
    }
    if (cubes.length === 0) throw usage('cubes', 'one cube at least', 'none', 'see openCubes');
  }

  /** The two augmented cubes of a batch, of one number of channels: two different ones where there are. */
  cubesOf(index: number): [NamedCube, NamedCube] {
    if (this.#latest?.index !== index) this.#latest = { index, cubes: this.#drawCubes(index) };
    return this.#latest.cubes;
  }

  #drawCubes(index: number): [NamedCube, NamedCube] {
    const random = seededRandom(this.options.seed, STREAM.cubes, index);
    const first = this.cubes[random.index(this.cubes.length)]!;
    const others = this.cubes.filter((other) => other !== first && channelsOf(other) === channelsOf(first));
    const second = others[random.index(Math.max(1, others.length))] ?? first;
    const augmented = ({ name, cube }: NamedCube, c: number) => ({
      name,
      cube: augment(cube, seededRandom(this.options.seed, STREAM.augment, index, c)),
    });
    return [augmented(first, 0), augmented(second, 1)];
  }

  /** @throws VoxstyleError as `Renderer.open` and `Renderer.forward`. */
  async batch(index: number): Promise<StyleBatch> {
    const { styles, views, size } = this.options;
    const [first, second] = this.cubesOf(index);
    const count = 2 * styles * views;
    const batch: StyleBatch = {
      size,
      pictures: new Float32Array(count * size * size * 3),
      style: Int32Array.from({ length: count }, (_, i) => Math.floor(i / (2 * views))),
      cube: Int32Array.from({ length: count }, (_, i) => Math.floor(i / views) % 2),
      psis: [],
      sources: [first.name, second.name],
      rejected: {},
    };
    const renderers: Renderer[] = [];
    try {
      for (const { cube } of [first, second]) renderers.push(await Renderer.open(this.device, cube));
      for (let s = 0; s < styles; s++) await this.#addStyle(batch, renderers as [Renderer, Renderer], index, s);
    } finally {
      for (const renderer of renderers) renderer.close();
    }
    return batch;
  }

  /** Draws styles until one has no degenerate picture. */
  async #addStyle(batch: StyleBatch, renderers: [Renderer, Renderer], index: number, s: number): Promise<void> {
    const { seed, views } = this.options;
    const place = s * 2 * views;
    for (let attempt = 1; ; attempt++) {
      const psis = drawStyle(
        [renderers[0].cube, renderers[1].cube],
        seededRandom(seed, STREAM.style, index, s, attempt),
        views,
      );
      const reason = await this.#render(batch.pictures, renderers, psis, place, attempt === TRIES);
      if (reason !== undefined) batch.rejected[reason] = (batch.rejected[reason] ?? 0) + 1;
      if (reason !== undefined && attempt < TRIES) continue;
      if (reason !== undefined) batch.rejected.kept = (batch.rejected.kept ?? 0) + 1;
      batch.psis.push(...psis);
      return;
    }
  }

  /** Renders a style's pictures, up to the first degenerate one unless `all` is set. @returns why the first is. */
  async #render(
    into: Float32Array,
    renderers: [Renderer, Renderer],
    psis: readonly Psi[],
    place: number,
    all: boolean,
  ): Promise<string | undefined> {
    const { views, size } = this.options;
    let reason: string | undefined;
    for (const [i, psi] of psis.entries()) {
      const { picture } = await renderers[Math.floor(i / views)]!.forward(psi, { width: size, height: size });
      reason ??= degenerateReason(picture);
      if (reason !== undefined && !all) return reason;
      writePicture(picture, into, (place + i) * size * size * 3);
    }
    return reason;
  }
}

const channelsOf = ({ cube }: NamedCube) => cube.channels.length;

/** One style's Ψ for V views of the first cube and V of the second. */
function drawStyle(cubes: readonly [Cube, Cube], random: ReturnType<typeof seededRandom>, views: number): Psi[] {
  const psi = samplePsi(cubes[0], random);
  return cubes.flatMap((cube, c) => {
    const own = c === 0 ? psi : transferPsi(psi, cubes[0], cube);
    return Array.from({ length: views }, () => ({ ...own, camera: sampleView(cube, random) }));
  });
}

/** A picture's colours as a display shows them, rounded to 8 bits. */
function writePicture(picture: Picture, into: Float32Array, at: number): void {
  const pixels = toPixels(picture);
  for (let i = 0, to = at; i < pixels.length; i += 4) {
    for (let c = 0; c < 3; c++) into[to++] = pixels[i + c]! / 255;
  }
}
