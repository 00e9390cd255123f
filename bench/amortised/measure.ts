import { Renderers } from '../../engine/renderers.js';
import { codeDistance, codeOf } from '../../networks/style/index.js';
import { machineOf } from '../speed/machine.js';
import {
  type AmortisedEvent,
  METHODS,
  type Method,
  type Outcome,
  type PairPictures,
  type Place,
  type Spread,
} from './events.js';
import { Gauges } from './gauges.js';
import { type MethodsOptions, runMethods } from './methods.js';
import { drawPair, otherViews, type Pair } from './pairs.js';
import { type AmortisedOptions, makePlan, type Plan } from './plan.js';

/** Views of a rendered target's style, beside its own. */
const VIEWS = 4;

/**
 * Finds Ψ for pairs of a held-out cube and a target picture by f_predict, by refinement, and by both, and measures how near each
 * comes to the target, and how soon.
 *
 *     for await (const event of measureAmortised({ device, tensors, predictor, pairs: 2 })) {
 *       if (event.type === 'outcome') console.log(event.setting, event.index, event.method, event.style);
 *     }
 *
 * The same inputs and device give the same outcomes, but for their seconds.
 *
 * @throws VoxstyleError as makePlan, `device-lost`.
 */
export async function* measureAmortised(options: AmortisedOptions): AsyncGenerator<AmortisedEvent, void, undefined> {
  const { device, saved, signal } = options;
  const plan = await makePlan(options);
  const { inputs, source, places, notes } = plan;
  const cubes = source.cubes.map(({ name }) => name);
  yield { type: 'start', inputs, machine: machineOf(device), pairs: places.length, cubes, notes };
  const renderers = new Renderers(device);
  let complete = true;
  try {
    for (const [i, place] of places.entries()) {
      if (signal?.aborted) break;
      const kept = saved?.pairs.find(({ setting, index }) => setting === place.setting && index === place.index);
      if (kept) yield { type: 'record', ...kept, number: i + 1, kept: true };
      else complete = yield* measurePair({ options, plan, renderers }, place, i + 1);
      renderers.close();
    }
  } finally {
    renderers.close();
  }
  yield { type: 'done', complete: complete && !signal?.aborted };
}

interface Tools {
  options: AmortisedOptions;
  plan: Plan;
  renderers: Renderers;
}

/** @returns whether it came to the pair's end. */
async function* measurePair(
  { options, plan, renderers }: Tools,
  place: Place,
  number: number,
): AsyncGenerator<AmortisedEvent, boolean, undefined> {
  const { tensors, predictor, signal } = options;
  const { inputs, source } = plan;
  const { features } = predictor;
  const { iterations, size, seed, loss, starts } = inputs;
  const pair = await drawPair(source, place, renderers);
  const names = { cube: pair.cube.name, target: pair.targetName };
  yield { type: 'pair', ...place, number, ...names };
  const gauges = await Gauges.open(pair, { features, tensors, loss, draw: { seed, iteration: iterations } });
  try {
    const refinement = { ...{ loss, features, iterations, size, seed, signal }, backend: tensors.backend };
    const methods: MethodsOptions = { source, renderers, predictor, refinement, starts };
    const outcomes: Outcome[] = [];
    const pictures: { -readonly [Name in keyof PairPictures]: PairPictures[Name] } = { target: pair.target };
    if (pair.truth) pictures.truth = pair.truth.picture;
    for await (const { outcome, picture } of runMethods(pair, gauges, methods)) {
      outcomes.push(outcome);
      pictures[outcome.method satisfies Method] = picture;
      yield { type: 'outcome', ...place, number, ...outcome };
    }
    if (outcomes.length < METHODS.length) return false;
    const spread = pair.shown && (await spreadOf(pair, gauges, { options, plan, renderers }));
    const { degenerate } = pair;
    yield { type: 'record', ...place, number, ...names, degenerate, spread, outcomes, kept: false, pictures };
    return true;
  } finally {
    gauges.dispose();
  }
}

/** How far apart pictures of the target's own style are. */
async function spreadOf(pair: Pair, { code }: Gauges, { options, plan, renderers }: Tools): Promise<Spread> {
  const { tensors, predictor } = options;
  const { width, height } = pair.target;
  const distance = async (picture: Pair['target']) =>
    codeDistance(await codeOf(picture, predictor.features, tensors), code);
  const renderer = await renderers.of(pair.shown!.cube.cube);
  const views: number[] = [];
  for (const psi of otherViews(plan.source, pair, VIEWS)) {
    views.push(await distance((await renderer.forward(psi, { width, height })).picture));
  }
  const across = pair.setting === 'another cube' ? await distance(pair.truth!.picture) : undefined;
  return { views, ...(across !== undefined && { acrossCubes: across }) };
}
