/**
 * What training never sees: the cubes on which networks are validated. Names, not paths, so that a folder of other files holds
 * nothing out. One or two of each kind of volume: CT, MRI, fluorescence of one channel and of two, a simulation.
 */
const HELD_OUT: readonly RegExp[] = [
  /^headsq_/,
  /^tooth\./,
  /^mri-stack\./,
  /^xyz_calibrated_16bit__golgi/,
  /^xyzc_16bit__dna_conf_wf/,
  /^neghip_/,
];

/** Phantoms from this seed on are held out. */
export const HELD_OUT_SEED = 1000;

/** @param name of a file or folder without its path, or of a phantom (`phantom:ct?seed=1000&size=64`). */
export function isHeldOut(name: string): boolean {
  const seed = /^phantom:\w+\?(?:.*&)?seed=(\d+)/.exec(name)?.[1];
  return seed === undefined ? HELD_OUT.some((pattern) => pattern.test(name)) : Number(seed) >= HELD_OUT_SEED;
}
