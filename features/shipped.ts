import { fileURLToPath } from 'node:url';

/** Manifests of the networks that come with the package, by the names they go by in place of a path. */
const SHIPPED = {
  f_style: new URL('../networks/weights/f_style.json', import.meta.url),
} as const;

export type ShippedName = keyof typeof SHIPPED;

export const isShipped = (name: string): name is ShippedName => Object.hasOwn(SHIPPED, name);

/** Where a shipped network's manifest is. */
export const shippedPath = (name: ShippedName): string => fileURLToPath(SHIPPED[name]);
