import { open, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { VoxstyleError } from '../errors.js';
import { badInput, messageOf } from './refuse.js';

/** The error for a path that can't be opened. */
export function missingInput(path: string, cause: unknown): VoxstyleError {
  const absent = (cause as NodeJS.ErrnoException).code === 'ENOENT';
  return new VoxstyleError(
    'missing-input',
    {
      where: path,
      expected: 'a file or folder that can be read',
      found: absent ? 'nothing there' : messageOf(cause),
      fix: absent ? 'check the path' : 'check its permissions',
    },
    { cause },
  );
}

/**
 * Reads a whole file.
 *
 * @throws VoxstyleError `missing-input` when it can't be opened, `bad-input` when it holds nothing or is over 2 GiB.
 */
export async function readBytes(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_FS_FILE_TOO_LARGE') {
      throw badInput(
        path,
        { expected: 'a file of at most 2 GiB', found: 'a larger one', fix: 'crop or downsample the volume' },
        { cause },
      );
    }
    throw missingInput(path, cause);
  });
  if (bytes.length === 0) throw emptyFile(path);
  return bytes;
}

/** The file's first bytes, `count` or as many as there are. @throws VoxstyleError `missing-input`. */
export async function firstBytes(path: string, count: number): Promise<Uint8Array> {
  const file = await open(path).catch((cause: unknown) => {
    throw missingInput(path, cause);
  });
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

export function emptyFile(path: string): VoxstyleError {
  return badInput(path, { expected: 'a volume', found: 'an empty file (0 bytes)', fix: 'export or copy it again' });
}

const inflate = promisify(gunzip);

/** Undoes gzip. @throws VoxstyleError `bad-input` for data that is cut short or isn't gzip. */
export async function gunzipBytes(path: string, bytes: Uint8Array): Promise<Uint8Array> {
  return inflate(bytes).catch((cause: unknown) => {
    throw badInput(
      path,
      { expected: 'whole gzip data', found: messageOf(cause), fix: 'copy or compress the file again' },
      { cause },
    );
  });
}

/**
 * Checks that a header's promise and the data agree to the byte.
 *
 * @param promise what declares the size, in words: '64×64×32 uint16'.
 * @throws VoxstyleError `bad-input` with both numbers of bytes.
 */
export function checkByteCount(path: string, promise: string, expected: number, found: number): void {
  if (found === expected) return;
  throw badInput(path, {
    expected: `${expected} bytes (${promise})`,
    found: `${found} bytes`,
    fix:
      found < expected
        ? 'the data is cut short or declared too large: copy it again or correct the sizes and type'
        : 'it is declared too small: correct the sizes and type',
  });
}
