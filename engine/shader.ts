import { readFileSync } from 'node:fs';

/** Values of the constants that a kernel is specialised by; they become WGSL `const` declarations before its code. */
export type Constants = Readonly<Record<string, number>>;

/** The kernels' folder. */
export const SHADERS = new URL('../wgsl/', import.meta.url);
const IMPORT = /^#import "([\w.-]+)"$/gm;

/** A .wgsl file of `folder` with its `#import "name.wgsl"` lines replaced by the files they name, each of them once. */
export function assemble(name: string, folder = SHADERS, seen = new Set<string>()): string {
  seen.add(name);
  return readFileSync(new URL(name, folder), 'utf8').replace(IMPORT, (_line, imported: string) =>
    seen.has(imported) ? '' : assemble(imported, folder, seen),
  );
}

export function declare(constants: Constants): string {
  return Object.entries(constants)
    .map(([name, value]) => `const ${name} = ${value}u;\n`)
    .join('');
}
