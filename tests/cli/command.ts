import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
/** Found from here: a command may run in another folder, where tsx isn't installed. */
const TSX = import.meta.resolve('tsx');

export interface Finished {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  /** Without what Dawn prints past Node. */
  stderr: string;
}

/** Runs `voxstyle` from its sources, on the bundled device unless the environment says otherwise. */
export function voxstyle(
  words: readonly string[],
  { onLine = (_line: string, _kill: (signal: NodeJS.Signals) => void) => {} } = {},
) {
  const env = { ...process.env, VOXSTYLE_DEVICE: process.env.VOXSTYLE_DEVICE ?? 'bundled' };
  const child = spawn(process.execPath, ['--import', TSX, MAIN, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  let unread = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
    const lines = (unread + chunk).split('\n');
    unread = lines.pop()!;
    for (const line of lines) onLine(line, (signal) => child.kill(signal));
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr: withoutDawn(stderr) }));
  });
}

const withoutDawn = (text: string) =>
  text.replace(/^(Warning: max\w+ artificially reduced.*|.*vkCreateInstance.*)\n/gm, '');

/** A fresh folder that is removed when the tests end. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'voxstyle-test-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
