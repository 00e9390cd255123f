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
import { featureOptions } from './loss-options.js';
import { deviceOption, deviceOptions, jsonOption, number, optional } from './options.js';
import { onInterrupt } from './signals.js';

/* What the commands of `train` have in common, whichever network is trained. */

const whole = (name: string, describe: string, least: number) =>
  ({ type: 'string', describe, coerce: optional(number(name, { whole: true, least })) }) as const;

/** @param out the folder that is written to by default. */
export const trainingOptions = <T>(args: Argv<T>, product: Product, out: string) =>
  jsonOption(deviceOption(featureOptions(args)))
    .option('cubes', { type: 'string', describe: 'folder of volumes to train on beside phantoms' })
    .option('out', { type: 'string', default: out, describe: `folder for ${filesOf(product).join(', ')}` })
    .option('steps', whole('steps', `at most (${TRAIN_DEFAULTS.steps})`, 1))
    .option('seed', whole('seed', `of data and weights (${TRAIN_DEFAULTS.seed})`, 0))
    .option('size', whole('size', 'of the pictures, in pixels (96)', 16))
    .option('phantoms', whole('phantoms', 'of each kind to train on (20)', 1))
    .option('resume', { type: 'boolean', default: false, describe: 'go on from the checkpoint in --out' });

export type TrainingArguments = Awaited<ReturnType<typeof trainingOptions<object>>['argv']>;

/** What a command adds to `trainingOptions`. */
export interface Training<Batch> {
  readonly product: Product;
  /** Makes what is trained; `note` says a line to people. */
  open(on: { device: Device; tensors: Tensors; note: (line: string) => void }): Promise<Learner<Batch>>;
  /** Where they aren't those of `train`. */
  readonly defaults?: Omit<TrainOptions, 'seed' | 'resume' | 'signal'>;
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
    const options = { ...defaults, ...(steps !== undefined && { steps }), seed, signal: interrupt.signal };
    const events = train(learner, { ...options, resume: saved?.checkpoint });
    for await (const event of keepTraining(out, product, events, saved?.log)) {
      if (json) console.log(toJson(event));
      tell(event);
    }
  } finally {
    interrupt.release();
    device.close();
  }
  console.error(`wrote ${filesOf(product).join(', ')} into ${out}`);
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
