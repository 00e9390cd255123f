import type { Psi } from './psi.js';
import { keyOf, SCALARS } from './psi-scalars.js';

/** Ψ's scalars in the order of the document: `values[i]` stands at `paths[i]`, as in channels.0.knots.3.color.1. */
export interface PsiVector {
  paths: readonly string[];
  values: Float64Array;
}

type Node = { [key: string]: Node | number };

function walk(node: unknown, path: string, visit: (path: string, value: number, parent: Node, key: string) => void) {
  for (const [key, value] of Object.entries(node as Node)) {
    const here = path === '' ? key : `${path}.${key}`;
    if (typeof value === 'number' && keyOf(here) in SCALARS) visit(here, value, node as Node, key);
    else if (typeof value === 'object' && value !== null) walk(value, here, visit);
  }
}

/** Every scalar of a document. Switches, names, steps and the like are not scalars: `fromVector` takes them from its template. */
export function toVector(psi: Psi): PsiVector {
  const paths: string[] = [];
  const values: number[] = [];
  walk(psi, '', (path, value) => {
    paths.push(path);
    values.push(value);
  });
  return { paths, values: Float64Array.from(values) };
}

/**
 * A copy of `template` with its scalars replaced. The round trip fromVector(psi, toVector(psi).values) is lossless.
 *
 * @param values one value a scalar, in the order of `toVector(template)`.
 */
export function fromVector(template: Psi, values: Float64Array): Psi {
  const psi = structuredClone(template);
  let next = 0;
  walk(psi, '', (_path, _value, parent, key) => {
    parent[key] = values[next++]!;
  });
  if (next !== values.length) throw new RangeError(`fromVector: Ψ has ${next} scalars, got ${values.length} values`);
  return psi;
}

/**
 * Which of the paths a selector names: a path stands for itself and all below it, `*` for any one step.
 * 'tone', 'channels.*.knots' and 'channels.0.window.lo' are selectors.
 */
export function matches(selector: string, path: string): boolean {
  const wanted = selector.split('.');
  const steps = path.split('.');
  return wanted.length <= steps.length && wanted.every((step, i) => step === '*' || step === steps[i]);
}
