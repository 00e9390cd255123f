import {
  type AdamState,
  adam,
  type GradientTransformation,
  type LbfgsState,
  lbfgs,
  type Schedule,
  warmupCosine,
} from '../optimizers/index.js';

/** How a run goes: Adam for its first part, and L-BFGS from there where the loss is one function throughout. */
export interface Plan {
  adam: GradientTransformation<AdamState>;
  /** Adam's learning rate by iteration. */
  rate: Schedule;
  /** The share of Adam's step that each parameter makes at an iteration. */
  share(iteration: number, parameter: number): number;
  lbfgs: GradientTransformation<LbfgsState>;
  /** The first iteration whose step is L-BFGS's; the number of iterations for a loss that is drawn anew each time. */
  polishFrom: number;
}

/** Share of a deterministic run that is Adam's: it finds the valley, L-BFGS walks down its bottom. */
const ADAM_SHARE = 0.3;
/** Shares of Adam's part and of the peak: its rate rises over the first, and falls to the second by a half cosine. */
const WARM_UP = 0.05;
const FINAL_RATE = 0.02;

/**
 * With a camera to be found Adam goes twice: colours first, with the camera where it is, then both. What colours are wrong by
 * would else turn the camera away from where it should go (bench/recovery.ts --camera).
 */
const HOLD_SHARE = 0.15;
const ADAM_SHARE_WITH_CAMERA = 0.35;
/** Of Adam's step: it goes as far in every parameter, and a picture changes most by its camera. */
const CAMERA_SHARE = 1 / 3;

/**
 * @param stochastic whether the loss is another function at each iteration.
 * @param names of the parameters, as `Parameters` has them.
 */
export function makePlan(
  iterations: number,
  learningRate: number,
  stochastic: boolean,
  names: readonly string[] = [],
): Plan {
  const ofCamera = names.map((name) => name.startsWith('camera.'));
  const found = ofCamera.includes(true);
  const polishFrom = stochastic ? iterations : Math.ceil(iterations * (found ? ADAM_SHARE_WITH_CAMERA : ADAM_SHARE));
  const hold = found ? Math.ceil(iterations * HOLD_SHARE) : 0;
  const [first, second] = [hold, polishFrom - hold].map((steps) => wave(steps, learningRate)) as [Schedule, Schedule];
  const rate: Schedule = (step) => (step < hold ? first(step) : second(step - hold));
  return {
    // Gradients change faster here than in the training of a network: the second moment forgets within 100 steps.
    adam: adam({ learningRate: rate, b1: 0.9, b2: 0.99 }),
    rate,
    share: (iteration, parameter) => (!ofCamera[parameter] ? 1 : iteration < hold ? 0 : CAMERA_SHARE),
    lbfgs: lbfgs(),
    polishFrom,
  };
}

/** A rate that rises to its peak and falls again. */
function wave(steps: number, peak: number): Schedule {
  const warmupSteps = Math.floor(steps * WARM_UP);
  const init = peak / (warmupSteps + 1);
  return warmupCosine({ init, peak, warmupSteps, steps: Math.max(1, steps), end: peak * FINAL_RATE });
}
