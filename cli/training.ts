import type { Argv } from 'yargs';
import { type Device, openDevice } from '../engine/device.js';
import {
  filesOf,
  keepTraining,
  type Learner,
  type Product,
  readTraining,
  TRAIN_DEFAULTS,
  type TrainEvent,
  type TrainOptions,
  toJson,
  train,
} from '../networks/training/index.js';
import { openTensors, type Tensors } from '../tensors/index.js';
import { backendOption } from './loss-options.js';
import { deviceOption, deviceOptions, jsonOption, whole } from './options.js';
import { onInterrupt } from './signals.js';

/* What the commands of `train` have in common, whichever network is trained. */

/** What differs between the commands. */
interface TrainingDefaults {
  /** The product's. */
  manifest: string;
  /** The folder that is written to. */
  out: string;
  /** Of the pictures. */
  size: number;
  steps: number;
}

export const trainingOptions = <T>(args: Argv<T>, { manifest, out, size, steps }: TrainingDefaults) =>
  jsonOption(deviceOption(backendOption(args)))
    .option('cubes', { type: 'string', describe: 'folder of volumes to train on beside phantoms' })
    .option('out', { type: 'string', default: out, describe: `folder for ${filesOf(manifest).join(', ')}` })
    .option('steps', whole('steps', `at most (${steps}, or those of the training that is resumed)`, 1))
    .option('seed', whole('seed', `of data and weights (${TRAIN_DEFAULTS.seed})`, 0))
    .option('size', whole('size', `of the pictures, in pixels (${size})`, 16))
    .option('phantoms', whole('phantoms', 'of each kind to train on (20)', 1))
    .option('resume', { type: 'boolean', default: false, describe: 'go on from the checkpoint in --out' });

export type TrainingArguments = Awaited<ReturnType<typeof trainingOptions<object>>['argv']>;

/** What training is done with; `note` says a line to people. */
export interface TrainingTools {
  readonly device: Device;
  readonly tensors: Tensors;
  readonly note: (line: string) => void;
}

/** What a command adds to `trainingOptions`. */
export interface Training<Batch> {
  readonly product: Product;
  /** Makes what is trained. */
  open(on: TrainingTools): Promise<Learner<Batch>>;
  readonly defaults: Omit<TrainOptions, 'seed' | 'resume' | 'signal'>;
}

/** Trains as the options say and keeps the folder; the first interrupt ends it at a checkpoint. */
export async function runTraining<Batch>(
  { out, steps, seed, resume, json, device: wanted, nnBackend }: TrainingArguments,
  { product, open, defaults }: Training<Batch>,
): Promise<void> {
  const saved = resume ? await readTraining(out) : undefined;
  const device = await openDevice(deviceOptions(wanted));
  const interrupt = onInterrupt();
  try {
    const tensors = openTensors({ backend: nnBackend, device });
    const learner = await open({ device, tensors, note: console.error });
    const resumed = saved?.checkpoint;
    const events = train(learner, {
      ...defaults,
      steps: steps ?? resumed?.steps ?? defaults.steps,
      seed,
      resume: resumed,
      signal: interrupt.signal,
    });
    for await (const event of keepTraining(out, product, events, saved?.log)) {
      if (json) console.log(toJson(event));
      tell(event);
    }
  } finally {
    interrupt.release();
    device.close();
  }
  console.error(`wrote ${filesOf(product.manifest).join(', ')} into ${out}`);
  if (interrupt.exitCode !== undefined) process.exitCode = interrupt.exitCode;
}

/** Steps between lines. */
const LINES = 50;

/** Named numbers as a line has them. */
export const listed = (numbers: Readonly<Record<string, number>>): string =>
  Object.entries(numbers)
    .map(([name, value]) => `${name} ${value.toPrecision(4)}`)
    .join('; ');

/** Progress for people. */
function tell(event: TrainEvent): void {
  if (event.type === 'start') {
    const { parameters, objective, backend, steps } = event;
    console.error(`training ${parameters} weights by ${objective} with ${backend}, ${steps} steps`);
  } else if (event.type === 'step' && event.step % LINES === 0) {
    const { step, loss, terms, seconds, waited } = event;
    const parts = terms ? ` (${listed(terms)})` : '';
    console.error(
      `step ${step}  loss ${loss.toFixed(4)}${parts}  ${seconds.toFixed(2)} s, waited ${waited.toFixed(2)} s`,
    );
  } else if (event.type === 'rejected') {
    console.error(`step ${event.step} rejected: ${event.reason}`);
  } else if (event.type === 'validation') {
    console.error(`step ${event.step}  ${listed(event.figures)}`);
  } else if (event.type === 'done') {
    console.error(`ended (${event.reason}) after ${event.steps} steps; best at step ${event.best.step}`);
  }
}
