import type { Picture } from '../engine/picture.js';
import type { Target } from './comparison.js';
import type { Region } from './labels.js';
import { type Loss, type LossFactory, type LossValue, requireSameSize } from './loss.js';
import { type Section, sectionsOf, tooSmall } from './sections.js';
import { type Labelled, shareOf } from './targets.js';

/**
 * A loss that reads pictures on the host, of several targets, label by label: Σ weight Σ share · loss, weights adding up to 1. A
 * label's pixels are handed to the loss as a picture of one row.
 *
 * @param pairs whether it compares pixel by pixel.
 */
export function labelled(
  factory: LossFactory,
  pairs: boolean,
  targets: readonly Target[],
  { labels, background }: Labelled,
): Loss {
  const parts = targets.map((target) => {
    const sections = sectionsOf(target, labels, background);
    const whole = factory(target.picture);
    const made = new Map<number, Loss>();
    /** The pixels of a section, and what they are compared with. */
    const problem = ({ label, both, picture: own }: Section, picture: Picture) => {
      if (pairs) requireSameSize(`loss ${whole.name}`, picture, target.picture);
      const pixels = pixelsOf(pairs ? both : own, picture);
      const goal = pixelsOf(pairs ? both : sections.target.get(label)!, target.picture);
      if (pixels?.length === 0 || goal?.length === 0) {
        throw tooSmall(whole.name, label, [picture.height, picture.width]);
      }
      const loss = made.get(label) ?? factory(cut(target.picture, goal));
      made.set(label, loss);
      return { pixels, loss };
    };
    return { weight: shareOf(target, targets), sections, problem, whole };
  });
  const { name, stochastic } = parts[0]!.whole;

  return {
    name,
    stochastic,
    async evaluate(picture, context) {
      let value = 0;
      const gradient = new Float32Array(picture.data.length);
      for (const { weight, sections, problem } of parts) {
        for (const section of sections.all) {
          const { pixels, loss } = problem(section, picture);
          const part = await loss.evaluate(cut(picture, pixels), context);
          value += weight * section.share * part.value;
          scatter(part, pixels, weight * section.share, gradient);
        }
      }
      return { value, gradient };
    },
  };
}

const pixelsOf = (region: Region, { width, height }: Picture) => region.pixels(height, width);

function cut(picture: Picture, pixels: Int32Array | undefined): Picture {
  if (pixels === undefined) return picture;
  const data = new Float32Array(4 * pixels.length);
  for (const [i, pixel] of pixels.entries()) data.set(picture.data.subarray(4 * pixel, 4 * pixel + 4), 4 * i);
  return { width: pixels.length, height: 1, data };
}

function scatter(part: LossValue, pixels: Int32Array | undefined, scale: number, gradient: Float32Array): void {
  for (let i = 0; i < part.gradient.length; i += 4) {
    const to = pixels === undefined ? i : 4 * pixels[i / 4]!;
    for (let c = 0; c < 4; c++) gradient[to + c]! += scale * part.gradient[i + c]!;
  }
}
