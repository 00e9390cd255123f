/**
 * Reverse-mode automatic differentiation of arrays in float64, for the references of the losses: made to be read, not to be
 * fast. A primitive computes its result at once and keeps a pullback for each operand; `gradients` runs these backwards.
 */
export interface Value {
  /** [] for a scalar; row-major. */
  readonly shape: readonly number[];
  readonly data: Float64Array;
  /** The operands that a variable is behind, each with what takes ∂L/∂this to ∂L/∂operand. */
  readonly operands: readonly Operand[];
  /** Whether a variable is behind this value: what is constant has no gradient. */
  readonly varies: boolean;
  /** Counts values in the order in which they were made, so operands come before results. */
  readonly order: number;
}

type Pullback = (gradient: Float64Array) => Float64Array;
type Operand = readonly [operand: Value, pullback: Pullback];

let made = 0;

function value(shape: readonly number[], data: ArrayLike<number>, operands: Operand[], isVariable = false): Value {
  const size = sizeOf(shape);
  if (data.length !== size) throw new Error(`tape: expected ${size} numbers for [${shape}], got ${data.length}`);
  const varying = operands.filter(([operand]) => operand.varies);
  const numbers = data instanceof Float64Array ? data : Float64Array.from(data);
  return { shape, data: numbers, operands: varying, varies: isVariable || varying.length > 0, order: made++ };
}

export const constant = (data: ArrayLike<number>, shape: readonly number[] = [data.length]) => value(shape, data, []);
export const variable = (data: ArrayLike<number>, shape: readonly number[] = [data.length]) =>
  value(shape, data, [], true);

const sizeOf = (shape: readonly number[]) => shape.reduce((size, length) => size * length, 1);

/** ∂output/∂variable for each of `variables`; zeros for one that the output doesn't depend on. */
export function gradients(output: Value, variables: readonly Value[]): Float64Array[] {
  if (output.data.length !== 1) throw new Error(`gradients: expected a scalar, got [${output.shape}]`);
  const reached = new Set<Value>([output]);
  for (const result of reached) for (const [operand] of result.operands) reached.add(operand);
  const found = new Map<Value, Float64Array>([[output, Float64Array.of(1)]]);
  for (const result of [...reached].sort((a, b) => b.order - a.order)) {
    const gradient = found.get(result)!;
    for (const [operand, pullback] of result.operands) {
      // A sum of its own, as a pullback may return the very array that it was given.
      const sum = found.get(operand) ?? new Float64Array(operand.data.length);
      const part = pullback(gradient);
      for (let i = 0; i < sum.length; i++) sum[i]! += part[i]!;
      found.set(operand, sum);
    }
  }
  return variables.map((v) => found.get(v) ?? new Float64Array(v.data.length));
}

/** Entry by entry: f(x), and its derivative f′(x). */
function unary(a: Value, f: (x: number) => number, slope: (x: number) => number): Value {
  return value(a.shape, a.data.map(f), [[a, (gradient) => gradient.map((g, i) => g * slope(a.data[i]!))]]);
}

/**
 * Entry by entry: f(x, y), and its two derivatives. The shape of b may be the last part of a's shape (a row that all rows
 * of a meet) or [].
 */
function binary(
  a: Value,
  b: Value,
  f: (x: number, y: number) => number,
  slopeA: (x: number, y: number) => number,
  slopeB: (x: number, y: number) => number,
): Value {
  if (a.shape.slice(a.shape.length - b.shape.length).join() !== b.shape.join()) {
    throw new Error(`tape: [${b.shape}] is not the last part of [${a.shape}]`);
  }
  const period = b.data.length;
  const y = (i: number) => b.data[i % period]!;
  return value(
    a.shape,
    a.data.map((x, i) => f(x, y(i))),
    [
      [a, (gradient) => gradient.map((g, i) => g * slopeA(a.data[i]!, y(i)))],
      [
        b,
        (gradient) => {
          const sum = new Float64Array(period);
          for (let i = 0; i < gradient.length; i++) sum[i % period]! += gradient[i]! * slopeB(a.data[i]!, y(i));
          return sum;
        },
      ],
    ],
  );
}

const one = () => 1;
export const add = (a: Value, b: Value) => binary(a, b, (x, y) => x + y, one, one);
export const subtract = (a: Value, b: Value) =>
  binary(
    a,
    b,
    (x, y) => x - y,
    one,
    () => -1,
  );
