#!/usr/bin/env node
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { EXIT_CODES, oneLine, VoxstyleError } from '../errors.js';
import { bench } from './bench.js';
import { compare } from './compare.js';
import { doctor } from './doctor.js';
import { gradcheck } from './gradcheck.js';
import { losses } from './losses.js';
import { predict } from './predict.js';
import { refine } from './refine.js';
import { render } from './render.js';
import { style } from './style.js';
import { train } from './train.js';

// A reader that goes away (a pager, head) is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

/** What yargs itself finds wrong: an unknown option, a missing one, a value that is not among the choices. */
class CommandLineError extends Error {}

const words = hideBin(process.argv);
try {
  await yargs(words)
    .scriptName('voxstyle')
    .usage('$0 <command>\n\nMatch the look of a volume rendering.')
    // An option given twice counts as given last.
    .parserConfiguration({ 'duplicate-arguments-array': false })
    .command(render)
    .command(refine)
    .command(predict)
    .command(compare)
    .command(losses)
    .command(gradcheck)
    .command(doctor)
    .command(bench)
    .command(train)
    .command(style)
    .demandCommand(1, 'no command was named')
    .strict()
    .version()
    .help()
    .wrap(110)
    .exitProcess(false)
    .fail((message, error) => {
      throw error instanceof VoxstyleError ? error : new CommandLineError(message ?? error.message);
    })
    .parseAsync();
} catch (error) {
  const { message, code, exitCode } = report(error);
  if (words.includes('--json')) console.log(JSON.stringify({ type: 'error', code, message }));
  console.error(`voxstyle: ${message}`);
  if (process.env.VOXSTYLE_DEBUG) console.error(error);
  process.exitCode = exitCode;
}

function report(error: unknown): { message: string; code: string; exitCode: number } {
  if (error instanceof VoxstyleError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof CommandLineError) {
    return { message: oneLine(`${message}; see voxstyle --help`), code: 'usage', exitCode: EXIT_CODES.usage };
  }
  return {
    message: oneLine(`internal error: ${message}; set VOXSTYLE_DEBUG=1 to see where, and report it`),
    code: 'internal',
    exitCode: EXIT_CODES.internal,
  };
}
