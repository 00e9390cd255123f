import { GeoTIFF, type GeoTIFFImage } from 'geotiff';
import { VoxstyleError } from '../errors.js';
import { emptyFile } from './bytes.js';
import type { Samples } from './cube.js';
import type { Planes } from './finish.js';
import { quietly } from './quiet.js';
import { badInput, messageOf, tooManyBits } from './refuse.js';
import { channelNames, sameType } from './samples.js';
import { completeSpacing, stackLayout } from './tiff-layout.js';
import { TiffSource } from './tiff-source.js';
import type { StackTags } from './tiff-stack.js';

/**
 * Reads a TIFF stack: OME-TIFF, an ImageJ hyperstack or plain pages, strips or tiles, compressed or not, both byte
 * orders, BigTIFF too. The samples of an RGB pixel become channels. Pages of lower resolution are left out.
 *
 * @throws VoxstyleError `bad-input` for what isn't a whole TIFF stack of one size and type, `missing-input` when it isn't there.
 */
export async function readTiff(path: string): Promise<Planes> {
  const source = await TiffSource.open(path);
  try {
    if (source.fileSize === 0) throw emptyFile(path);
    return await quietly(() => readStack(path, source));
  } catch (cause) {
    if (cause instanceof VoxstyleError) throw cause;
    throw badInput(
      path,
      {
        expected: 'a whole TIFF stack',
        found: messageOf(cause),
        fix: 'the file is damaged, cut short or no TIFF: copy or export it again',
      },
      { cause },
    );
  } finally {
    await source.close();
  }
}

async function readStack(path: string, source: TiffSource): Promise<Planes> {
  const pages = await openPages(path, source);
  const first = pages[0]!;
  const layout = stackLayout(path, stackTags(first, pages.length));
  const samplesPerPixel = first.getSamplesPerPixel();
  const [width, height] = [first.getWidth(), first.getHeight()];
  const area = width * height;
  const channels: Samples[] = [];
  for (let c = 0; c < layout.channels; c++) {
    for (let z = 0; z < layout.slices; z++) {
      const index = layout.page(z, c);
      checkPage(path, index, pages[index]!, first, source.fileSize);
      const planes = (await pages[index]!.readRasters({ interleave: false })) as unknown as Samples[];
      planes.forEach((plane, sample) => {
        const channel = c * samplesPerPixel + sample;
        channels[channel] ??= sameType(plane, area * layout.slices);
        channels[channel].set(plane, z * area);
      });
    }
  }
  const fallback = channelNames(channels.length, layout.channels === 1 && samplesPerPixel > 1);
  const { spacing, unit, notes } = completeSpacing(layout);
  if (first.fileDirectory.getValue('PhotometricInterpretation') === 0) {
    notes.push('the file shows 0 as white; the samples were read as they are stored');
  }
  return {
    where: path,
    shape: [width, height, layout.slices],
    spacing,
    unit,
    channels: channels.map((samples, i) => ({ name: layout.names[i] || fallback[i]!, samples })),
    notes,
  };
}

/** All pages of full resolution. */
async function openPages(path: string, source: TiffSource): Promise<GeoTIFFImage[]> {
  const tiff = await GeoTIFF.fromSource(source);
  // Tags that it loads later are read in the wrong byte order from a big-endian file.
  tiff.parser.eager = true;
  const pages: GeoTIFFImage[] = [];
  const seen = new Set<number>();
  for (let next = tiff.firstIFDOffset, index = 0; next !== 0; index++) {
    if (seen.has(next)) {
      throw badInput(path, { expected: 'a chain of pages', found: 'a loop in it', fix: 'export the stack again' });
    }
    seen.add(next);
    const page = await tiff.getImage(index);
    next = page.fileDirectory.nextIFDByteOffset;
    const reduced = ((page.fileDirectory.getValue('NewSubfileType') ?? 0) & 1) === 1;
    if (!reduced) pages.push(page);
  }
  if (pages.length === 0) {
    throw badInput(path, { expected: 'at least one page', found: 'none', fix: 'export the stack again' });
  }
  return pages;
}

function stackTags(page: GeoTIFFImage, pages: number): StackTags {
  const perUnit = (tag: 'XResolution' | 'YResolution') => {
    const ratio = page.fileDirectory.getValue(tag as never) as ArrayLike<number> | undefined;
    return ratio?.[1] ? ratio[0]! / ratio[1] : undefined;
  };
  const description = String(page.fileDirectory.getValue('ImageDescription' as never) ?? '').replace(/\0+$/, '');
  return {
    description,
    pages,
    samplesPerPixel: page.getSamplesPerPixel(),
    resolution: [perUnit('XResolution'), perUnit('YResolution')],
  };
}

/** Checks a page's type and size against the first's, and that all its data lies within the file. */
function checkPage(path: string, index: number, page: GeoTIFFImage, first: GeoTIFFImage, fileSize: number): void {
  const where = `${path} page ${index + 1}`;
  const [found, expected] = [describePage(page), describePage(first)];
  if (found !== expected) {
    throw badInput(where, {
      expected: `${expected}, as on the first page`,
      found,
      fix: 'export a stack of one size and type',
    });
  }
  if (page.getBitsPerSample() > 32) throw tooManyBits(where, found);
  if (page.fileDirectory.getValue('PhotometricInterpretation') === 6) {
    throw badInput(where, { expected: 'grey, indexed or RGB samples', found: 'YCbCr', fix: 'save it as RGB' });
  }
  const tag = (name: string) =>
    Array.from((page.fileDirectory.getValue(name as never) as ArrayLike<number>) ?? [], Number);
  const kind = page.isTiled ? 'Tile' : 'Strip';
  const [offsets, counts] = [tag(`${kind}Offsets`), tag(`${kind}ByteCounts`)];
  const end = Math.max(0, ...offsets.map((offset, i) => offset + (counts[i] ?? 0)));
  const stored = counts.reduce((sum, n) => sum + n, 0);
  const bits = page.getWidth() * page.getHeight() * page.getSamplesPerPixel() * page.getBitsPerSample();
  const plain = (page.fileDirectory.getValue('Compression') ?? 1) === 1;
  const [needed, present] = end > fileSize ? [end, fileSize] : [plain ? Math.floor(bits / 8) : 1, stored];
  if (present < needed) {
    throw badInput(where, {
      expected: `${end > fileSize ? 'a file' : 'data'} of at least ${needed} bytes`,
      found: `${present}`,
      fix: 'the file is cut short: copy or export it again',
    });
  }
}

function describePage(page: GeoTIFFImage): string {
  const format = ['uint', 'int', 'float'][page.getSampleFormat() - 1] ?? 'format';
  const samples = page.getSamplesPerPixel();
  const type = `${format}${page.getBitsPerSample()}`;
  return `${page.getWidth()}×${page.getHeight()} ${type}${samples > 1 ? ` × ${samples} samples` : ''}`;
}
