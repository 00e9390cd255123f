/**
 * The bundled software Vulkan driver: SwiftShader out of the npm package `@sparticuz/chromium`, unpacked once into a
 * per-user cache folder. It exists for linux x64 only.
 */
import { randomBytes } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { lstat, mkdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { extract } from 'tar';
import { oneLine, VoxstyleError } from '../errors.js';

/** Paths of an unpacked driver. */
export interface BundledDriver {
  /** The manifest that the Vulkan loader reads; it names the driver's library beside it. */
  manifest: string;
  /** A Vulkan loader for systems that have none. */
  loader: string;
}

/** Where the npm package keeps the driver, or undefined when the optional dependency isn't installed. */
export function bundledArchive(): { path: string; version: string } | undefined {
  try {
    // The package exports its entry point only (build/cjs/index.cjs); the archive is found from there.
    const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
    const root = dirname(dirname(dirname(entry)));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    const path = join(root, 'bin', 'swiftshader.tar.br');
    return existsSync(path) ? { path, version } : undefined;
  } catch {
    return undefined;
  }
}

const ENTRIES = ['libvk_swiftshader.so', 'libvulkan.so.1', 'vk_swiftshader_icd.json'];

/**
 * Unpacks the driver unless a cache folder already holds it: first `$XDG_CACHE_HOME/voxstyle` (or `~/.cache/voxstyle`),
 * then a folder of the user's own below the system's folder for temporary files. Processes that do so at once are safe:
 * each unpacks beside the final place, and the first to rename wins.
 *
 * @throws VoxstyleError `cannot-write` when neither folder can be written, `bad-input` when the archive is damaged.
 */
export async function unpackBundledDriver(archive: { path: string; version: string }): Promise<BundledDriver> {
  const name = `swiftshader-${archive.version}`;
  const refusals: string[] = [];
  for (const prepare of [userCache, temporaryCache]) {
    try {
      const folder = join(await prepare(), name);
      await unpack(archive.path, folder);
      return { manifest: join(folder, 'vk_swiftshader_icd.json'), loader: join(folder, 'libvulkan.so.1') };
    } catch (error) {
      if (error instanceof VoxstyleError) throw error;
      refusals.push((error as Error).message);
    }
  }
  throw new VoxstyleError('cannot-write', {
    where: 'cache folder of the bundled Vulkan driver',
    expected: 'a folder that can be written',
    found: refusals.join(' and '),
    fix: 'set XDG_CACHE_HOME to a folder that can be written, with 10 MB free',
  });
}

/** The folder for caches of this user's voxstyle, which may have to be made. */
async function userCache(): Promise<string> {
  const configured = process.env.XDG_CACHE_HOME ?? '';
  // The XDG specification has relative paths ignored.
  const folder = join(isAbsolute(configured) ? configured : join(homedir(), '.cache'), 'voxstyle');
  await mkdir(folder, { recursive: true });
  return folder;
}

/** A private folder in a place that all users share. One that another user made could hold that user's code. */
async function temporaryCache(): Promise<string> {
  const user = process.getuid?.() ?? 0;
  const folder = join(tmpdir(), `voxstyle-${user}`);
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== user || (found.mode & 0o022) !== 0) {
    throw new Error(`${folder} belongs to another user or can be written by one`);
  }
  return folder;
}

/** Fills `folder` from the archive, whole or not at all. A folder from which a cleaner took files is made anew. */
async function unpack(archive: string, folder: string): Promise<void> {
  if (isComplete(folder)) return;
  const sibling = `${folder}.${process.pid}-${randomBytes(4).toString('hex')}.partial`;
  try {
    await mkdir(sibling);
    await extractEntries(archive, sibling);
    await rename(sibling, folder).catch(async (error) => {
      if (isComplete(folder)) return;
      if (!existsSync(folder)) throw error;
      await rm(folder, { recursive: true, force: true });
      await rename(sibling, folder);
    });
  } catch (error) {
    // Another process may have replaced an incomplete folder in between; what counts is that it is there.
    if (!isComplete(folder)) throw error;
  } finally {
    await rm(sibling, { recursive: true, force: true }).catch(() => {});
  }
}

function isComplete(folder: string): boolean {
  return ENTRIES.every((name) => existsSync(join(folder, name)));
}

/** Writes the driver's files of the archive into `folder`; the archive also holds an OpenGL driver, which is left out. */
async function extractEntries(archive: string, folder: string): Promise<void> {
  const damaged = (found: string, cause?: unknown) =>
    new VoxstyleError(
      'bad-input',
      { where: archive, expected: `a tar archive with ${ENTRIES.join(', ')}`, found, fix: 'run npm install again' },
      { cause },
    );
  try {
    await pipeline(
      createReadStream(archive),
      createBrotliDecompress(),
      extract({
        cwd: folder,
        strict: true,
        preserveOwner: false,
        filter: (path) => ENTRIES.includes(basename(path)),
      }),
    );
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (['EACCES', 'EDQUOT', 'ENOSPC', 'EPERM', 'EROFS'].includes(code ?? '')) throw cause;
    throw damaged(oneLine(message), cause);
  }
  if (!isComplete(folder)) throw damaged('an archive without them');
}
