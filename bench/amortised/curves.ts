import { METHODS, type Method, type PairRecord, SETTINGS, type Setting } from './events.js';
import { bestSoFar } from './refined.js';
import { median } from './summary.js';

export type Axis = 'iterations' | 'seconds';

/** A point of a line of the chart: the median over a setting's pairs of the best loss so far. */
export interface CurvePoint {
  setting: Setting;
  method: Method;
  axis: Axis;
  at: number;
  loss: number;
}

/** Points of a line; fewer where there are fewer iterations. */
const POINTS = 80;

interface Steps {
  at: readonly number[];
  best: readonly number[];
}

/** The best loss so far at each of the places, by setting and method. Before a pair's first loss, and after its end, see `valueAt`. */
export function curvePoints(pairs: readonly PairRecord[]): CurvePoint[] {
  return SETTINGS.flatMap((setting) =>
    METHODS.flatMap((method) => {
      const curves = pairs
        .filter((pair) => pair.setting === setting)
        .flatMap(({ outcomes }) => outcomes.filter((one) => one.method === method))
        .flatMap(({ curve }) => (curve ? [curve] : []));
      if (curves.length === 0) return [];
      return (['iterations', 'seconds'] as const).flatMap((axis) => {
        const steps = curves.map((curve): Steps => ({ at: curve[axis], best: bestSoFar(curve) }));
        return placesOf(steps, axis).map((at): CurvePoint => {
          return { setting, method, axis, at, loss: median(steps.map((one) => valueAt(one, at)))! };
        });
      });
    }),
  );
}

/** From where all pairs have a loss to where the last one ends: evenly, seconds evenly in their logarithm. */
function placesOf(steps: readonly Steps[], axis: Axis): number[] {
  const first = Math.max(...steps.map(({ at }) => at[0]!));
  const last = Math.max(...steps.map(({ at }) => at.at(-1)!));
  const places = Array.from({ length: POINTS }, (_, i) => {
    const share = i / (POINTS - 1);
    return axis === 'iterations' ? Math.round(first + share * (last - first)) : first * (last / first) ** share;
  });
  // The end as it is, not as powers round it.
  places[POINTS - 1] = last;
  return [...new Set(places)];
}

/** The latest value up to a place; the last one after the end. */
function valueAt({ at, best }: Steps, place: number): number {
  const next = at.findIndex((one) => one > place);
  return best[next < 0 ? best.length - 1 : Math.max(0, next - 1)]!;
}
