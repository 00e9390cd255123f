import type { Size } from '../engine/frame.js';
import type { Picture } from '../engine/picture.js';
import { usage } from '../errors.js';
import type { Features, Maps } from '../features/index.js';
import { disposeAll, keepAll, type Scalar, type Tensor, type Tensor3D, type Tensors, tf } from '../tensors/index.js';
import { total } from '../tensors/ops.js';
import type { Target } from './comparison.js';
import type { Region } from './labels.js';
import {
  COLOURS,
  type DeviceLossValue,
  type Loss,
  type LossContext,
  type LossValue,
  type OnDevice,
  requireSameSize,
} from './loss.js';
import { type Sections, sectionsOf, tooSmall } from './sections.js';
import { type Labelled, shareOf } from './targets.js';
import type { Differentiable, MeasureContext, TensorLoss } from './tensor-loss.js';
import type { View } from './view.js';

/** A loss on tensors, and what it is of. */
export interface GroupMember {
  /** What reports call it. */
  text: string;
  loss: TensorLoss;
  weight: number;
  targets: readonly Target[];
}

/** A member against one target, label by label. */
interface Contest {
  member: GroupMember;
  target: Target;
  /** What the target counts among the member's targets. */
  share: number;
  sections: Sections;
  /** By label, kept until the loss is disposed of. */
  goals: Map<number, unknown>;
}

/**
 * Losses on tensors as one: Σ weight Σ_targets share Σ_labels share · loss. The picture's features are computed once for all of
 * them, and their gradients go through the features together.
 */
export class LossGroup implements Loss {
  readonly name: string;
  readonly stochastic: boolean;
  readonly composite = true;
  readonly #contests: readonly Contest[];
  readonly #wanted: ReadonlySet<string>;
  #prepared = false;

  constructor(
    readonly members: readonly GroupMember[],
    { labels, background }: Labelled,
    readonly features: Features,
    readonly tensors: Tensors,
  ) {
    this.name = members.map(({ text, weight }) => `${text}:${weight}`).join(',');
    this.stochastic = members.some(({ loss }) => loss.stochastic);
    this.#wanted = new Set(members.flatMap(({ loss }) => loss.layers.map(({ layer }) => layer)));
    this.#contests = members.flatMap((member) =>
      member.targets.map((target) => ({
        member,
        target,
        share: shareOf(target, member.targets),
        sections: sectionsOf(target, labels, background),
        goals: new Map(),
      })),
    );
    for (const { loss } of members)
      for (const { picture } of this.#targets()) this.#requireSide('the target', loss, picture);
  }

  async evaluate(picture: Picture, context: LossContext): Promise<LossValue> {
    this.#requireSizes(picture);
    return this.tensors.run(async () => {
      const { terms, gradient } = await this.#differentiate(toTensor(picture), context);
      return { ...this.#report(await this.tensors.read(terms)), gradient: await this.tensors.read(gradient) };
    });
  }

  get onDevice(): OnDevice | undefined {
    const { device, backend } = this.tensors;
    if (backend !== 'webgpu') return undefined;
    return { device: device!, evaluate: (pixels, size, context) => this.#evaluateThere(pixels, size, context) };
  }

  async #evaluateThere(pixels: GPUBuffer, size: Size, context: LossContext): Promise<DeviceLossValue> {
    this.#requireSizes(size);
    return this.tensors.run(async () => {
      const shape = [size.height, size.width, 4] as [number, number, number];
      const colours = coloursOf(tf.tensor({ buffer: pixels, zeroCopy: true }, shape, 'float32') as Tensor3D);
      const { terms, gradient } = await this.#differentiate(colours, context);
      const report = this.#report(await this.tensors.read(terms));
      const { buffer, tensorRef } = gradient.dataToGPU();
      tf.keep(tensorRef);
      return { ...report, gradient: buffer!, release: () => tensorRef.dispose() };
    });
  }

  dispose(): void {
    for (const { goals } of this.#contests) {
      for (const goal of goals.values()) disposeAll(goal);
      goals.clear();
    }
    this.#prepared = false;
  }

  #targets(): Set<Target> {
    return new Set(this.#contests.map(({ target }) => target));
  }

  /** From the members' values before their weights and the fault. */
  #report(values: Float32Array): { value: number; terms: Record<string, number> } {
    const terms: Record<string, number> = {};
    let value = 0;
    for (const [i, { text, weight }] of this.members.entries()) {
      terms[text] = values[i]!;
      value += weight * values[i]!;
    }
    return { value: value + values.at(-1)!, terms };
  }

