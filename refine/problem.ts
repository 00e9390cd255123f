import type { Picture } from '../engine/picture.js';
import type { Psi } from '../engine/psi.js';
import type { Renderer } from '../engine/renderer.js';
import type { LossContext, LossValue } from '../losses/index.js';
import { openTensors } from '../tensors/index.js';
import { type Candidate, candidatesOf } from './candidates.js';
import { cubeDigest, textDigest } from './checkpoint.js';
import { comparisonInputs, type Targets, targetList } from './comparisons.js';
import { LevelLosses } from './level-losses.js';
import { describeLevels } from './levels.js';
import { type CheckedNumbers, checkNumbers, type RefineOptions } from './options.js';
import { pictureAt, sampled, sizeOf } from './pictures.js';
import { makePlan, type Plan } from './plan.js';

/** A refinement before its first iteration: where it may begin, and what is compared. */
export interface Problem {
  renderer: Renderer;
  numbers: CheckedNumbers;
  candidates: readonly Candidate[];
  /** Of the candidates. */
  plans: readonly Plan[];
  /** The loss as parseLoss reads it. */
  loss: string;
  /** To be disposed of. */
  losses: LevelLosses;
  /** What a checkpoint's run must have in common with this one, by name. */
  inputs: Record<string, string>;
}

/** @throws VoxstyleError `usage` for a wrong option, `bad-input` for a Ψ that doesn't fit the cube. */
export async function openProblem(renderer: Renderer, target: Targets, options: RefineOptions): Promise<Problem> {
  const { cube, device } = renderer;
  const numbers = checkNumbers(options);
  const { iterations, seed, learningRate, starts } = numbers;
  const targets = targetList(target);
  const candidates = candidatesOf(cube, targets[0]!.picture, options, numbers);
  const [{ levels }] = candidates as [Candidate];
  const { width, height } = levels.at(-1)!;
  const tensors = openTensors({ backend: options.backend, device });
  const losses = new LevelLosses(renderer, targets, options, tensors);
  const { name, stochastic } = await firstLosses(losses, candidates[0]!);
  return {
    renderer,
    numbers,
    candidates,
    plans: candidates.map(({ parameters }) => makePlan(iterations, learningRate, stochastic, parameters.names)),
    loss: name,
    losses,
    inputs: {
      cube: cubeDigest(cube),
      ...comparisonInputs(targets, options, tensors),
      init: textDigest(candidates.map(({ init }) => JSON.stringify(init)).join()),
      starts: `${starts}`,
      'free parameters': textDigest(candidates.map(({ parameters }) => parameters.names.join()).join(';')),
      loss: name,
      iterations: `${iterations}`,
      seed: `${seed}`,
      size: `${width}×${height}`,
      levels: describeLevels(levels),
      'learning rate': `${learningRate}`,
      device: device.driver,
    },
  };
}

/** Makes every level's loss, so that what is wrong with one is said before the first event; the last level's is the answer. */
async function firstLosses(losses: LevelLosses, candidate: Candidate) {
  try {
    for (const level of candidate.levels.keys()) await losses.at(candidate, level);
    return await losses.at(candidate, candidate.levels.length - 1);
  } catch (error) {
    losses.dispose();
    throw error;
  }
}

/** The draws that candidates, starts and ends are measured on: those of the iteration after the last. */
export const measuringDraws = ({ numbers: { seed, iterations } }: Problem): LossContext => ({
  seed,
  iteration: iterations,
});

export interface Measured {
  loss: number;
  psi: Psi;
  picture: Picture;
}

/** Ψ's picture at a level and its loss there. */
export async function measure(problem: Problem, candidate: Candidate, psi: Psi, level: number): Promise<Measured> {
  const picture = await pictureAt(problem.renderer, psi, candidate.levels[level]!);
  const loss = await problem.losses.at(candidate, level);
  return { psi, picture, loss: (await loss.evaluate(picture, measuringDraws(problem))).value };
}

export interface Evaluated extends Omit<LossValue, 'gradient'> {
  /** In the order of `toVector(Ψ)`. */
  natural: Float64Array;
}

/** A level's loss and ∂loss/∂Ψ for what a candidate frees, with the draws of an iteration. */
export async function evaluate(
  { renderer, losses, numbers: { seed } }: Problem,
  candidate: Candidate,
  { reals, level: index, iteration }: { reals: readonly number[]; level: number; iteration: number },
): Promise<Evaluated> {
  const { parameters, frozen: held } = candidate;
  const level = candidate.levels[index]!;
  const loss = await losses.at(candidate, index);
  const psi = sampled(parameters.toPsi(Float64Array.from(reals)), level);
  const context = { seed, iteration };
  if (loss.onDevice?.device === renderer.device) {
    const drawn = await renderer.draw(psi, sizeOf(level), { held });
    const { gradient, release, ...value } = await loss.onDevice.evaluate(drawn.pixels, drawn.size, context);
    const natural = await renderer.adjoint(drawn, gradient, parameters.paths).finally(release);
    return { ...value, natural };
  }
  const frame = await renderer.forward(psi, sizeOf(level), { held });
  const { gradient, ...value } = await loss.evaluate(frame.picture, context);
  return { ...value, natural: await renderer.adjoint(frame, gradient, parameters.paths) };
}
