import { VoxstyleError } from '../../errors.js';

/** Runs a command's body; an error made on purpose is told in its one line. */
export async function runCommand(body: () => Promise<void>): Promise<void> {
  await body().catch((error: unknown) => {
    if (!(error instanceof VoxstyleError)) throw error;
    console.error(error.message);
    process.exit(error.exitCode);
  });
}
