import { readFileSync } from 'node:fs';

/** Values of the constants that a kernel is specialised by; they become WGSL `const` declarations before its code. */
export type Constants = Readonly<Record<string, number>>;

/** The kernels' folder. */
export const SHADERS = new URL('../wgsl/', import.meta.url);
const IMPORT = /^#import "([\w.-]+)"$/gm;
const DIRECTIVE = /^#(if|else|endif)(?: (\w+))?$/;

/**
 * A .wgsl file of `folder` with its `#import "name.wgsl"` lines replaced by the files they name, each of them once, and without what
 * stands between `#if NAME` and `#else` or `#endif` where the constant NAME is 0.
 */
export function assemble(name: string, constants: Constants, folder = SHADERS, seen = new Set<string>()): string {
  seen.add(name);
  const source = unloop(choose(readFileSync(new URL(name, folder), 'utf8'), constants, name), constants);
  return source.replace(IMPORT, (_line, imported: string) =>
    seen.has(imported) ? '' : assemble(imported, constants, folder, seen),
  );
}

/**
 * A loop over a single channel, written out: a channel's index is then a constant, which spares SwiftShader the general way to
 * an array's element, lane by lane.
 */
function unloop(source: string, { CHANNELS }: Constants): string {
  return CHANNELS === 1 ? source.replaceAll('for (var c = 0u; c < CHANNELS; c++) {', '{ const c = 0u;') : source;
}

export function declare(constants: Constants): string {
  return Object.entries(constants)
    .map(([name, value]) => `const ${name} = ${value}u;\n`)
    .join('');
}

/** What the conditions leave of a source. */
function choose(source: string, constants: Constants, name: string): string {
  const conditions: boolean[] = [];
  const kept = source.split('\n').filter((line) => {
    const [, word, constant] = DIRECTIVE.exec(line) ?? [];
    if (word === 'if') {
      if (constants[constant!] === undefined) throw new RangeError(`${name}: #if ${constant}, which is no constant`);
      conditions.push(constants[constant!] !== 0);
      return false;
    }
    if (word === undefined) {
      if (/^\s*#/.test(line) && !/^#import "[\w.-]+"$/.test(line)) {
        throw new RangeError(`${name}: ${line.trim()}, which is no directive`);
      }
      return conditions.every(Boolean);
    }
    const condition = conditions.pop();
    if (condition === undefined) throw new RangeError(`${name}: an #${word} without its #if`);
    if (word === 'else') conditions.push(!condition);
    return false;
  });
  if (conditions.length > 0) throw new RangeError(`${name}: an #if without its #endif`);
  return kept.join('\n');
}
