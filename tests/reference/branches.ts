/**
 * The image formation has kinks: clamps, floors, cells, planes and the choice of a knot segment. All of them are decided through this
 * file, so that one evaluation's decisions can be recorded and another made to follow them. With its branches frozen at
 * Ψ₀ the picture is a smooth function of Ψ, whose derivative at Ψ₀ is the one-sided one that the Kinks table of
 * engine/image-formation.md names; central differences of it are therefore valid everywhere, on a kink too.
 */
export interface BranchPoints {
  /** The branch to follow, a 16-bit integer: the one that was decided on, or what was recorded in its place. */
  take(decided: number): number;
  /** The value that `value` had when the branches were recorded; `value` itself while nothing is frozen. */
  anchor(value: number): number;
}

/** The decisions of one evaluation in the order in which they were taken. */
export interface BranchRecord {
  readonly decisions: Int16Array;
  readonly anchors: Float64Array;
}

/** Decides from the values. */
export const LIVE: BranchPoints = { take: (decided) => decided, anchor: (value) => value };

/** Decides from the values, and remembers. */
export class BranchRecorder implements BranchPoints {
  readonly #decisions: number[] = [];
  readonly #anchors: number[] = [];

  take(decided: number): number {
    this.#decisions.push(decided);
    return decided;
  }

  anchor(value: number): number {
    this.#anchors.push(value);
    return value;
  }

  record(): BranchRecord {
    return { decisions: Int16Array.from(this.#decisions), anchors: Float64Array.from(this.#anchors) };
  }
}

/** Follows a record, whatever the values say. */
export class BranchReplay implements BranchPoints {
  readonly #record: BranchRecord;
  #decision = 0;
  #anchor = 0;

  constructor(record: BranchRecord) {
    this.#record = record;
  }

  take(): number {
    return this.#record.decisions[this.#decision++]!;
  }

  anchor(): number {
    return this.#record.anchors[this.#anchor++]!;
  }

  /** @throws if the record was made by another evaluation: one of other rays, or with other channels enabled. */
  close(): void {
    const { decisions, anchors } = this.#record;
    if (this.#decision === decisions.length && this.#anchor === anchors.length) return;
    throw new Error(`BranchReplay: took ${this.#decision} decisions of a record of ${decisions.length}`);
  }
}

/** FNV-1a over the decisions. Two Ψ with one signature have, but for hash collisions, no kink between their branches. */
export function signature(...records: BranchRecord[]): number {
  let hash = 0x811c9dc5;
  for (const { decisions } of records) {
    for (const byte of new Uint8Array(decisions.buffer)) hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash >>> 0;
}

/** Bases under this are taken for near the singularity that x^p has at 0. */
const TOE = 2 ** -8;

/**
 * base^exponent for base > 0. Near 0 a power bends on the scale of its own argument, however small, so a difference
 * quotient's step would reach beyond the branch. There the frozen function is the tangent at the recorded base, which has
 * the same value and the same derivatives by base and exponent at Ψ₀. Elsewhere a step may carry the base below 0, where
 * there is no power to follow; it ends at 0, and the quotients tend to the derivative as their steps shrink.
 */
export function power(base: number, exponent: number, branches: BranchPoints): number {
  const anchor = branches.anchor(base);
  if (anchor >= TOE) return Math.max(base, 0) ** exponent;
  return anchor ** exponent * (1 + exponent * (base / anchor - 1));
}
