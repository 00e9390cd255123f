import { usage } from '../../errors.js';
import { type Scalar, type Tensor2D, type Tensor3D, tf } from '../../tensors/index.js';
import type { Labels } from './batch.js';
import { hard, other, paired, requireHard, sameStyle, sameStyleElsewhere, shares, some } from './relations.js';

/*
 * What a style network is trained for: codes of the same style are near, those of others far. s_i are unit vectors, the
 * rows of N×D codes; S = s sᵀ their inner products, and ‖s_i − s_j‖² = 2 − 2 S_ij. Of an anchor i,
 *
 *     P_i  the others of its style, of its own cube and of other cubes
 *     H_i  pictures of its cube in another style: what recognises the cube fails at these
 *     O_i  pictures of other cubes in another style
 *
 * All take means over anchors that have what they need, and refuse a batch in which nobody has.
 */

export interface Objective {
  /** With its numbers, as logs name it. */
  readonly name: string;
  /**
   * A scalar, differentiable with respect to the codes (N×D). @throws VoxstyleError `bad-input` for labels that don't
   * do.
   */
  of(codes: Tensor2D, labels: Labels): Scalar;
}

const products = (codes: Tensor2D): Tensor2D => tf.matMul(codes, codes, false, true);

/**
 * The loss of the proposal as it stands: of styles 1, 2 on cubes a, b,
 *
 *     L = ‖s_1a − s_1b‖² − ‖s_1a − s_2a‖²,
 *
 * the mean over triplets: anchors, then their positives of another cube and their H_i. It goes on pushing pairs apart
 * that are far enough, at the cost of those that aren't.
 */
export function proposal(): Objective {
  return {
    name: 'proposal',
    of(codes, labels) {
      const [near, far] = paired(shares(labels, sameStyleElsewhere), shares(labels, hard));
      const anchors = tf.sum(near, 1, true);
      // Σ near = Σ far·anchors = 1, so the two 2s cancel.
      return tf.mul(tf.sum(tf.mul(tf.sub(near, tf.mul(far, anchors)), products(codes))), -2) as Scalar;
    },
  };
}

/**
 * Triplets with a margin: for anchors i, positives j ∈ P_i and negatives k,
 *
 *     L = mean of max(0, ‖s_i − s_j‖² − ‖s_i − s_k‖² + margin),
 *
 * where half of an anchor's negatives' weight is on H_i and half on O_i, or all of it on the kind that is there.
 *
 * Schroff, Kalenichenko, Philbin, "FaceNet", CVPR 2015, eq. 3, with all triplets.
 */
export function triplet({ margin = 0.3 }: { margin?: number } = {}): Objective {
  if (!(margin > 0)) throw usage('margin', 'a positive number', `${margin}`, 'correct it');
  return {
    name: `triplet margin ${margin}`,
    of(codes, labels) {
      const [hardest, others] = [shares(labels, hard), shares(labels, other)];
      requireHard(hardest);
      const negatives = hardest.map((row, i) => {
        const kinds = [row, others[i]!].filter(some);
        return row.map((_, k) => kinds.reduce((sum, kind) => sum + kind[k]! / kinds.length, 0));
      });
      const [near, far] = paired(shares(labels, sameStyle), negatives);
      const distances = tf.sub(2, tf.mul(products(codes), 2)) as Tensor2D;
      const over = tf.relu(tf.add(tf.sub(tf.expandDims(distances, 2), tf.expandDims(distances, 1)), margin));
      const weights = tf.mul(tf.expandDims(near, 2), tf.expandDims(far, 1)) as Tensor3D;
      return tf.sum(tf.mul(over, weights)) as Scalar;
    },
  };
}

/** Lower ones make exponentials of single precision run out. */
const LEAST_TEMPERATURE = 0.03;

/**
 * The supervised contrastive loss: for anchors i,
 *
 *     L = mean over i of  −1/|P_i| Σ_{j∈P_i} log( exp(S_ij/T) / Σ_{k≠i} exp(S_ik/T) ).
 *
 * P_i, H_i and O_i are all in the denominator.
 *
 * Khosla et al., "Supervised contrastive learning", NeurIPS 2020, eq. 2; with one positive it is InfoNCE (van den Oord,
 * Li, Vinyals, "Representation learning with contrastive predictive coding", 2018, eq. 4).
 */
export function infoNce({ temperature = 0.1 }: { temperature?: number } = {}): Objective {
  if (!(temperature >= LEAST_TEMPERATURE))
    throw usage('temperature', `a number from ${LEAST_TEMPERATURE} on`, `${temperature}`, 'raise it');
  return {
    name: `infonce temperature ${temperature}`,
    of(codes, labels) {
      requireHard(shares(labels, hard));
      const all = shares(labels, () => true).map((row) => row.fill(1));
      const [near] = paired(shares(labels, sameStyle), all);
      const anchors = tf.sum(near, 1);
      // S ≤ 1, so that no exponential is over 1; the shift cancels.
      const logits = tf.div(tf.sub(products(codes), 1), temperature);
      const exponentials = tf.mul(tf.exp(logits), tf.sub(1, tf.eye(codes.shape[0])));
      const logs = tf.log(tf.sum(exponentials, 1));
      return tf.sub(tf.sum(tf.mul(anchors, logs)), tf.sum(tf.mul(near, logits))) as Scalar;
    },
  };
}

export const OBJECTIVES = { infonce: infoNce, triplet, proposal } as const;
