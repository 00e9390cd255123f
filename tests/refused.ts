import * as assert from 'uvu/assert';
import { VoxstyleError } from '../errors.js';

/** The error of one line that `act` ends with; fails when it doesn't end with one, or when it's no VoxstyleError. */
export async function refused(act: () => unknown): Promise<VoxstyleError> {
  let outcome: unknown;
  try {
    await act();
  } catch (error) {
    outcome = error ?? new Error('something empty was thrown');
  }
  if (outcome === undefined) throw new Error('it was accepted');
  if (!(outcome instanceof VoxstyleError)) throw new Error('it failed without a VoxstyleError', { cause: outcome });
  assert.not.match(outcome.message, /\n/);
  return outcome;
}
