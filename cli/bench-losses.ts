import type { Argv, CommandModule } from 'yargs';
import { toJson } from '../bench/losses/events.js';
import { describeCell, formatCells } from '../bench/losses/format.js';
import { measureLosses } from '../bench/losses/measure.js';
import { LOSSES_DEFAULTS } from '../bench/losses/plan.js';
import { LOSSES_FILES, LossesReport, readCells } from '../bench/losses/report.js';
import { openDevice } from '../engine/device.js';
import { loadFeatures } from '../features/index.js';
import { last } from './bench-speed.js';
import { featureOptions } from './loss-options.js';
import { deviceOption, deviceOptions, jsonOption, number, optional, selectors } from './options.js';
import { onInterrupt } from './signals.js';

/** Options that count each time. */
const REPEATED = ['cube', 'target', '_'];

const numeric = (name: string, describe: string, least: number) =>
  ({
    type: 'string',
    describe,
    coerce: (given: string | string[] | undefined) => optional(number(name, { whole: true, least }))(last(given)),
  }) as const;

const builder = (args: Argv) =>
  featureOptions(jsonOption(deviceOption(args)))
    // Of all others the last does, as in every command.
    .parserConfiguration({ 'duplicate-arguments-array': true })
    .middleware((argv) => {
      for (const name of Object.keys(argv)) if (!REPEATED.includes(name)) argv[name] = last(argv[name]);
    }, true)
    .option('cube', {
      type: 'string',
      array: true,
      describe: 'volume to refine, again for more, as in bench speed; a phantom and an MR head without',
    })
    .option('target', { type: 'string', array: true, describe: 'picture, again for more; two examples without' })
    .option('loss', { type: 'string', describe: 'losses, each to be used alone, as in swd,gram; all without' })
    .option('free', { type: 'string', describe: 'what may change, as in tone,channels.0.knots' })
    .option('iterations', numeric('iterations', `of each refinement, at most (${LOSSES_DEFAULTS.iterations})`, 0))
    .option('size', numeric('size', `longer side of the pictures, in pixels (${LOSSES_DEFAULTS.size})`, 1))
    .option('out', {
      type: 'string',
      default: 'out/losses',
      describe: `folder for ${Object.values(LOSSES_FILES).join(', ')}`,
    })
    .option('resume', { type: 'boolean', default: false, describe: 'keep the cells that are in --out' });

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

export const losses: CommandModule<object, Arguments> = {
  command: 'losses',
  describe: 'a contact sheet of what each loss makes of volumes and targets, and what it does to other losses',
  builder: builder as CommandModule<object, Arguments>['builder'],
  async handler({ out, resume, json, device: tier, cube: cubes, target: targets, loss, nnBackend: backend, ...args }) {
    const saved = resume ? await readCells(out) : undefined;
    const features = await loadFeatures(args.features);
    const free = selectors(args.free);
    const { iterations, size } = args;
    const device = await openDevice(deviceOptions(tier));
    const interrupt = onInterrupt();
    const report = new LossesReport(out, saved?.cells);
    const what = { cubes, targets, losses: loss, features, backend, free, iterations, size };
    try {
      for await (const event of measureLosses({ ...what, device, saved, signal: interrupt.signal })) {
        await report.add(event);
        if (json) console.log(toJson(event));
        if (event.type === 'start') for (const note of event.notes) console.error(`note: ${note}`);
        if (event.type === 'cell' || event.type === 'refused') console.error(describeCell(event, report.start!.cells));
      }
    } finally {
      interrupt.release();
      features.dispose();
      device.close();
      // Also what a device that was lost had done.
      if (report.columns.length > 0) await report.writeSheet();
    }
    if (!json && report.cells.length > 0) console.log(formatCells(report.cells, report.start!.gauges));
    const { json: record, ...pictures } = LOSSES_FILES;
    const files = report.columns.length > 0 ? [record, ...Object.values(pictures)] : [record];
    console.error(`wrote ${files.join(', ')} into ${out}`);
    if (interrupt.exitCode === undefined) return;
    console.error('go on with --resume');
    process.exitCode = interrupt.exitCode;
  },
};
