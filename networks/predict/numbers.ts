import type { Place } from './layout.js';

/** The numbers of a part of a row, clamped to where Ψ needs them. */
export interface Numbers<Name extends string> {
  value(name: Name): number[];
  /** The first of them: the only one of most groups. */
  one(name: Name): number;
  /** Adds ∂L/∂value to a row of ∂L/∂row; where a value was clamped, 0. */
  add(result: Float32Array, name: Name, gradient: readonly number[]): void;
}

/** @param offset where the part begins in the row. */
export function numbersOf<Name extends string>(
  row: Float32Array,
  places: Readonly<Record<Name, Place>>,
  offset: number,
): Numbers<Name> {
  const raw = ({ at, count, centre, spread }: Place) =>
    Array.from(row.subarray(offset + at, offset + at + count), (held) => centre + spread * held);
  const value = (name: Name) => {
    const [least, most] = places[name].bounds;
    return raw(places[name]).map((number) => Math.min(most, Math.max(least, number)));
  };
  return {
    value,
    one: (name) => value(name)[0]!,
    add(result, name, gradient) {
      const place = places[name];
      const [least, most] = place.bounds;
      for (const [i, value] of raw(place).entries()) {
        if (value >= least && value <= most) result[offset + place.at + i]! += gradient[i]! * place.spread;
      }
    },
  };
}
