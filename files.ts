import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
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
