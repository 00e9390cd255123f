import { type ErrorParts, VoxstyleError } from '../errors.js';

/** The error for a file that was read and can't be used as a cube. `cause` is the library's exception, if one led here. */
export function badInput(
  where: string,
  parts: Omit<ErrorParts, 'where'>,
  options?: { cause?: unknown },
): VoxstyleError {
  return new VoxstyleError('bad-input', { where, ...parts }, options);
}

/** The error for an option of the command line that is missing or wrong. */
export function wrongUsage(where: string, parts: Omit<ErrorParts, 'where'>): VoxstyleError {
  return new VoxstyleError('usage', { where, ...parts });
}

/** What an unknown thrown value says. */
export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** The refusal of a sample type of more than 32 bits, the same for every format. */
export function tooManyBits(where: string, found: string): VoxstyleError {
  return badInput(where, {
    expected: 'integer or float samples of at most 32 bits',
    found,
    fix: 'convert it to float32, or to uint16, and try again',
  });
}
