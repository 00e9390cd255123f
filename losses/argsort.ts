const DIGIT_BITS = 11;
const BUCKETS = 1 << DIGIT_BITS;
const LOW = BUCKETS - 1;

/**
 * Makes a stable ascending argsort of float32 values: `values[order[0]] ≤ values[order[1]] ≤ …`, equal values in the
 * order of their indices, NaN at the ends, −0 before 0. The order lies in the sorter's own memory and holds until its
 * next call.
 *
 * A radix sort, least significant digit first, on the floats' bits: a tenth of the time of a comparison sort at the sizes
 * of pictures, and the same on every machine. Of its three passes the first makes the keys and the last leaves them, so
 * that less is moved.
 */
export function createArgsort(): (values: Float32Array) => Uint32Array {
  const digits = createDigits();
  const { low, middle, high } = digits;
  let order = new Uint32Array(0);
  let keys = order;
  let nextOrder = order;
  let nextKeys = order;

  return (values) => {
    const count = values.length;
    if (count > order.length) {
      order = new Uint32Array(count);
      keys = new Uint32Array(count);
      nextOrder = new Uint32Array(count);
      nextKeys = new Uint32Array(count);
    }
    const bits = bitsOf(values);
    digits.count(bits);
    for (let i = 0; i < count; i++) {
      const key = orderedKey(bits[i]!);
      const place = low[key & LOW]!++;
      keys[place] = key;
      order[place] = i;
    }
    for (let i = 0; i < count; i++) {
      const key = keys[i]!;
      const place = middle[(key >>> DIGIT_BITS) & LOW]!++;
      nextKeys[place] = key >>> (2 * DIGIT_BITS);
      nextOrder[place] = order[i]!;
    }
    for (let i = 0; i < count; i++) order[high[nextKeys[i]!]!++] = nextOrder[i]!;
    return order.subarray(0, count);
  };
}

/** Makes a function that writes values into `sorted`, in the order of `createArgsort`, in less time where the order isn't asked for. */
export function createSort(): (values: Float32Array, sorted: Float32Array) => void {
  const digits = createDigits();
  const { low, middle, high } = digits;
  let keys = new Uint32Array(0);
  let nextKeys = keys;

  return (values, sorted) => {
    const count = values.length;
    if (count > keys.length) {
      keys = new Uint32Array(count);
      nextKeys = new Uint32Array(count);
    }
    const bits = bitsOf(values);
    const sortedBits = bitsOf(sorted);
    digits.count(bits);
    for (let i = 0; i < count; i++) {
      const key = orderedKey(bits[i]!);
      keys[low[key & LOW]!++] = key;
    }
    for (let i = 0; i < count; i++) {
      const key = keys[i]!;
      nextKeys[middle[(key >>> DIGIT_BITS) & LOW]!++] = key;
    }
    for (let i = 0; i < count; i++) {
      const key = nextKeys[i]!;
      sortedBits[high[key >>> (2 * DIGIT_BITS)]!++] = bitsOfKey(key);
    }
  };
}

/** For each of a key's three digits, where the keys that have it go; counted anew for each set of values. */
function createDigits() {
  const low = new Uint32Array(BUCKETS);
  const middle = new Uint32Array(BUCKETS);
  const high = new Uint32Array(BUCKETS);
  const count = (bits: Int32Array) => {
    for (const counts of [low, middle, high]) counts.fill(0);
    for (let i = 0; i < bits.length; i++) {
      const key = orderedKey(bits[i]!);
      low[key & LOW]!++;
      middle[(key >>> DIGIT_BITS) & LOW]!++;
      high[key >>> (2 * DIGIT_BITS)]!++;
    }
    for (const counts of [low, middle, high]) toOffsets(counts);
  };
  return { low, middle, high, count };
}

const bitsOf = ({ buffer, byteOffset, length }: Float32Array) => new Int32Array(buffer, byteOffset, length);

/** A float's bits, so changed that unsigned integers compare as the floats do: negative floats count downwards. */
function orderedKey(bits: number): number {
  return bits ^ ((bits >> 31) | 0x80000000);
}

function bitsOfKey(key: number): number {
  return key ^ (~(key >> 31) | 0x80000000);
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
