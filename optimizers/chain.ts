import { type GradientTransformation, requireLength, type StateData } from './transform.js';

/**
 * One transformation after another, each on what the one before it returned; the state is the list of theirs.
 *
 *     const optimizer = chain(clipByGlobalNorm(1), adam({ learningRate: cosineDecay(0.05, 300) }));
 */
export function chain<S extends readonly StateData[]>(
  ...transformations: { [K in keyof S]: GradientTransformation<S[K]> }
): GradientTransformation<S> {
  const members = transformations as readonly GradientTransformation[];
  return {
    init: (params) => members.map((member) => member.init(params)) as unknown as S,
    update(gradient, state, params) {
      requireLength('states of the chain', state.length, members.length);
      let updates = gradient;
      const next = members.map((member, i) => {
        const step = member.update(updates, state[i]!, params);
        updates = step.updates;
        return step.state;
      });
      return { updates, state: next as unknown as S };
    },
  };
}
