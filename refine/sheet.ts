import type { Picture } from '../engine/picture.js';
import { toPixels } from '../engine/picture-file.js';

export interface Panel {
  picture: Picture;
  /** ASCII, one line each. */
  caption: string;
}

const MARGIN = 12;
const CAPTION_HEIGHT = 28;
const PAPER = 0x1c1c1eff;
/** Panels narrower than this don't hold their captions. */
const LEAST_WIDTH = 200;

/** Pictures side by side with their captions below, as a PNG file's bytes. All pictures have the height of the first. */
export async function composeSheet(panels: readonly Panel[]): Promise<Buffer> {
  // Loaded here, since its fonts and codecs take a moment that a refinement need not wait for.
  const [{ Jimp, loadFont }, { SANS_16_WHITE }] = await Promise.all([import('jimp'), import('jimp/fonts')]);
  const font = await loadFont(SANS_16_WHITE);
  const [{ picture: first }] = panels as [Panel];
  const width = Math.max(first.width, LEAST_WIDTH);
  const sheet = new Jimp({
    width: panels.length * (width + MARGIN) + MARGIN,
    height: first.height + 2 * MARGIN + CAPTION_HEIGHT,
    color: PAPER,
  });
  for (const [i, { picture, caption }] of panels.entries()) {
    const left = MARGIN + i * (width + MARGIN);
    const image = Jimp.fromBitmap({
      width: picture.width,
      height: picture.height,
      // Not Buffer.from(view), which may share Node's pool: jimp reads the whole of data.buffer.
      data: Buffer.from(toPixels(picture).buffer),
    });
    sheet.composite(image, left + Math.floor((width - picture.width) / 2), MARGIN);
    sheet.print({ font, x: left, y: MARGIN + first.height + 8, text: caption, maxWidth: width });
  }
  return sheet.getBuffer('image/png');
}
