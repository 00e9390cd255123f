import type { Picture } from '../../engine/picture.js';
import type { Psi } from '../../engine/psi.js';
import type { Renderers } from '../../engine/renderers.js';
import type { Hypothesis, Predictor } from '../../networks/predict/index.js';
import type { RefineOptions } from '../../refine/index.js';
import type { Method, Outcome } from './events.js';
import type { Gauges } from './gauges.js';
import { defaultStart, evenly, type Pair, type PairSource, randomStart } from './pairs.js';
import { reached, refineFrom } from './refined.js';

export interface MethodsOptions {
  source: PairSource;
  renderers: Renderers;
  predictor: Predictor;
  /** Of every refinement. */
  refinement: RefineOptions;
  /** K. */
  starts: number;
}

/** What a method made, and its picture. */
export interface Made {
  outcome: Outcome;
  picture: Picture;
}

/** Every method on a pair, in the order of METHODS; ends early when it is interrupted. */
export async function* runMethods(
  pair: Pair,
  gauges: Gauges,
  { source, renderers, predictor, refinement, starts }: MethodsOptions,
): AsyncGenerator<Made, void, undefined> {
  const renderer = await renderers.of(pair.cube.cube);
  const { width, height } = pair.target;
  const alone = async (method: Method, psi: Psi, seconds?: number): Promise<Made> => {
    const begun = performance.now();
    const { picture } = await renderer.forward(psi, { width, height });
    const taken = seconds ?? (performance.now() - begun) / 1000;
    const loss = await gauges.lossOf(picture);
    return { outcome: { method, loss, seconds: taken, ...(await gauges.measure(psi, picture)), psi }, picture };
  };
  yield await alone('default alone', defaultStart(pair));

  const { hypotheses, seconds, ranked, rankSeconds } = await guess(pair, predictor, renderers);
  yield await alone('f_predict alone', ranked, seconds + rankSeconds);

  const guesses = hypotheses.map(({ psi }) => evenly(psi));
  const refinements: readonly [Method, RefineOptions, spent: number][] = [
    ['from default', { init: defaultStart(pair) }, 0],
    ['from random', { init: randomStart(source, pair) }, 0],
    ['from f_predict', { init: guesses, starts: 1 }, seconds],
    ['best of K', { init: guesses, starts }, seconds],
  ];
  // Kernels are compiled once in a process, which is no method's time.
  for (const [, init] of refinements) {
    await refineFrom(renderer, pair.target, { ...refinement, ...init, iterations: 1 });
    if (refinement.signal?.aborted) return;
  }
  let wanted: number | undefined;
  for (const [method, init, spent] of refinements) {
    const refined = await refineFrom(renderer, pair.target, { ...refinement, ...init }, spent);
    if (refined === undefined) return;
    const { picture, ...found } = refined;
    // Losses of iterations are each of their own draw: the least of many is compared with the least of many.
    wanted ??= Math.min(...found.curve.losses);
    const toDefault = reached(found.curve, wanted);
    yield { outcome: { method, ...found, toDefault, ...(await gauges.measure(found.psi, picture)) }, picture };
  }
}

/** f_predict's hypotheses and the nearest in style; the time for those, the target's style included, and for ranking them. */
async function guess(
  pair: Pair,
  predictor: Predictor,
  renderers: Renderers,
): Promise<{ hypotheses: Hypothesis[]; seconds: number; ranked: Psi; rankSeconds: number }> {
  const renderer = await renderers.of(pair.cube.cube);
  const begun = performance.now();
  const style = await predictor.styleOf([{ picture: pair.target }]);
  const hypotheses = await predictor.predict(pair.cube.cube, style, pair.camera);
  const between = performance.now();
  const [nearest] = await predictor.rank(renderer, hypotheses, style, pair.target);
  const [seconds, rankSeconds] = [(between - begun) / 1000, (performance.now() - between) / 1000];
  return { hypotheses, seconds, ranked: evenly(nearest!.psi), rankSeconds };
}
