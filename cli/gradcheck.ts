import type { CommandModule } from 'yargs';
import { openDevice } from '../engine/device.js';
import { EXIT_CODES } from '../errors.js';
// The reference is the tests' own, and this command is that test on the user's device: the one import from below.
import { gradcheck as check, type GradcheckCase } from '../tests/reference/gradcheck.js';
import { formatGradcheck, summarise } from '../tests/reference/gradcheck-report.js';
import { deviceOption, deviceOptions, jsonOption, number, optional } from './options.js';

const builder = (args: Parameters<typeof jsonOption>[0]) =>
  jsonOption(deviceOption(args))
    .option('cases', {
      type: 'string',
      describe: 'scenes to check (12)',
      coerce: optional(number('cases', { whole: true, least: 1 })),
    })
    .option('seed', {
      type: 'string',
      describe: 'of the scenes (1)',
      coerce: optional(number('seed', { whole: true })),
    });

type Arguments = Awaited<ReturnType<typeof builder>['argv']>;

export const gradcheck: CommandModule<object, Arguments> = {
  command: 'gradcheck',
  describe: 'check every gradient against a float64 reference, on your device',
  builder: builder as CommandModule<object, Arguments>['builder'],
  async handler({ cases, seed, json, device: tier }) {
    const device = await openDevice(deviceOptions(tier));
    const done: GradcheckCase[] = [];
    try {
      for await (const one of check(device, { ...(cases && { cases }), ...(seed !== undefined && { seed }) })) {
        done.push(one);
        if (json) console.log(JSON.stringify({ type: 'case', ...one }));
        else if (!one.passed) console.error(`case ${one.number} failed: ${one.name}`);
      }
    } finally {
      device.close();
    }
    const summary = summarise(done);
    console.log(
      json ? JSON.stringify({ type: 'summary', device: device.driver, ...summary }) : formatGradcheck(summary),
    );
    if (!summary.passed) process.exitCode = EXIT_CODES.internal;
  },
};
