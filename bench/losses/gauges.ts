import type { Picture } from '../../engine/picture.js';
import { VoxstyleError } from '../../errors.js';
import { type Comparison, LOSSES, type Loss, type LossContext, orRefusal, parseLoss } from '../../losses/index.js';

/** A loss of colours, two of features, and one of structure: what another loss does to them says what it is good for. */
export const GAUGES: readonly string[] = ['swd', 'gram', 'statistics', 'ssim'].filter((name) => LOSSES.has(name));

/** The gauges for one target. */
export class Gauges {
  private constructor(readonly losses: ReadonlyMap<string, Loss>) {}

  static async open(comparison: Comparison): Promise<Gauges> {
    const losses = new Map<string, Loss>();
    for (const name of GAUGES) {
      const loss = await orRefusal(() => parseLoss(name, comparison));
      if (!(loss instanceof VoxstyleError)) losses.set(name, loss);
    }
    return new Gauges(losses);
  }

  /** Their values, those that can be had. */
  async read(picture: Picture, draw: LossContext): Promise<Record<string, number>> {
    const values: Record<string, number> = {};
    for (const [name, loss] of this.losses) {
      const result = await orRefusal(() => loss.evaluate(picture, draw));
      if (!(result instanceof VoxstyleError)) values[name] = result.value;
    }
    return values;
  }

  dispose(): void {
    for (const loss of this.losses.values()) loss.dispose?.();
  }
}
