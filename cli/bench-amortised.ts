import type { Argv, CommandModule } from 'yargs';
import { type AmortisedEvent, toJson } from '../bench/amortised/events.js';
import { describeKept, describeOutcome, formatSummary } from '../bench/amortised/format.js';
import { measureAmortised } from '../bench/amortised/measure.js';
import { AMORTISED_DEFAULTS, QUICK } from '../bench/amortised/plan.js';
import { AMORTISED_FILES, AmortisedReport, readPairs } from '../bench/amortised/report.js';
import { summarise } from '../bench/amortised/summary.js';
import { openDevice } from '../engine/device.js';
import { openTensors } from '../tensors/index.js';
import { backendOption } from './loss-options.js';
import { deviceOption, deviceOptions, jsonOption, whole } from './options.js';
import { openPredictor, predictorOptions } from './predict-options.js';
import { onInterrupt } from './signals.js';

const { pairs, iterations, size, seed, starts, loss } = AMORTISED_DEFAULTS;

const builder = (args: Argv) =>
  predictorOptions(backendOption(jsonOption(deviceOption(args))))
    .option('cubes', {
      type: 'string',
      describe: 'folder of volumes; those that no network was trained on; phantoms without',
    })
    .option('targets', { type: 'string', describe: 'folder of PNG and JPEG pictures that are no renders of ours' })
    .option('pairs', whole('pairs', `of a cube and a target, in each setting (${pairs})`, 1))
    .option('iterations', whole('iterations', `of each refinement (${iterations})`, 1))
    .option('size', whole('size', `longer side of the pictures, in pixels (${size})`, 16))
    .option('side', whole('side', 'voxels along the longest side of a cube (64)', 16))
    .option('seed', whole('seed', `of pairs and refinements (${seed})`))
    .option('starts', whole('starts', `that "best of K" refines (${starts})`, 1))
    .option('loss', { type: 'string', describe: `what is refined by (${loss}); see voxstyle losses` })
    .option('quick', {
      type: 'boolean',
      default: false,
      describe: `${QUICK.pairs} pair, ${QUICK.iterations} iterations, ${QUICK.size} pixels, where nothing else is said`,
    })
    .option('out', {
      type: 'string',
      default: 'out/amortised',
      describe: `folder for ${Object.values(AMORTISED_FILES).join(', ')}`,
    })
    .option('resume', { type: 'boolean', default: false, describe: 'keep the pairs that are in --out' });

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

export const amortised: CommandModule<object, Arguments> = {
  command: 'amortised',
  describe: 'f_predict beside refinement: how near they come to a target on cubes that are new to them, and how soon',
  builder: builder as CommandModule<object, Arguments>['builder'],
  async handler({ out, resume, quick, json, device: tier, nnBackend: backend, ...args }) {
    const saved = resume ? await readPairs(out) : undefined;
    const device = await openDevice(deviceOptions(tier));
    const interrupt = onInterrupt();
    const report = new AmortisedReport(out, saved?.pairs);
    const tell = teller();
    try {
      const tensors = openTensors({ backend, device });
      const predictor = await openPredictor(args, tensors);
      try {
        const { cubes, side, targets, seed, starts, loss } = args;
        const short: Partial<typeof QUICK> = quick ? QUICK : {};
        const { pairs = short.pairs, iterations = short.iterations, size = short.size } = args;
        const what = { cubes, side, targets, pairs, iterations, size, seed, starts, loss };
        const tools = { device, tensors, predictor, saved, signal: interrupt.signal };
        for await (const event of measureAmortised({ ...what, ...tools })) {
          await report.add(event);
          if (json) console.log(toJson(event));
          tell(event);
        }
      } finally {
        predictor.dispose();
      }
    } finally {
      interrupt.release();
      device.close();
      // Also what a device that was lost had done.
      if (report.pairs.length > 0 && report.start) await report.writePictures();
    }
    const some = report.pairs.length > 0;
    if (!json && some) console.log(formatSummary(summarise(report.pairs)));
    const files = some ? Object.values(AMORTISED_FILES) : [AMORTISED_FILES.json];
    console.error(`wrote ${files.join(', ')} into ${out}`);
    if (interrupt.exitCode === undefined) return;
    console.error('go on with --resume');
    process.exitCode = interrupt.exitCode;
  },
};

/** Progress for people: a line for each pair and method. */
function teller(): (event: AmortisedEvent) => void {
  let run = { pairs: 0 };
  let pair = { cube: '', target: '' };
  return (event) => {
    if (event.type === 'start') {
      run = event;
      for (const note of event.notes) console.error(`note: ${note}`);
    } else if (event.type === 'pair') pair = event;
    else if (event.type === 'outcome') console.error(describeOutcome(event, run, pair));
    else if (event.type === 'record' && event.kept) console.error(describeKept(event, run));
  };
}
