import type { Picture } from '../engine/picture.js';
import type { LabelMap } from './labels.js';
import { COLOURS } from './loss.js';
import { BACKGROUND, FOREGROUND } from './sections.js';

/** How far each colour of a pixel may be from the backdrop's, display-referred: what JPEG makes of a flat colour. */
const TOLERANCE = 0.06;

/**
 * What lies before a flat backdrop: `BACKGROUND` where a pixel has the backdrop's colour, the median of the picture's border, and is
 * joined to the border by such pixels; `FOREGROUND` elsewhere, holes of the backdrop's colour included.
 */
export function labelsOfBackdrop({ width, height, data }: Picture): LabelMap {
  const labels = new Uint32Array(width * height).fill(FOREGROUND);
  const border = borderPixels(width, height);
  const backdrop = [0, 1, 2].map((c) => median(border.map((pixel) => data[4 * pixel + c]!)));
  const alike = (pixel: number) => {
    for (let c = 0; c < COLOURS; c++) if (Math.abs(data[4 * pixel + c]! - backdrop[c]!) > TOLERANCE) return false;
    return true;
  };
  const open: number[] = [];
  const visit = (pixel: number) => {
    if (labels[pixel] === BACKGROUND || !alike(pixel)) return;
    labels[pixel] = BACKGROUND;
    open.push(pixel);
  };
  for (const pixel of border) visit(pixel);
  for (let pixel = open.pop(); pixel !== undefined; pixel = open.pop()) {
    const x = pixel % width;
    if (x > 0) visit(pixel - 1);
    if (x < width - 1) visit(pixel + 1);
    if (pixel >= width) visit(pixel - width);
    if (pixel < width * (height - 1)) visit(pixel + width);
  }
  return { width, height, labels };
}

function borderPixels(width: number, height: number): number[] {
  const across = Array.from({ length: width }, (_, x) => [x, (height - 1) * width + x]);
  const down = Array.from({ length: height }, (_, y) => [y * width, (y + 1) * width - 1]);
  return [...across, ...down].flat();
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
