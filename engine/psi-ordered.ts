/**
 * Cumulative softmax: n values a ≤ v_1 ≤ … ≤ v_n ≤ b from n reals. The n + 1 gaps are softmax(z_1, …, z_n, 0)·(b − a),
 * each kept from vanishing by a floor, so that knots never coincide while they are being optimized.
 */

/** The least gap, as a share of b − a. Closer values are moved apart to it when they are freed. */
const GAP_FLOOR = 1e-4;

function shares(reals: ArrayLike<number>): number[] {
  const logits = [...Array.from(reals), 0];
  const top = Math.max(...logits);
  const exps = logits.map((z) => Math.exp(z - top));
  const sum = exps.reduce((a, b) => a + b, 0);
  return exps.map((e) => e / sum);
}

/** What the floors leave to be shared out. */
const spread = (n: number) => 1 - (n + 1) * GAP_FLOOR;

export function orderedToValues(reals: ArrayLike<number>, a: number, b: number): number[] {
  const gaps = shares(reals).map((share) => GAP_FLOOR + spread(reals.length) * share);
  let sum = 0;
  return gaps.slice(0, -1).map((gap) => {
    sum += gap;
    return a + (b - a) * sum;
  });
}

export function orderedToReals(values: readonly number[], a: number, b: number): number[] {
  const ends = [a, ...values, b];
  // Half a floor above the floor, so that the logarithm stays finite where values coincide.
  const gaps = ends
    .slice(1)
    .map((end, i) => Math.max((end - ends[i]!) / (b - a) - GAP_FLOOR, GAP_FLOOR / 2) / spread(values.length));
  const last = Math.log(gaps.at(-1)!);
  return gaps.slice(0, -1).map((gap) => Math.log(gap) - last);
}

/** dL/dz from dL/dv: with w_j the sum of dL/dv over the values above gap j, dL/dz_i = s_i·(w_i − Σ_j s_j w_j)·(b − a). */
export function orderedPullback(reals: ArrayLike<number>, gradient: readonly number[], a: number, b: number): number[] {
  const s = shares(reals);
  const above = new Array<number>(s.length).fill(0);
  for (let i = gradient.length - 1; i >= 0; i--) above[i] = above[i + 1]! + gradient[i]!;
  const mean = s.reduce((sum, share, j) => sum + share * above[j]!, 0);
  return s.slice(0, -1).map((share, i) => (b - a) * spread(gradient.length) * share * (above[i]! - mean));
}
