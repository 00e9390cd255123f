import type { Psi } from '../../engine/psi.js';
import { keyOf, SCALARS, type ScalarSpec } from '../../engine/psi-scalars.js';

type Node = Record<string, unknown>;

/** The value at a path such as 'channels.0.knots.3.color.1'. */
export function getScalar(psi: Psi, path: string): number {
  const value = path.split('.').reduce<unknown>((node, key) => (node as Node | undefined)?.[key], psi);
  if (typeof value !== 'number') throw new Error(`getScalar: no number at ${path}, got ${value}`);
  return value;
}

/** A copy of Ψ with another value at `path`. Nothing is checked, so that a difference may step over a bound. */
export function withScalar(psi: Psi, path: string, value: number): Psi {
  getScalar(psi, path);
  const copy = structuredClone(psi);
  const keys = path.split('.');
  const last = keys.pop()!;
  const parent = keys.reduce((node, key) => node[key] as Node, copy as Node);
  parent[last] = value;
  return copy;
}

/** What the table of scalars says about a path; undefined for a number that isn't in it. */
export function specOf(path: string): ScalarSpec | undefined {
  return (SCALARS as Record<string, ScalarSpec>)[keyOf(path)];
}

/** Every scalar of Ψ that the adjoint has to return a gradient for, in the document's order. */
export function differentiablePaths(psi: Psi): string[] {
  const below = (node: unknown, path: string): string[] => {
    if (typeof node === 'number') return specOf(path)?.differentiable ? [path] : [];
    if (typeof node !== 'object' || node === null) return [];
    return Object.entries(node).flatMap(([key, child]) => below(child, path === '' ? key : `${path}.${key}`));
  };
  return below(psi, '');
}
