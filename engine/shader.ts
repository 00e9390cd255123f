import { readFileSync } from 'node:fs';

/** Values of the constants that a kernel is specialised by; they become WGSL `const` declarations before its code. */
export type Constants = Readonly<Record<string, number>>;

const FOLDER = new URL('../wgsl/', import.meta.url);
const IMPORT = /^#import "([\w.-]+)"$/gm;

/** A .wgsl file with its `#import "name.wgsl"` lines replaced by the files they name, each of them once. */
export function assemble(name: string, seen = new Set<string>()): string {
  seen.add(name);
  return readFileSync(new URL(name, FOLDER), 'utf8').replace(IMPORT, (_line, imported: string) =>
    seen.has(imported) ? '' : assemble(imported, seen),
  );
}

export function declare(constants: Constants): string {
  return Object.entries(constants)
    .map(([name, value]) => `const ${name} = ${value}u;\n`)
    .join('');
}
