import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { VoxstyleError } from './errors.js';

/**
 * Writes a file whole or not at all: the bytes go to a sibling with a name of its own, which is then renamed over
 * `path`. Folders on the way are made. A reader never sees half a file, whatever signal arrives.
 *
 * @throws VoxstyleError `cannot-write` when the folder can't be made or the file can't be written.
 */
export async function writeFileWhole(path: string, data: Uint8Array | string): Promise<void> {
  const sibling = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.partial`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(sibling, data);
    await rename(sibling, path);
  } catch (cause) {
    await rm(sibling, { force: true }).catch(() => {});
    throw new VoxstyleError(
      'cannot-write',
      {
        where: path,
        expected: 'a place that can be written',
        found: (cause as Error).message,
        fix: 'choose another output folder or free space there',
      },
      { cause },
    );
  }
}

/** What a file that is asked for should be, and what to do when it isn't there; both go into the error. */
export interface Wanted {
  expected: string;
  fix: string;
}

/** @throws VoxstyleError `missing-input` when the file isn't there or can't be opened. */
export async function readFileWhole(path: string, { expected, fix }: Wanted): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const found = code === 'EISDIR' ? 'a folder' : code === 'ENOENT' ? 'no such file' : message;
    throw new VoxstyleError('missing-input', { where: path, expected, found, fix }, { cause });
  }
}

/**
 * @param repair what to do when the file isn't JSON.
 * @throws VoxstyleError `missing-input` as readFileWhole, `bad-input` when the file isn't JSON.
 */
export async function readJson(path: string, wanted: Wanted, repair: string): Promise<unknown> {
  const text = (await readFileWhole(path, wanted)).toString('utf8');
  try {
    return JSON.parse(text);
  } catch (cause) {
    const found = (cause as Error).message;
    throw new VoxstyleError('bad-input', { where: path, expected: 'JSON', found, fix: repair }, { cause });
  }
}
