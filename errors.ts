/**
 * The one kind of error that voxstyle throws on purpose. Its message is a single line that names what was
 * looked at, what was expected, what was found and what to do; its `code` decides the exit status of the command.
 */
export const EXIT_CODES = {
  /** The command line or an option's value is wrong. */
  usage: 2,
  /** A file was read and its content can't be used. */
  'bad-input': 65,
  /** A file or folder that was named isn't there or can't be opened. */
  'missing-input': 66,
  /** No WebGPU adapter of the tiers that were tried gives a device. */
  'no-device': 69,
  /** A fault of voxstyle's own. */
  internal: 70,
  /** An output can't be written. */
  'cannot-write': 73,
  /** The device was lost while at work; the same command may succeed when tried again. */
  'device-lost': 75,
} as const;

export type ErrorCode = keyof typeof EXIT_CODES;

/** What an error says, in the order in which it is printed. `fix` is an imperative: what the reader does next. */
export interface ErrorParts {
  /** The file, option, kernel or field that the error is about. */
  where: string;
  expected: string;
  found: string;
  fix: string;
}

export class VoxstyleError extends Error {
  override readonly name = 'VoxstyleError';
  readonly code: ErrorCode;
  readonly parts: ErrorParts;

  constructor(code: ErrorCode, parts: ErrorParts, options?: { cause?: unknown }) {
    super(oneLine(`${parts.where}: expected ${parts.expected}, found ${parts.found}; ${parts.fix}`), options);
    this.code = code;
    this.parts = parts;
  }

  get exitCode(): number {
    return EXIT_CODES[this.code];
  }
}

/** The error of a wrong option, selector or other choice of the caller's. */
export function usage(where: string, expected: string, found: string, fix: string): VoxstyleError {
  return new VoxstyleError('usage', { where, expected, found, fix });
}

/** Folds any text to one line, so that a path or a driver's message can't break the promise of one line. */
export function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ').trim();
}
