import type { Features } from './features.js';
import { filterBank } from './filter-bank.js';
import { loadNetwork } from './network.js';
import { shippedPath } from './shipped.js';

export type { Extraction, Features, Layer, Maps } from './features.js';
export { filterBank, loadNetwork };

/** The filter bank's name, and what features are when nobody says. */
export const FILTER_BANK = 'filter-bank';

/**
 * @param name `filter-bank`; `f_style`, the network that comes with the package (networks/weights/f_style.md); or the
 *   path of a network's manifest, as in `./f_style` for a file of that name.
 * @throws VoxstyleError as loadNetwork.
 */
export async function loadFeatures(name: string = FILTER_BANK): Promise<Features> {
  if (name === FILTER_BANK) return filterBank;
  return loadNetwork(name === 'f_style' ? shippedPath(name) : name);
}
