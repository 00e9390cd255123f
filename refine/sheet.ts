import type { Picture } from '../engine/picture.js';
import { toPixels } from '../engine/picture-file.js';

export interface Panel {
  picture: Picture;
  /** ASCII; lines are parted by '\n', and one that is too long is broken. */
  caption: string;
}

const MARGIN = 12;
/** Of the first line, with its distance from the picture, and of each line after it. */
const CAPTION_HEIGHT = 28;
const LINE_HEIGHT = 18;
const PAPER = 0x1c1c1eff;
/** Panels narrower than this don't hold their captions. */
const LEAST_WIDTH = 200;

/**
 * Pictures in rows with their captions below, as a PNG file's bytes. Every cell has the size of the largest picture.
 *
 * @param columns in each row. Default: all in one.
 */
export async function composeSheet(panels: readonly Panel[], columns = panels.length): Promise<Buffer> {
  // Loaded here, since its fonts and codecs take a moment that a refinement need not wait for.
  const [{ Jimp, loadFont }, { SANS_16_WHITE }] = await Promise.all([import('jimp'), import('jimp/fonts')]);
  const font = await loadFont(SANS_16_WHITE);
  const lines = Math.max(...panels.map(({ caption }) => caption.split('\n').length));
  const width = Math.max(LEAST_WIDTH, ...panels.map(({ picture }) => picture.width)) + MARGIN;
  const tallest = Math.max(...panels.map(({ picture }) => picture.height));
  const height = tallest + MARGIN + CAPTION_HEIGHT + (lines - 1) * LINE_HEIGHT;
  const sheet = new Jimp({
    width: columns * width + MARGIN,
    height: Math.ceil(panels.length / columns) * height + MARGIN,
    color: PAPER,
  });
  for (const [i, { picture, caption }] of panels.entries()) {
    const left = MARGIN + (i % columns) * width;
    const top = MARGIN + Math.floor(i / columns) * height;
    const image = Jimp.fromBitmap({
      width: picture.width,
      height: picture.height,
      // Not Buffer.from(view), which may share Node's pool: jimp reads the whole of data.buffer.
      data: Buffer.from(toPixels(picture).buffer),
    });
    sheet.composite(image, left + Math.floor((width - MARGIN - picture.width) / 2), top);
    for (const [line, text] of caption.split('\n').entries()) {
      sheet.print({ font, x: left, y: top + tallest + 8 + line * LINE_HEIGHT, text, maxWidth: width - MARGIN });
    }
  }
  return sheet.getBuffer('image/png');
}
