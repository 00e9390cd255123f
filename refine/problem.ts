import { featureOf } from '../engine/features.js';
import { type Size, stepsOf } from '../engine/frame.js';
import type { Picture } from '../engine/picture.js';
import type { Psi } from '../engine/psi.js';
import { defaultPsi } from '../engine/psi-default.js';
import { freeParameters, type Parameters } from '../engine/psi-parameters.js';
import type { Renderer } from '../engine/renderer.js';
import { type Loss, type LossContext, type LossValue, parseLoss } from '../losses/index.js';
import { openTensors } from '../tensors/index.js';
import { cubeDigest, textDigest } from './checkpoint.js';
import { comparisonAt, comparisonInputs, needsStart, type Targets, targetList } from './comparisons.js';
import { describeLevels, type Level, makeLevels } from './levels.js';
import { checkNumbers, REFINE_DEFAULTS, type RefineOptions } from './options.js';
import { makePlan, type Plan } from './plan.js';

export interface Evaluated extends Omit<LossValue, 'gradient'> {
  /** In the order of `toVector(Ψ)`. */
  natural: Float64Array;
}

/** A refinement before its first iteration: what is searched, and what is compared. */
export interface Problem {
  init: Psi;
  numbers: ReturnType<typeof checkNumbers>;
  parameters: Parameters;
  plan: Plan;
  levels: readonly Level[];
  /** Of each level; to be disposed of. */
  losses: readonly Loss[];
  /** What a checkpoint's run must have in common with this one, by name. */
  inputs: Record<string, string>;
  /** Whether no step moves the samples along the rays, so that they are taken once. */
  frozen: boolean;
  /** Ψ as it will be handed over, and its picture at a level, which has fewer samples than Ψ says unless it is the last. */
  render(reals: readonly number[], level: Level): Promise<{ psi: Psi; picture: Picture }>;
  /** A level's loss and ∂loss/∂Ψ for the wanted scalars. */
  evaluate(reals: readonly number[], level: number, context: LossContext): Promise<Evaluated>;
}

/** @throws VoxstyleError `usage` for a wrong option, `bad-input` for a Ψ that doesn't fit the cube. */
export async function openProblem(renderer: Renderer, target: Targets, options: RefineOptions): Promise<Problem> {
  const { cube, device } = renderer;
  const init = options.init ?? defaultPsi(cube);
  const numbers = checkNumbers(options);
  const { iterations, seed, learningRate, size: longest, levels: count } = numbers;
  const targets = targetList(target);
  const levels = makeLevels({ count, iterations, target: targets[0]!.picture, longest, steps: stepsOf(cube, init) });
  const parameters = freeParameters(init, options.free, options.freeze);
  const sampled = (psi: Psi, { steps }: Level): Psi => ({ ...psi, sampling: { ...psi.sampling, steps } });
  const sizeOf = ({ width, height }: Level): Size => ({ width, height });
  const pictureOf = async (psi: Psi, level: Level): Promise<Picture> =>
    (await renderer.forward(sampled(psi, level), sizeOf(level))).picture;
  const psiOf = (reals: readonly number[]) => parameters.toPsi(Float64Array.from(reals));
  // What no step moves along the rays is sampled once.
  const held = !parameters.paths.some((path) => featureOf(path) === 'POSE');

  const text = options.loss ?? REFINE_DEFAULTS.loss;
  const tensors = openTensors({ backend: options.backend, device });
  const losses: Loss[] = [];
  for (const level of levels) {
    const start = needsStart(text, options) ? await pictureOf(init, level) : undefined;
    losses.push(parseLoss(text, comparisonAt(level, targets, options, tensors, start), options.losses));
  }
  const { name, stochastic } = losses.at(-1)!;
  const { width, height }: Size = levels.at(-1)!;
  return {
    init,
    numbers,
    parameters,
    plan: makePlan(iterations, learningRate, stochastic, parameters.names),
    levels,
    losses,
    frozen: held,
    inputs: {
      cube: cubeDigest(cube),
      ...comparisonInputs(targets, options, tensors),
      init: textDigest(JSON.stringify(init)),
      'free parameters': textDigest(parameters.names.join()),
      loss: name,
      iterations: `${iterations}`,
      seed: `${seed}`,
      size: `${width}×${height}`,
      levels: describeLevels(levels),
      'learning rate': `${learningRate}`,
      device: device.driver,
    },
    async render(reals, level) {
      const psi = psiOf(reals);
      // As any other renderer takes it, which may differ from held samples in the last digit.
      return { psi, picture: await pictureOf(psi, level) };
    },
    async evaluate(reals, index, context) {
      const [level, loss] = [levels[index]!, losses[index]!];
      const psi = sampled(psiOf(reals), level);
      if (loss.onDevice?.device === device) {
        const drawn = await renderer.draw(psi, sizeOf(level), { held });
        const { gradient, release, ...value } = await loss.onDevice.evaluate(drawn.pixels, drawn.size, context);
        const natural = await renderer.adjoint(drawn, gradient, parameters.paths).finally(release);
        return { ...value, natural };
      }
      const frame = await renderer.forward(psi, sizeOf(level), { held });
      const { gradient, ...value } = await loss.evaluate(frame.picture, context);
      return { ...value, natural: await renderer.adjoint(frame, gradient, parameters.paths) };
    },
  };
}
