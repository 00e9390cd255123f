import { pointwise } from './pointwise.js';

/** Mean absolute difference, mean |d|. Not differentiable at d = 0, where the subgradient 0 is taken. */
export const l1 = pointwise('l1', Math.abs, Math.sign);
