import { type Tensor, tf } from './tf.js';

/** The tensors in a value: itself, or in its arrays and plain objects. Numbers and typed arrays beside them are passed over. */
function* tensorsIn(value: unknown): Generator<Tensor> {
  if (value instanceof tf.Tensor) yield value;
  else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
    for (const part of Object.values(value)) yield* tensorsIn(part);
  }
}

/** Lets the tensors in a value outlive the scope that they were made in; `disposeAll` ends them. */
export function keepAll<T>(value: T): T {
  for (const tensor of tensorsIn(value)) tf.keep(tensor);
  return value;
}

export function disposeAll(value: unknown): void {
  for (const tensor of tensorsIn(value)) tensor.dispose();
}
