import { fileURLToPath } from 'node:url';

/** Networks that come with the package, by the names they go by in place of a path: f_style's manifest, f_predict's weights. */
const SHIPPED = {
  f_style: new URL('../networks/weights/f_style.json', import.meta.url),
  f_predict: new URL('../networks/weights/f_predict.safetensors', import.meta.url),
} as const;

export type ShippedName = keyof typeof SHIPPED;

/** Where a shipped network is. */
export const shippedPath = (name: ShippedName): string => fileURLToPath(SHIPPED[name]);
