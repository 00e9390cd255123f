import { badInput } from './refuse.js';
import type { StackLayout, StackTags } from './tiff-stack.js';
import { unitName, unitRatio } from './units.js';

type Attributes = ReadonlyMap<string, string>;

/**
 * The layout of the first image of an OME-TIFF: its Pixels' sizes and DimensionOrder, its TiffData's pages
 * (https://docs.openmicroscopy.org/ome-model/latest/ome-tiff/specification.html).
 *
 * @throws VoxstyleError `bad-input` when the sizes are missing or wrong, or the planes aren't all in this file.
 */
export function omeLayout(path: string, { description, pages, samplesPerPixel }: StackTags): StackLayout {
  const xml = description.replace(/<!--[\s\S]*?-->/g, '');
  const images = elements(xml, 'Pixels');
  const pixels = images[0];
  if (pixels === undefined) {
    throw badInput(path, {
      expected: 'OME-XML with a Pixels element',
      found: 'none (its metadata is in another file)',
      fix: 'export the stack as one OME-TIFF file',
    });
  }
  const size = (name: string) => wholeAttribute(path, pixels.attributes, name);
  const [slices, samples, times] = [size('SizeZ'), size('SizeC'), size('SizeT')];
  const channels = samples % samplesPerPixel === 0 ? samples / samplesPerPixel : samples;
  const order = pixels.attributes.get('DimensionOrder') ?? 'XYZCT';
  const planes = planePages(path, pixels.body, order, { Z: slices, C: channels, T: times });
  const last = Math.max(...planes.flat());
  if (last >= pages) {
    throw badInput(path, {
      expected: `at least ${last + 1} pages (OME-XML's SizeZ=${slices}, SizeC=${samples}, SizeT=${times})`,
      found: `${pages}`,
      fix: 'the file is cut short: copy or export it again',
    });
  }
  const notes: string[] = [];
  if (times > 1) notes.push(`a time series of ${times} points: only the first was read`);
  if (images.length > 1) notes.push(`the file holds ${images.length} images: only the first was read`);
  return {
    slices,
    channels,
    names: elements(pixels.body, 'Channel').map(({ attributes }) => attributes.get('Name') ?? ''),
    page: (slice, channel) => planes[channel]![slice]!,
    ...physicalSize(pixels.attributes),
    notes,
  };
}

/**
 * planes[c][z] = page, at the first time point. A TiffData element names a run of planes in dimension order, from
 * FirstZ/FirstC/FirstT on, and the pages from IFD on; one without attributes is the whole file.
 */
function planePages(path: string, body: string, order: string, sizes: Record<'Z' | 'C' | 'T', number>): number[][] {
  const axes = order.slice(2).split('') as ('Z' | 'C' | 'T')[];
  if (!/^XY[ZCT]{3}$/.test(order) || new Set(axes).size !== 3) {
    throw badInput(path, { expected: 'a DimensionOrder such as XYZCT', found: `"${order}"`, fix: 'export it again' });
  }
  const total = sizes.Z * sizes.C * sizes.T;
  const planes: number[][] = Array.from({ length: sizes.C }, () => []);
  const place = (index: number, page: number) => {
    let rest = index;
    const at = { Z: 0, C: 0, T: 0 };
    for (const axis of axes) {
      at[axis] = rest % sizes[axis];
      rest = Math.floor(rest / sizes[axis]);
    }
    if (at.T === 0) planes[at.C]![at.Z] = page;
  };
  const runs = elements(body, 'TiffData');
  if (runs.length === 0) for (let index = 0; index < total; index++) place(index, index);
  for (const { attributes, body: inner } of runs) {
    if (new Set(elements(body, 'UUID').map(({ attributes: uuid }) => uuid.get('FileName'))).size > 1) {
      const file = elements(inner, 'UUID')[0]?.attributes.get('FileName');
      throw badInput(path, {
        expected: 'all planes in one file',
        found: `some in other files (${file})`,
        fix: 'export the stack as one OME-TIFF file',
      });
    }
    const first = { Z: 0, C: 0, T: 0 };
    for (const axis of axes) first[axis] = Number(attributes.get(`First${axis}`) ?? 0);
    const start = axes.reduceRight((index, axis) => index * sizes[axis] + first[axis], 0);
    const page = Number(attributes.get('IFD') ?? 0);
    const count = Number(attributes.get('PlaneCount') ?? (attributes.has('IFD') ? 1 : total - start));
    for (let n = 0; n < count && start + n < total; n++) place(start + n, page + n);
  }
  const found = planes.flat().length;
  if (planes.some((run) => run.length !== sizes.Z || Object.keys(run).length !== sizes.Z)) {
    throw badInput(path, {
      expected: `${sizes.Z * sizes.C} planes at the first time point`,
      found: `pages for ${found}`,
      fix: 'export the stack again with all its planes',
    });
  }
  return planes;
}

/** Spacing in the unit of x; a unit that is left out is µm, by the schema. */
function physicalSize(attributes: Attributes): Pick<StackLayout, 'spacing' | 'unit'> {
  const unitOf = (axis: string) => unitName(attributes.get(`PhysicalSize${axis}Unit`) ?? 'µm');
  const unit = unitOf('X');
  const [x, y, z] = ['X', 'Y', 'Z'].map((axis) => {
    const value = attributes.get(`PhysicalSize${axis}`);
    const ratio = unitRatio(unitOf(axis), unit);
    return value === undefined || ratio === undefined ? undefined : Number(value) * ratio;
  });
  return { spacing: [x, y, z], unit };
}

function wholeAttribute(path: string, attributes: Attributes, name: string): number {
  const value = Number(attributes.get(name));
  if (Number.isInteger(value) && value > 0) return value;
  throw badInput(path, {
    expected: `OME-XML with ${name} over 0`,
    found: `"${attributes.get(name) ?? 'none'}"`,
    fix: 'export the stack as OME-TIFF again',
  });
}

interface Element {
  attributes: Attributes;
  body: string;
}

/** All elements of a name, in order, whatever their namespace prefix. Enough XML for what OME-TIFF writers emit. */
function elements(xml: string, name: string): Element[] {
  const pattern = new RegExp(`<(\\w+:)?${name}\\b([^>]*?)(?:/>|>([\\s\\S]*?)</\\1?${name}>)`, 'g');
  return [...xml.matchAll(pattern)].map((match) => ({
    attributes: new Map(
      [...match[2]!.matchAll(/([\w:]+)\s*=\s*(["'])(.*?)\2/g)].map((a) => [a[1]!, unescapeXml(a[3]!)]),
    ),
    body: match[3] ?? '',
  }));
}

function unescapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal) return String.fromCodePoint(Number(decimal));
    return entities[name ?? ''] ?? whole;
  });
}