  /**
   * @returns the members' values and then 0, or NaN for colours that aren't finite, which rectified features may hide; and
   *   ∂(weighted sum)/∂picture, height × width × 4.
   */
  async #differentiate(colours: Tensor3D, context: LossContext): Promise<{ terms: Tensor; gradient: Tensor3D }> {
    const asked: MeasureContext = { ...context, read: (tensor) => this.tensors.read(tensor) };
    await this.#prepare(asked);
    const { maps, pullback } = this.features.extract(colours, this.#wanted);
    const parts: { member: GroupMember; scale: number; region: Region; compare: Differentiable }[] = [];
    for (const { member, share: ofTarget, sections, goals } of this.#contests) {
      for (const { label, share, picture: own, both } of sections.all) {
        const region = member.loss.pairs ? both : own;
        const view: View = { colours, maps, region };
        if (!hasPixels(view, member.loss)) throw tooSmall(member.text, label, colours.shape);
        const compare = await member.loss.measure(view, goals.get(label)!, asked);
        parts.push({ member, scale: ofTarget * share, region, compare });
      }
    }
    const names = [...this.#wanted];
    const layers = names.map((name) => maps.get(name)!);
    let terms: Tensor | undefined;
    const { grads } = tf.engine().gradients(
      () => {
        const values = this.members.map((member) =>
          sumOf(
            parts
              .filter((part) => part.member === member)
              .map(({ scale, region, compare }) => tf.mul(compare({ colours, maps, region }), scale) as Scalar),
          ),
        );
        terms = tf.keep(tf.stack([...values, tf.mul(tf.sum(colours), 0)]));
        return sumOf(values.map((value, i) => tf.mul(value, this.members[i]!.weight) as Scalar));
      },
      [colours, ...layers],
      undefined,
      true,
    );
    const [direct, ...indirect] = grads as (Tensor3D | null)[];
    const upstream: Maps = new Map(names.flatMap((name, i) => (indirect[i] ? [[name, indirect[i]] as const] : [])));
    const through = upstream.size === 0 ? [] : [pullback(upstream)];
    const gradient: Tensor3D = total([...(direct ? [direct] : []), ...through, tf.zerosLike(colours)]);
    // It was kept from the tape's own scope only: its clone ends with ours.
    const values = terms!.clone();
    terms!.dispose();
    return {
      terms: values,
      gradient: tf.pad(gradient, [
        [0, 0],
        [0, 0],
        [0, 4 - COLOURS],
      ]),
    };
  }

  /** Computes once what is known of the targets: of all of them, or of none when that fails. */
  async #prepare(context: MeasureContext): Promise<void> {
    if (this.#prepared) return;
    try {
      await this.#prepareTargets(context);
      this.#prepared = true;
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  async #prepareTargets(context: MeasureContext): Promise<void> {
    for (const target of this.#targets()) {
      const colours = toTensor(target.picture);
      const { maps } = this.features.extract(colours, this.#wanted);
      for (const { member, sections, goals } of this.#contests.filter((contest) => contest.target === target)) {
        for (const [label, region] of sections.target) {
          const view = { colours, maps, region };
          if (!hasPixels(view, member.loss)) throw tooSmall(member.text, label, colours.shape);
          goals.set(label, keepAll(await member.loss.prepare(view, context)));
        }
      }
    }
  }

  #requireSizes(size: Size): void {
    for (const { member, target } of this.#contests) {
      this.#requireSide('the picture', member.loss, size);
      if (member.loss.pairs) requireSameSize(`loss ${member.text}`, size, target.picture);
    }
  }

  #requireSide(whose: string, loss: TensorLoss, { width, height }: Size): void {
    const layers = this.features.layers.filter(({ name }) => loss.layers.some(({ layer }) => layer === name));
    const least = Math.max(loss.leastSide, ...layers.map(({ leastSide }) => leastSide));
    if (Math.min(width, height) >= least) return;
    const what = layers.length === 0 ? '' : ` with ${this.features.name}`;
    throw usage(
      `loss ${loss.name}`,
      `${whose} to have ${least} pixels on each side${what}`,
      `${width}×${height}`,
      layers.length === 0 ? 'enlarge it, or use another loss' : 'enlarge it, or name finer layers',
    );
  }
}

/** The colours of a picture, height × width × 3. */
function toTensor({ width, height, data }: Picture): Tensor3D {
  return coloursOf(tf.tensor3d(data, [height, width, 4]));
}

const coloursOf = (values: Tensor3D): Tensor3D => tf.slice(values, [0, 0, 0], [-1, -1, COLOURS]);

/** The sum of any number of scalars. */
const sumOf = (terms: Scalar[]): Scalar => (terms.length === 0 ? tf.scalar(0) : total(terms));

/** Whether the view has pixels to look at in every map that the loss sees. */
function hasPixels({ colours, maps, region }: View, { layers }: TensorLoss): boolean {
  const seen = layers.length === 0 ? [colours] : layers.map(({ layer }) => maps.get(layer)!);
  return seen.every(({ shape: [height, width] }) => region.pixels(height, width)?.length !== 0);
}
