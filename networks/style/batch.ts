import { usage } from '../../errors.js';

/** Pictures for training, N of them of size×size, whose styles and cubes are known. */
export interface StyleBatch {
  size: number;
  /** N·size·size·3 values, display-referred sRGB 0…1, row by row. */
  pictures: Float32Array;
  /** N numbers: pictures with the same one were rendered with the same Ψ, camera apart. Of this batch alone. */
  style: Int32Array;
  /** N numbers: which cube is seen. Of this batch alone. */
  cube: Int32Array;
}

/** What is known of the pictures of a batch. */
export type Labels = Pick<StyleBatch, 'style' | 'cube'>;

/** The batch of a step: always the same for the same index, so that a resumed training sees what it would have seen. */
export type Batches = (index: number) => Promise<StyleBatch>;

/** Batches of one size as one, in which a batch's styles and cubes aren't another's. */
export function joinBatches(batches: readonly StyleBatch[]): StyleBatch {
  const [{ size }] = batches as [StyleBatch];
  const odd = batches.find((batch) => batch.size !== size);
  if (odd)
    throw usage('batches', `pictures of ${size}×${size}, as the first`, `${odd.size}×${odd.size}`, 'join others');
  const whole = new Float32Array(batches.reduce((sum, { pictures }) => sum + pictures.length, 0));
  let at = 0;
  for (const { pictures } of batches) {
    whole.set(pictures, at);
    at += pictures.length;
  }
  const apart = (of: keyof Labels) => {
    let first = 0;
    return Int32Array.from(
      batches.flatMap((batch) => {
        const own = Array.from(batch[of], (label) => first + label);
        first = own.reduce((most, label) => Math.max(most, label + 1), first);
        return own;
      }),
    );
  };
  return { size, pictures: whole, style: apart('style'), cube: apart('cube') };
}
