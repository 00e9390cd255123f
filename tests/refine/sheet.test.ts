import { PNG } from 'pngjs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { emptyPicture, type Picture } from '../../engine/picture.js';
import { toPixels } from '../../engine/picture-file.js';
import { seededRandom } from '../../random.js';
import { composeSheet } from '../../refine/sheet.js';
import { assertSameSamples } from '../cubes/fixtures.js';

const test = suite('refine, sheet');

function noisePicture(width: number, height: number, seed: number): Picture {
  const picture = emptyPicture(width, height);
  picture.data.set(Array.from(picture.data, seededRandom(seed).uniform));
  return picture;
}

/** A rectangle of a decoded PNG, as the bytes of a picture. */
function panelOf({ width, data }: PNG, left: number, top: number, size: { width: number; height: number }): Uint8Array {
  const rows = Array.from({ length: size.height }, (_, y) => {
    const at = 4 * ((top + y) * width + left);
    return data.subarray(at, at + 4 * size.width);
  });
  return new Uint8Array(Buffer.concat(rows));
}

// Under 4 KiB, where Node takes a Buffer out of its pool, and over it; narrower than a caption and wider.
for (const [width, height] of [
  [5, 3],
  [24, 24],
  [31, 33],
  [40, 64],
  [260, 9],
] as const) {
  test(`three pictures of ${width} × ${height} stand side by side, each pixel as it is`, async () => {
    const pictures = [1, 2, 3].map((seed) => noisePicture(width, height, seed));
    const panels = pictures.map((picture, i) => ({ picture, caption: `panel ${i}` }));
    const sheet = PNG.sync.read(await composeSheet(panels));
    const column = Math.max(200, width) + 12;
    assert.equal([sheet.width, sheet.height], [3 * column + 12, height + 24 + 28]);
    for (const [i, picture] of pictures.entries()) {
      const left = 12 + i * column + Math.floor((column - 12 - width) / 2);
      assertSameSamples(panelOf(sheet, left, 12, picture), toPixels(picture), `panel ${i}`);
      const caption = panelOf(sheet, 12 + i * column, 12 + height, { width: column - 12, height: 28 });
      assert.ok(
        caption.some((value, k) => k % 4 < 3 && value > 200),
        `panel ${i} has no caption`,
      );
    }
    assert.equal([...sheet.data.subarray(0, 4)], [0x1c, 0x1c, 0x1e, 0xff], 'the paper shows between them');
  });
}

test.run();
