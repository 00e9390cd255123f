import { type Scalar, type Tensor, type Tensors, tf } from '../../tensors/index.js';
import type { StyleBatch } from './batch.js';
import { forward, type StyleModel, weightTensors } from './model.js';
import type { Objective } from './objectives.js';

/** The objective of a batch and its gradient with respect to all weights, in their order. */
export function lossAndGradient(tensors: Tensors, model: StyleModel, objective: Objective, batch: StyleBatch) {
  const { size, pictures, style } = batch;
  return tensors.run(async () => {
    const x = tf.tensor4d(pictures, [style.length, size, size, 3]);
    const loss = (...weights: Tensor[]): Scalar => objective.of(forward(model.architecture, weights, x), batch);
    const { value, grads } = tf.valueAndGrads(loss)(weightTensors(model));
    const gradient = new Float32Array(model.weights.length);
    let at = 0;
    for (const part of grads) {
      gradient.set(await tensors.read(part), at);
      at += part.size;
    }
    return { loss: (await tensors.read(value))[0]!, gradient };
  });
}