export const multiply = (a: Value, b: Value) =>
  binary(
    a,
    b,
    (x, y) => x * y,
    (_, y) => y,
    (x) => x,
  );
export const divide = (a: Value, b: Value) =>
  binary(
    a,
    b,
    (x, y) => x / y,
    (_, y) => 1 / y,
    (x, y) => -x / (y * y),
  );

export const scale = (a: Value, factor: number) =>
  unary(
    a,
    (x) => factor * x,
    () => factor,
  );
export const shift = (a: Value, by: number) => unary(a, (x) => x + by, one);
export const square = (a: Value) =>
  unary(
    a,
    (x) => x * x,
    (x) => 2 * x,
  );
export const sqrt = (a: Value) => unary(a, Math.sqrt, (x) => 0.5 / Math.sqrt(x));
export const exp = (a: Value) => unary(a, Math.exp, Math.exp);
export const power = (a: Value, exponent: number) =>
  unary(
    a,
    (x) => x ** exponent,
    (x) => exponent * x ** (exponent - 1),
  );
/** On the kink the gradient is 0. */
export const maximum = (a: Value, least: number) =>
  unary(
    a,
    (x) => Math.max(x, least),
    (x) => (x > least ? 1 : 0),
  );
export const relu = (a: Value) => maximum(a, 0);

export function sum(a: Value): Value {
  const total = a.data.reduce((so, x) => so + x, 0);
  return value([], [total], [[a, ([g]) => new Float64Array(a.data.length).fill(g!)]]);
}

export const mean = (a: Value) => scale(sum(a), 1 / a.data.length);

/** The same numbers in another shape. */
export const reshape = (a: Value, shape: readonly number[]) => value(shape, a.data, [[a, (gradient) => gradient]]);

/** The entries of a at these indices, in this order; 0 at an index of −1. */
export function gather(a: Value, indices: ArrayLike<number>, shape: readonly number[] = [indices.length]): Value {
  const found = new Float64Array(indices.length);
  for (let i = 0; i < found.length; i++) if (indices[i] !== -1) found[i] = entry(a.data, indices[i]!);
  const pullback: Pullback = (gradient) => {
    const scattered = new Float64Array(a.data.length);
    for (let i = 0; i < gradient.length; i++) if (indices[i] !== -1) scattered[indices[i]!]! += gradient[i]!;
    return scattered;
  };
  return value(shape, found, [[a, pullback]]);
}

function entry(data: Float64Array, index: number): number {
  const x = data[index];
  if (x === undefined) throw new Error(`gather: no entry ${index} among ${data.length}`);
  return x;
}

/** One array after the other, in a shape of the whole. */
export function concatenate(parts: readonly Value[], shape: readonly number[]): Value {
  let end = 0;
  const operands = parts.map((part): Operand => {
    const start = end;
    end += part.data.length;
    return [part, (gradient) => gradient.subarray(start, start + part.data.length)];
  });
  const joined = new Float64Array(end);
  let start = 0;
  for (const part of parts) {
    joined.set(part.data, start);
    start += part.data.length;
  }
  return value(shape, joined, operands);
}

/** Matrix product, N×K by K×M. */
export function product(a: Value, b: Value): Value {
  const [rows, inner] = sides(a);
  const [innerB, columns] = sides(b);
  if (inner !== innerB) throw new Error(`product: [${a.shape}] by [${b.shape}]`);
  return value([rows, columns], times(a.data, b.data, rows, inner, columns), [
    [a, (gradient) => times(gradient, transposed(b.data, inner, columns), rows, columns, inner)],
    [b, (gradient) => times(transposed(a.data, rows, inner), gradient, inner, rows, columns)],
  ]);
}

export function transpose(a: Value): Value {
  const [rows, columns] = sides(a);
  const back: Pullback = (gradient) => transposed(gradient, columns, rows);
  return value([columns, rows], transposed(a.data, rows, columns), [[a, back]]);
}

function sides({ shape }: Value): [number, number] {
  if (shape.length !== 2) throw new Error(`tape: expected a matrix, got [${shape}]`);
  return [shape[0]!, shape[1]!];
}

function times(a: Float64Array, b: Float64Array, rows: number, inner: number, columns: number): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      const factor = a[i * inner + k]!;
      for (let j = 0; j < columns; j++) result[i * columns + j]! += factor * b[k * columns + j]!;
    }
  }
  return result;
}

function transposed(a: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(a.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = a[i * columns + j]!;
  return result;
}
