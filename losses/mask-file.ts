import { readPicture } from '../engine/picture-file.js';
import { VoxstyleError } from '../errors.js';
import type { LabelMap } from './labels.js';

/** More colours than this are the shades of a smoothed or compressed edge. */
const MOST_LABELS = 32;

/**
 * Reads a mask: a picture in flat colours, each of which is a label; black is `BACKGROUND`.
 *
 * @throws VoxstyleError `missing-input`, `bad-input` when it isn't a picture or has more than 32 colours.
 */
export async function readMask(path: string): Promise<LabelMap> {
  const { width, height, data } = await readPicture(path);
  const level = (i: number) => Math.round(Math.min(1, Math.max(0, data[i]!)) * 255);
  const labels = Uint32Array.from(
    { length: width * height },
    (_, pixel) => level(4 * pixel) * 0x10000 + level(4 * pixel + 1) * 0x100 + level(4 * pixel + 2),
  );
  const colours = new Set(labels).size;
  if (colours <= MOST_LABELS) return { width, height, labels };
  throw new VoxstyleError('bad-input', {
    where: path,
    expected: `a mask of at most ${MOST_LABELS} flat colours, one a label`,
    found: `${colours}`,
    fix: 'paint it without smoothing and save it as PNG',
  });
}
