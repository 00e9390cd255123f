import * as assert from 'uvu/assert';
import { makePhantom } from '../../cubes/phantom.js';
import type { Picture } from '../../engine/picture.js';
import type { Psi } from '../../engine/psi.js';
import { defaultPsi } from '../../engine/psi-default.js';
import { randomPsi } from '../../engine/psi-random.js';
import { Renderer } from '../../engine/renderer.js';
import { LOSSES, type LossFactory, l2, ofPictures } from '../../losses/index.js';
import { seededRandom } from '../../random.js';
import { type Checkpoint, parseCheckpoint, type RefineState } from '../../refine/checkpoint.js';
import type { DoneEvent, RefineEvent } from '../../refine/events.js';
import { type RefineOptions, refine } from '../../refine/index.js';
import { sharedDevice } from '../device.js';

/** Pixels a side of the pictures that are compared. */
export const SIZE = 24;
export const SQUARE = { width: SIZE, height: SIZE };
export const cube = makePhantom('ct', { size: 16 });
export const init: Psi = defaultPsi(cube);
init.sampling.steps = 16;

let opened: Promise<{ renderer: Renderer; target: Picture }> | undefined;

/** The renderer of the cube, and the picture of a look that isn't the initial one. */
export function scene(): Promise<{ renderer: Renderer; target: Picture }> {
  opened ??= (async () => {
    const renderer = await Renderer.open(await sharedDevice(), cube);
    const look = randomPsi(init, seededRandom(4), 'dense');
    return { renderer, target: (await renderer.forward(look, SQUARE)).picture };
  })();
  return opened;
}

type Of<T extends RefineEvent['type']> = Extract<RefineEvent, { type: T }>;

/**
 * What a run told, on the scene's renderer and towards its target where no other is given. `see` is called with each event
 * as it comes.
 */
export async function runAny(
  options: RefineOptions = {},
  see: (event: RefineEvent) => void = () => {},
  other: { renderer?: Renderer; target?: Picture } = {},
) {
  const { renderer, target } = { ...(await scene()), ...other };
  const events: RefineEvent[] = [];
  const all = { init, loss: 'l2', size: SIZE, iterations: 40, ...options };
  for await (const event of refine(renderer, target, all)) {
    events.push(event);
    see(event);
  }
  const of = <T extends RefineEvent['type']>(type: T) => events.filter((event): event is Of<T> => event.type === type);
  const [done] = of('done');
  assert.ok(done && events.at(-1) === done, 'a run ends with done');
  const checkpoints = of('checkpoint').map(({ checkpoint }) => checkpoint);
  return { events, of, done, checkpoints };
}

/** The same of a run from one start, with its states at the checkpoints. */
export async function run(...args: Parameters<typeof runAny>) {
  const told = await runAny(...args);
  return { ...told, states: told.checkpoints.map(stateOf) };
}

/** Ψ and picture as they must repeat: to the bit. */
export const bits = ({ psi, picture, loss, iterations }: DoneEvent) => ({
  psi: JSON.stringify(psi),
  picture: Buffer.from(picture.data.buffer).toString('base64'),
  loss,
  iterations,
});

/** Of the only start. */
export function stateOf({ search }: Checkpoint): RefineState {
  assert.equal([search.candidates, search.starts.length, search.taken], [[null], 1, 0]);
  return search.starts[0]!.state;
}

/** A checkpoint as it comes back from its file. */
export const throughFile = (checkpoint: Checkpoint) => parseCheckpoint(JSON.parse(JSON.stringify(checkpoint)));

/** Two losses, one of which draws anew in each iteration: a run of Adam alone. */
export const STOCHASTIC = { loss: 'swd:1,l2:0.5', iterations: 18, checkpointEvery: 6, seed: 5 };
/** A loss that stays as it is: six iterations of Adam, then L-BFGS. */
export const POLISHED = { loss: 'l2', iterations: 18, checkpointEvery: 4 };

/** NaN, infinity or a unit too much as the loss, or NaN in its gradient. */
type Fault = 'value' | 'infinite' | 'high' | 'gradient';

/**
 * Options for the L2 loss that goes wrong as told, by iteration and by how often that iteration has been tried before.
 *
 * @param stochastic what the loss says of itself: if so, Adam does every iteration, else the first four of twelve.
 */
export function faulty(wrong: (iteration: number, tries: number) => Fault | undefined, stochastic = false) {
  const tries = new Map<number, number>();
  const factory: LossFactory = (of) => {
    const inner = l2(of);
    return {
      name: 'faulty',
      stochastic,
      async evaluate(picture, context) {
        const { value, gradient } = await inner.evaluate(picture, context);
        const before = tries.get(context.iteration) ?? 0;
        tries.set(context.iteration, before + 1);
        const fault = wrong(context.iteration, before);
        if (fault === 'gradient') gradient[4 * (SIZE * 12 + 12)] = Number.NaN;
        const wrongs = { value: Number.NaN, infinite: Number.POSITIVE_INFINITY, high: value + 1, gradient: value };
        return { value: fault ? wrongs[fault] : value, gradient };
      },
    };
  };
  return {
    loss: 'faulty',
    losses: new Map([...LOSSES, ['faulty', ofPictures('', factory, { pairs: true })]]),
    iterations: 12,
    checkpointEvery: 1,
  };
}
