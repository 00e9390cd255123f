const DIGIT_BITS = 11;
const BUCKETS = 1 << DIGIT_BITS;
const PASSES = 3;

/**
 * Makes a stable ascending argsort of float32 values: `values[order[0]] ≤ values[order[1]] ≤ …`, equal values in the
 * order of their indices, NaN at the ends, −0 before 0. The order lies in the sorter's own memory and holds until its
 * next call.
 *
 * A radix sort, least significant digit first, on the floats' bits: a tenth of the time of a comparison sort at the sizes
 * of pictures, and the same on every machine.
 */
export function createArgsort(): (values: Float32Array) => Uint32Array {
  const histogram = new Uint32Array(PASSES * BUCKETS);
  let keys = new Uint32Array(0);
  let order = new Uint32Array(0);
  let nextKeys = keys;
  let nextOrder = order;

  return (values) => {
    const count = values.length;
    if (count > keys.length) {
      keys = new Uint32Array(count);
      order = new Uint32Array(count);
      nextKeys = new Uint32Array(count);
      nextOrder = new Uint32Array(count);
    }
    const bits = new Int32Array(values.buffer, values.byteOffset, count);
    histogram.fill(0);
    for (let i = 0; i < count; i++) {
      const key = orderedKey(bits[i]!);
      keys[i] = key;
      order[i] = i;
      for (let pass = 0; pass < PASSES; pass++) {
        histogram[pass * BUCKETS + ((key >>> (pass * DIGIT_BITS)) & (BUCKETS - 1))]!++;
      }
    }
    for (let pass = 0; pass < PASSES; pass++) {
      const offsets = histogram.subarray(pass * BUCKETS, (pass + 1) * BUCKETS);
      toOffsets(offsets);
      scatter(count, pass * DIGIT_BITS, offsets, keys, order, nextKeys, nextOrder);
      [keys, nextKeys] = [nextKeys, keys];
      [order, nextOrder] = [nextOrder, order];
    }
    return order.subarray(0, count);
  };
}

/** A float's bits, so changed that unsigned integers compare as the floats do: negative floats count downwards. */
function orderedKey(bits: number): number {
  return (bits ^ ((bits >> 31) | 0x80000000)) >>> 0;
}

/** Counts to exclusive prefix sums, in place: where each bucket begins. */
function toOffsets(counts: Uint32Array): void {
  let offset = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const count = counts[bucket]!;
    counts[bucket] = offset;
    offset += count;
  }
}

function scatter(
  count: number,
  shift: number,
  offsets: Uint32Array,
  keys: Uint32Array,
  order: Uint32Array,
  nextKeys: Uint32Array,
  nextOrder: Uint32Array,
): void {
  for (let i = 0; i < count; i++) {
    const key = keys[i]!;
    const place = offsets[(key >>> shift) & (BUCKETS - 1)]!++;
    nextKeys[place] = key;
    nextOrder[place] = order[i]!;
  }
}
