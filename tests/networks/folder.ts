import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = mkdtempSync(join(tmpdir(), 'voxstyle-networks-'));
process.on('exit', () => rmSync(root, { recursive: true, force: true }));

/** A path in a folder that is removed when the process ends. */
export const folder = (...names: string[]): string => join(root, ...names);
