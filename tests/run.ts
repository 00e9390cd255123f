import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

/**
 * Runs every *.test.ts below this folder (or those whose path holds a word given as an argument) in one process, so that
 * they share one device, and closes with the line `N passed, N failed`. A run of zero tests, or with a test left out, fails.
 */
const root = fileURLToPath(new URL('.', import.meta.url));
const words = process.argv.slice(2);
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
  .sort();

// uvu's own runner does the same through these globals; it has no public call that takes a list of files.
const shared = globalThis as unknown as { UVU_DEFER: number; UVU_QUEUE: unknown[][]; UVU_INDEX: number };
shared.UVU_DEFER = 1;
shared.UVU_QUEUE = [];
const { exec } = await import('uvu');
for (const [index, name] of files.entries()) {
  shared.UVU_INDEX = index;
  shared.UVU_QUEUE[index] = [name];
  await import(pathToFileURL(join(root, name)).href);
}

// uvu returns nothing, so its totals are read off what it prints.
let printed = '';
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = ((chunk: string | Uint8Array, ...rest: []) => {
  printed += chunk;
  return write(chunk, ...rest);
}) as typeof process.stdout.write;
await exec(false);
process.stdout.write = write;

const totals = stripVTControlCharacters(printed);
const count = (label: string) => Number(totals.match(new RegExp(`^ *${label}: +(\\d+)$`, 'm'))?.[1] ?? 0);
const total = count('Total');
const passed = count('Passed');
console.log(`${passed} passed, ${total - passed + count('Skipped')} failed`);
process.exit(total > 0 && passed === total && count('Skipped') === 0 ? 0 : 1);
