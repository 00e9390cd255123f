import { usage } from '../errors.js';
import { listOf } from './psi-blocks.js';
import { keyOf, SCALARS, type ScalarSpec } from './psi-scalars.js';
import { matches } from './psi-vector.js';

function select(selector: string, paths: readonly string[]): number[] {
  const found = paths.flatMap((path, i) => (matches(selector, path) ? [i] : []));
  if (found.length > 0) return found;
  const roots = [...new Set(paths.map((path) => path.split('.')[0]))].join(', ');
  throw usage(
    'parameters',
    `a path into Ψ (below ${roots})`,
    `'${selector}'`,
    'name one such as tone or channels.0.knots',
  );
}

/** Free scalars after `freeze`, what it took back, and notes on those that have no gradient. */
export function freeScalars(paths: readonly string[], free: readonly string[], freeze: readonly string[]) {
  const chosen = new Set<number>();
  const notes: string[] = [];
  for (const selector of free) {
    const all = select(selector, paths);
    const able = all.filter((i) => SCALARS[keyOf(paths[i]!)].differentiable);
    if (able.length === 0) {
      throw usage(
        'free',
        'scalars that have a gradient',
        `'${selector}', which has none`,
        'set it in Ψ and leave it frozen',
      );
    }
    if (able.length < all.length) {
      const left = [...new Set(all.filter((i) => !able.includes(i)).map((i) => keyOf(paths[i]!)))];
      notes.push(`${left.join(', ')}: frozen, it has no gradient`);
    }
    for (const i of able) chosen.add(i);
  }
  const frozen = new Set(freeze.flatMap((selector) => select(selector, paths)));
  for (const i of frozen) chosen.delete(i);
  return { chosen, frozen, notes };
}

/** Notes on free scalars that the picture can't show: how surfaces are lit while nothing is reflected, how steep they are while nobody asks. */
export function idleNotes(paths: readonly string[], values: Float64Array, chosen: ReadonlySet<number>): string[] {
  const free = (group: string) => [...chosen].some((i) => matches(group, paths[i]!));
  /** Frozen at a value that leaves the picture as it is. */
  const off = (selector: string, neutral: number) =>
    paths.every((path, i) => !matches(selector, path) || (values[i] === neutral && !chosen.has(i)));
  const unlit = off('shading.diffuse', 0) && off('shading.specular', 0);
  const unused = unlit && off('shading.ambient', 1) && off('channels.*.gradientOpacity', 0);
  return [
    ...(free('lights') && unlit
      ? ['lights: no effect while shading.diffuse and shading.specular are 0 and frozen']
      : []),
    ...(free('surface') && unused ? ['surface: no effect while shading and gradientOpacity are off and frozen'] : []),
  ];
}

/** Whether two scalars can share one value: the background's two colours can, a gamma and a density can't. */
function sameKind(path: string, other: string): boolean {
  const kind = ({ unit, bounds, bijection, differentiable }: ScalarSpec) => [
    unit,
    ...bounds,
    bijection,
    differentiable,
  ];
  return kind(SCALARS[keyOf(path)]).join() === kind(SCALARS[keyOf(other)]).join();
}

const movesInList = (path: string) => ['ordered', 'interval'].includes(SCALARS[keyOf(path)].bijection);

/** Tied scalars, leader first, one list a coordinate: the tie of two paths pairs what is below them. */
export function tieScalars(paths: readonly string[], ties: readonly (readonly string[])[]): number[][] {
  const tied = new Set<number>();
  return ties.flatMap((tie) => {
    const groups = tie.map((selector) => select(selector, paths));
    const [leader] = groups;
    for (const i of groups.flat()) {
      if (tied.has(i))
        throw usage('parameters.tied', 'each scalar once', `'${paths[i]}' twice`, 'join its ties into one');
      tied.add(i);
    }
    for (const [i, group] of groups.entries()) {
      // Part of a list tied elsewhere could leave its order.
      const lists = new Set(
        group
          .map((m) => paths[m]!)
          .filter(movesInList)
          .map(listOf),
      );
      const whole = paths.filter((path) => movesInList(path) && lists.has(listOf(path)));
      if (!whole.every((path) => group.includes(paths.indexOf(path)))) {
        throw usage(
          'parameters.tied',
          'a whole window, all knots, or both clip planes of an axis',
          `'${tie[i]}'`,
          'tie channels.N.window, channels.N.knots or clip.*.N',
        );
      }
      if (group.length !== leader!.length || !group.every((m, j) => sameKind(paths[m]!, paths[leader![j]!]!))) {
        throw usage('parameters.tied', 'paths of the same kind', `'${tie[0]}' with '${tie[i]}'`, 'tie like with like');
      }
    }
    return leader!.map((_, j) => groups.map((group) => group[j]!));
  });
}
