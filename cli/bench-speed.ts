import type { Argv, CommandModule } from 'yargs';
// A benchmark is made of everything, so its folder comes last; beside gradcheck the one import from below.
import type { SpeedEvent } from '../bench/speed/events.js';
import { formatReport } from '../bench/speed/format.js';
import { SPEED_FILES, SpeedReport } from '../bench/speed/report.js';
import { measureSpeed } from '../bench/speed/speed.js';
import { openDevice } from '../engine/device.js';
import { EXIT_CODES } from '../errors.js';
import { deviceOption, deviceOptions, jsonOption, number, optional } from './options.js';
import { onInterrupt } from './signals.js';

/** The last of an option that was given several times. */
export const last = <T>(value: T | T[]): T => (Array.isArray(value) ? (value.at(-1) as T) : value);

const builder = (args: Argv) =>
  jsonOption(deviceOption(args))
    // --cube counts each time; of all others the last does, as in every command.
    .parserConfiguration({ 'duplicate-arguments-array': true })
    .middleware((argv) => {
      for (const name of Object.keys(argv)) if (name !== 'cube' && name !== '_') argv[name] = last(argv[name]);
    }, true)
    .option('out', {
      type: 'string',
      default: 'out/bench',
      describe: `folder for ${Object.values(SPEED_FILES).join(', ')}`,
    })
    .option('peers', { type: 'string', describe: 'folder of simd_limit.cpp and torch_autograd.py, to be run beside' })
    .option('cube', {
      type: 'string',
      array: true,
      describe:
        'volume to measure, again for more; a raw file as in a.raw.gz:256x256x128:uint8[:1x1x2]; two phantoms without',
    })
    .option('runs', {
      type: 'string',
      describe: 'rounds that count (5)',
      coerce: (given: string | string[] | undefined) =>
        optional(number('runs', { whole: true, least: 1 }))(last(given)),
    })
    .option('quick', { type: 'boolean', default: false, describe: 'tiny scenes: does everything run?' });

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

export const speed: CommandModule<object, Arguments> = {
  command: 'speed',
  describe: 'how fast pictures and gradients are on your device, beside other programs, and what they cost by what',
  builder: builder as CommandModule<object, Arguments>['builder'],
  async handler({ out, peers, cube: cubes, runs = 5, quick, json, device: tier }) {
    const device = await openDevice(deviceOptions(tier));
    const interrupt = onInterrupt();
    const report = new SpeedReport();
    const tell = teller();
    try {
      for await (const event of measureSpeed({ device, runs, quick, signal: interrupt.signal, peers, cubes })) {
        report.add(event);
        // A folder that can't be written is found out before anything is measured.
        if (event.type === 'start') await report.writeJson(out);
        if (json) console.log(JSON.stringify(event));
        tell(event);
      }
    } finally {
      interrupt.release();
      device.close();
      // Also what a device that was lost had done.
      if (report.start) await report.writeJson(out);
    }
    const charted = await report.writeChart(out);
    if (!json) console.log(formatReport(report));
    console.error(`wrote ${charted ? `${SPEED_FILES.json}, ${SPEED_FILES.chart}` : SPEED_FILES.json} into ${out}`);
    if (report.done && report.done.disagreeing.length > 0) process.exitCode = EXIT_CODES.internal;
    if (interrupt.exitCode !== undefined) process.exitCode = interrupt.exitCode;
  },
};

/** Progress for people: what is being measured, and what was left out. */
function teller(): (event: SpeedEvent) => void {
  let measuring = '';
  return (event) => {
    if (event.type === 'measuring') {
      measuring = event.scene;
      console.error(`measuring ${measuring}`);
    } else if (event.type === 'missing' || event.type === 'skipped') {
      console.error(`  ${event.type}: ${event.way}: ${event.reason}`);
    } else if (event.type === 'row' && event.scene === measuring) {
      // The base of a sweep may have been measured for another.
      console.error(`  ${event.way}: ${(event.timings.both ?? event.timings.fetch)?.median.toFixed(1)} ms`);
    }
  };
}
