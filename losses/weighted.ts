import type { Loss, LossValue } from './loss.js';

export interface WeightedLoss {
  loss: Loss;
  /** Positive and finite. */
  weight: number;
}

/**
 * Σ weight·loss. `terms` holds each member's value before its weight, under its name, and the members' own terms as
 * `member.term`, or those alone when the member is itself a sum; the name is the text that `parseLoss` reads. Members are
 * evaluated one after another, since they may share a device. What isn't finite in a member isn't finite in the sum.
 */
export function weightedSum(members: readonly WeightedLoss[]): Loss {
  const only = members.length === 1 ? members[0] : undefined;
  return {
    name: members.map(({ loss, weight }) => `${loss.name}:${weight}`).join(','),
    stochastic: members.some(({ loss }) => loss.stochastic),
    composite: true,
    onDevice: only?.loss.composite && only.weight === 1 ? only.loss.onDevice : undefined,
    async evaluate(picture, context) {
      const values: LossValue[] = [];
      for (const { loss } of members) values.push(await loss.evaluate(picture, context));

      const terms: Record<string, number> = {};
      const total = new Float64Array(picture.data.length);
      let value = 0;
      for (const [index, { loss, weight }] of members.entries()) {
        const member = values[index]!;
        value += weight * member.value;
        for (let i = 0; i < total.length; i++) total[i] = total[i]! + weight * member.gradient[i]!;
        const prefix = loss.composite ? '' : `${loss.name}.`;
        if (!loss.composite) terms[loss.name] = member.value;
        for (const [term, part] of Object.entries(member.terms ?? {})) terms[`${prefix}${term}`] = part;
      }
      return { value, gradient: new Float32Array(total), terms };
    },
    dispose() {
      for (const { loss } of members) loss.dispose?.();
    },
  };
}
