/** Metres in each length unit that voxel spacings come in. */
const METRES: Readonly<Record<string, number>> = {
  Å: 1e-10,
  nm: 1e-9,
  µm: 1e-6,
  mm: 1e-3,
  cm: 1e-2,
  m: 1,
  inch: 0.0254,
};

const ALIASES: Readonly<Record<string, string>> = {
  um: 'µm',
  // The Greek letter, and the Latin-1 micro sign after a decoder took it for broken UTF-8.
  μm: 'µm',
  '\uFFFDm': 'µm',
  micron: 'µm',
  microns: 'µm',
  micrometer: 'µm',
  micrometers: 'µm',
  micrometre: 'µm',
  nanometer: 'nm',
  nanometre: 'nm',
  millimeter: 'mm',
  millimetre: 'mm',
  inches: 'inch',
  in: 'inch',
  pixel: 'voxel',
  pixels: 'voxel',
  '': 'voxel',
};

/** What a file calls its unit → 'nm', 'µm', 'mm', …, 'voxel'; a unit that isn't known stays as it is. */
export function unitName(text: string): string {
  // ImageJ writes letters beyond ASCII as Java escapes.
  const plain = text
    .replace(/\\u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .trim();
  return ALIASES[plain.toLowerCase()] ?? ALIASES[plain] ?? plain;
}

/** How many `to` a `from` is, or undefined when one of them isn't a length that is known here. */
export function unitRatio(from: string, to: string): number | undefined {
  if (from === to) return 1;
  const [source, target] = [METRES[from], METRES[to]];
  return source === undefined || target === undefined ? undefined : source / target;
}

/** The note for a file that says nothing about its voxels' size. */
export const NO_SPACING_NOTE = 'the file gives no voxel spacing; 1×1×1 was assumed (--spacing x,y,z sets it)';
