import type { Argv, CommandModule } from 'yargs';
import { openDevice } from '../engine/device.js';
import {
  evaluate,
  gramCode,
  jointHistogramCode,
  keepTraining,
  type Recalls,
  readTraining,
  train as run,
  TRAIN_DEFAULTS,
  TRAINING_FILES,
  type TrainEvent,
  toJson,
} from '../networks/style/index.js';
import { openStyleData } from '../networks/style-data.js';
import { openTensors } from '../tensors/index.js';
import { featureOptions } from './loss-options.js';
import { deviceOption, deviceOptions, jsonOption, number, optional } from './options.js';
import { onInterrupt } from './signals.js';

const whole = (name: string, describe: string, least: number) =>
  ({ type: 'string', describe, coerce: optional(number(name, { whole: true, least })) }) as const;

const builder = (args: Argv) =>
  jsonOption(deviceOption(featureOptions(args)))
    .option('cubes', { type: 'string', describe: 'folder of volumes to train on beside phantoms' })
    .option('out', {
      type: 'string',
      default: 'out/f_style',
      describe: `folder for ${Object.values(TRAINING_FILES).join(', ')}`,
    })
    .option('steps', whole('steps', `at most (${TRAIN_DEFAULTS.steps})`, 1))
    .option('seed', whole('seed', `of data and weights (${TRAIN_DEFAULTS.seed})`, 0))
    .option('size', whole('size', 'of the pictures, in pixels (96)', 16))
    .option('phantoms', whole('phantoms', 'of each kind to train on (20)', 1))
    .option('resume', { type: 'boolean', default: false, describe: 'go on from the checkpoint in --out' });

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

const style: CommandModule<object, Arguments> = {
  command: 'style',
  describe: 'train f_style, which tells the styles of renders apart',
  builder: builder as CommandModule<object, Arguments>['builder'],
  async handler({ out, cubes: folder, steps, seed = TRAIN_DEFAULTS.seed, size, phantoms, resume, json, ...args }) {
    const saved = resume ? await readTraining(out) : undefined;
    const device = await openDevice(deviceOptions(args.device));
    const interrupt = onInterrupt();
    try {
      const tensors = openTensors({ backend: args.nnBackend, device });
      const data = await openStyleData({ device, folder, seed, size, phantoms });
      for (const note of data.notes) console.error(`note: ${note}`);
      const { batches, validation, inputs } = data;
      for (const [name, code] of Object.entries({ Gram: gramCode(tensors), 'colour histograms': jointHistogramCode })) {
        console.error(`beside it, ${name}: ${describe(await evaluate(code, validation))}`);
      }
      const options = { tensors, batches, validation, inputs, steps, seed, signal: interrupt.signal };
      const events = run({ ...options, resume: saved?.checkpoint });
      for await (const event of keepTraining(out, events, { log: saved?.log ?? [] })) {
        if (json) console.log(toJson(event));
        tell(event);
      }
    } finally {
      interrupt.release();
      device.close();
    }
    console.error(`wrote ${Object.values(TRAINING_FILES).join(', ')} into ${out}`);
    if (interrupt.exitCode !== undefined) process.exitCode = interrupt.exitCode;
  },
};

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

const describe = (recalls: Recalls) =>
  `recall ${percent(recalls['same-cube'].recall)} of the same cube, ${percent(recalls['across-cubes'].recall)} across cubes`;

/** Steps between lines. */
const LINES = 50;

/** Progress for people. */
function tell(event: TrainEvent): void {
  if (event.type === 'start') {
    console.error(
      `training ${event.parameters} weights by ${event.objective} with ${event.backend}, ${event.steps} steps`,
    );
  } else if (event.type === 'step' && event.step % LINES === 0) {
    console.error(
      `step ${event.step}  loss ${event.loss.toFixed(4)}  ${event.seconds.toFixed(2)} s, waited ${event.waited.toFixed(2)} s`,
    );
  } else if (event.type === 'rejected') {
    console.error(`step ${event.step} rejected: ${event.reason}`);
  } else if (event.type === 'validation') {
    console.error(`step ${event.step}  ${describe(event.recalls)}`);
  } else if (event.type === 'done') {
    console.error(`ended (${event.reason}) after ${event.steps} steps; best at step ${event.best.step}`);
  }
}

export const train: CommandModule = {
  command: 'train',
  describe: 'train a network: train style',
  builder: (args) => args.command(style).demandCommand(1, 'no network was named'),
  handler: () => {},
};
