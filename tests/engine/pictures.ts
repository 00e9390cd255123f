import { emptyPicture, type Picture } from '../../engine/picture.js';

/** A picture of three floats a pixel; what a file can't hold, the transmittance, is 0. */
export function pictureOf(width: number, height: number, value: (x: number, y: number, c: number) => number): Picture {
  const picture = emptyPicture(width, height);
  for (let i = 0; i < picture.data.length; i++) {
    const pixel = Math.floor(i / 4);
    picture.data[i] = i % 4 === 3 ? 0 : value(pixel % width, Math.floor(pixel / width), i % 4);
  }
  return picture;
}
