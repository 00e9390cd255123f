/** All that a document has to say. */
export const MINIMAL = {
  version: 1,
  channels: [
    {
      knots: [
        { x: 0.25, color: [0.1, 0.2, 0.3], extinction: 0 },
        { x: 0.75, color: [0.4, 0.5, 0.6], extinction: 9 },
      ],
    },
  ],
};

type Node = Record<string, unknown>;

/** A copy of the minimal document with `value` at a path, which is made if need be. */
export function edited(path: string, value: unknown): unknown {
  const copy: Node = structuredClone(MINIMAL);
  const steps = path.split('.');
  const last = steps.pop()!;
  let node = copy;
  for (const step of steps) {
    node[step] ??= {};
    node = node[step] as Node;
  }
  node[last] = value;
  return copy;
}

export const knots = (...xs: number[]) => xs.map((x) => ({ x, color: [0, 0, 0], extinction: 1 }));
