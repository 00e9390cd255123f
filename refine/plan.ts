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
  lbfgs: GradientTransformation<LbfgsState>;
  /** The first iteration whose step is L-BFGS's; the number of iterations for a loss that is drawn anew each time. */
  polishFrom: number;
}

/** Share of a deterministic run that is Adam's: it finds the valley, L-BFGS walks down its bottom. */
const ADAM_SHARE = 0.3;
/** Shares of Adam's part and of the peak: its rate rises over the first, and falls to the second by a half cosine. */
const WARM_UP = 0.05;
const FINAL_RATE = 0.02;

/** @param stochastic whether the loss is another function at each iteration. */
export function makePlan(iterations: number, learningRate: number, stochastic: boolean): Plan {
  const polishFrom = stochastic ? iterations : Math.ceil(iterations * ADAM_SHARE);
  const warmupSteps = Math.floor(polishFrom * WARM_UP);
  const rate = warmupCosine({
    init: learningRate / (warmupSteps + 1),
    peak: learningRate,
    warmupSteps,
    steps: Math.max(1, polishFrom),
    end: learningRate * FINAL_RATE,
  });
  // Gradients change faster here than in the training of a network: the second moment forgets within 100 steps.
  return { adam: adam({ learningRate: rate, b1: 0.9, b2: 0.99 }), rate, lbfgs: lbfgs(), polishFrom };
}
