import type { Tensors } from '../../tensors/index.js';
import { digest, type Learner } from '../training/index.js';
import { parameterCount, STYLE_ARCHITECTURE, type StyleArchitecture } from './architecture.js';
import type { Batches, StyleBatch } from './batch.js';
import { evaluate, figuresOf, type RecallOptions } from './evaluate.js';
import { lossAndGradient } from './gradient.js';
import { initialWeights, modelCode } from './model.js';
import { infoNce, type Objective } from './objectives.js';

export interface StyleLearnerOptions {
  tensors: Tensors;
  batches: Batches;
  /** Pictures that aren't trained on, for recall@1. Their styles and cubes should be others too. */
  validation: StyleBatch;
  /** How recall is measured. */
  recall?: RecallOptions | undefined;
  architecture?: StyleArchitecture | undefined;
  /** Default InfoNCE. */
  objective?: Objective | undefined;
  /** What else a resumed training must share, by name: a digest of the data, say. */
  inputs?: Readonly<Record<string, string>> | undefined;
}

/**
 * A style network as `train` takes it; the best weights are those with the highest mean of the recalls.
 *
 *     for await (const event of train(styleLearner({ tensors, batches, validation }))) {
 *       if (event.type === 'done') await styleProduct().save('f_style.json', event.weights);
 *     }
 *
 * @throws VoxstyleError `usage` for an architecture that can't be trained; while it is trained, `bad-input` for
 *   pictures that nothing can be learned from.
 */
export function styleLearner(options: StyleLearnerOptions): Learner<StyleBatch> {
  const { tensors, batches, validation, recall = {} } = options;
  const { architecture = STYLE_ARCHITECTURE, objective = infoNce(), inputs } = options;
  return {
    objective: objective.name,
    backend: tensors.backend,
    parameters: parameterCount(architecture),
    inputs: { ...inputs, architecture: digest(architecture), objective: objective.name },
    initial: (seed) => initialWeights(architecture, seed),
    batch: batches,
    lossAndGradient: (weights, batch) => lossAndGradient(tensors, { architecture, weights }, objective, batch),
    async validate(weights) {
      const recalls = await evaluate(modelCode(tensors, { architecture, weights }), validation, recall);
      const score = (recalls['same-cube'].recall + recalls['across-cubes'].recall) / 2;
      return { score, figures: figuresOf(recalls) };
    },
  };
}
