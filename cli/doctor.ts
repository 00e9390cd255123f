import type { CommandModule } from 'yargs';
import { diagnose, formatDiagnosis } from '../engine/doctor.js';
import { EXIT_CODES } from '../errors.js';

export const doctor: CommandModule<object, { json: boolean }> = {
  command: 'doctor',
  describe: 'say which devices there are, test them, and what to do about those that fail',
  builder: { json: { type: 'boolean', default: false, describe: 'the diagnosis as JSON on stdout' } },
  async handler({ json }) {
    const diagnosis = await diagnose();
    console.log(json ? JSON.stringify(diagnosis) : formatDiagnosis(diagnosis));
    if (diagnosis.chosen === null) process.exitCode = EXIT_CODES['no-device'];
  },
};
