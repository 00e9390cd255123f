import type { Features } from './features.js';
import { filterBank } from './filter-bank.js';
import { loadNetwork } from './network.js';

export type { Extraction, Features, Layer, Maps } from './features.js';
export { filterBank, loadNetwork };

/**
 * @param path a network's manifest; without one, the filter bank.
 * @throws VoxstyleError as loadNetwork.
 */
export async function loadFeatures(path: string | undefined): Promise<Features> {
  return path === undefined ? filterBank : loadNetwork(path);
}
