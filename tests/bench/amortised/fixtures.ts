import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Measures, Method, Outcome, PairRecord, Setting } from '../../../bench/amortised/events.js';
import { makePhantom } from '../../../cubes/index.js';
import { defaultPsi } from '../../../engine/psi-default.js';
import { loadFeatures } from '../../../features/index.js';
import { PREDICT_ARCHITECTURE, Predictor, predictProduct } from '../../../networks/predict/index.js';
import { initialWeights } from '../../../networks/predict/model.js';
import { openTensors } from '../../../tensors/index.js';
import { temporaryFolder } from '../../cli/command.js';
import { sharedDevice } from '../../device.js';

export const folder = temporaryFolder();

/** A predictor that has learnt nothing. */
export async function predictorFile(): Promise<string> {
  const path = join(folder, 'f_predict.safetensors');
  if (existsSync(path)) return path;
  const features = await loadFeatures('f_style');
  await predictProduct({ features: features.digest }).save(path, initialWeights(PREDICT_ARCHITECTURE, 1));
  features.dispose();
  return path;
}

/** What every run needs. */
export async function tools() {
  const device = await sharedDevice();
  const tensors = openTensors({ device });
  return { device, tensors, predictor: await Predictor.load({ tensors, path: await predictorFile() }) };
}

/** A folder with a volume that is held out, and one that isn't. */
export function volumes(): string {
  const path = join(folder, 'volumes');
  mkdirSync(path, { recursive: true });
  const samples = Array.from(makePhantom('ct', { seed: 3, size: 24 }).channels[0]!.samples);
  const [least, most] = samples.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
  const bytes = Uint8Array.from(samples, (v: number) => Math.round((255 * (v - least)) / (most - least)));
  for (const name of ['neghip', 'engine']) writeFileSync(join(path, `${name}_24x24x24_uint8.raw`), bytes);
  return path;
}

const psi = defaultPsi(makePhantom('ct', { size: 16 }));
const NEAR: Measures = { style: 0.1, gram: 1, swd: 1 };

/** An outcome of which only the given counts. */
export const outcome = (method: Method, given: Partial<Outcome> = {}): Outcome => ({
  ...{ method, loss: 1, seconds: 1, ...NEAR, psi },
  ...given,
});

export const record = (setting: Setting, index: number, outcomes: Outcome[], views?: number[]): PairRecord => ({
  ...{ setting, index, cube: 'a cube', target: 'a target', outcomes },
  ...(views && { spread: { views } }),
});
