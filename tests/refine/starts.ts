import type { Picture } from '../../engine/picture.js';
import { resample } from '../../engine/picture-resample.js';
import type { Psi } from '../../engine/psi.js';
import { resampleKnots } from '../../engine/psi-knots.js';
import type { RefineEvent } from '../../refine/index.js';
import { init, scene } from './runs.js';

export const COARSE = { width: 48, height: 12, steps: 32 };
export const FULL = { width: 96, height: 24, steps: 40 };
/** Of each start: four at the coarse level, then three. */
export const ITERATIONS = 7;
export const TWO = { loss: 'l2', size: 96, levels: 2, iterations: ITERATIONS, checkpointEvery: 1 };

/** The scene's target, but a strip: enough for two levels, and few pixels. */
export async function strip(): Promise<Picture> {
  return resample((await scene()).target, FULL.width, FULL.height);
}

const sampling = { ...init.sampling, steps: FULL.steps };
/** Nearer to the target, but all that may change is what hardly matters. */
const bound: Psi = structuredClone({ ...init, sampling });
bound.background.top = [0.01, 0.01, 0.01];
bound.parameters = { ...bound.parameters, free: ['tone.hue'] };
/** With shading, which takes other samples, and of other knots. */
const shaded: Psi = structuredClone({ ...resampleKnots(init, 5), sampling });
shaded.shading = { ...shaded.shading, ambient: 0.5, diffuse: 0.6 };
shaded.parameters.free = [...shaded.parameters.free, 'shading'];
/** As it is, but darker. */
const plain: Psi = { ...init, sampling, tone: { ...init.tone, exposure: init.tone.exposure - 0.3 } };

/** Candidates of as many kinds. */
export const candidates = [plain, shaded, bound] as const;
/** That which begins nearest to the target and stays there, and that which comes nearest. */
export const [NEAR, BEST] = [2, 1];

/** What a run told of a start's iterations, but for which start it is and how long each took. */
export const told = ({ events }: { events: readonly RefineEvent[] }, index: number) =>
  events.flatMap((event) => {
    if (event.type !== 'iteration' || event.start !== index) return [];
    const { start, seconds, ...rest } = event;
    return [rest];
  });
