/**
 * A picture as the renderer makes it and as losses compare it: row 0 on top, four floats a pixel. The first three are
 * display-referred sRGB, [0, 1] where a display shows them (a render's highlights may exceed 1, see image-formation.md);
 * the fourth is the transmittance of the ray (0 opaque, 1 empty), which in a picture read from a file is 1 − alpha.
 */
export interface Picture {
  width: number;
  height: number;
  /** width·height·4 values. */
  data: Float32Array;
}

export function emptyPicture(width: number, height: number): Picture {
  return { width, height, data: new Float32Array(width * height * 4) };
}
