/** What is trained: a vector of weights, what a batch says about them, and how good they are. */
export interface Learner<Batch> {
  /** Of the loss, with its numbers, as logs name it. */
  readonly objective: string;
  /** What computes, for the log. */
  readonly backend: string;
  /** How many weights. */
  readonly parameters: number;
  /** What a resumed training must share, by name: digests of the architecture and the data, the objective. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The first weights: the same for the same seed. */
  initial(seed: number): Float32Array;
  /** The batch of a step: always the same for the same index, so that a resumed training sees what it would have seen. */
  batch(index: number): Promise<Batch>;
  /** @param step counted from 0. Of a loss or gradient that isn't finite nothing is learned. */
  lossAndGradient(weights: Float32Array, batch: Batch, step: number): Promise<LossAndGradient>;
  /** How good weights are on data that isn't trained on. */
  validate(weights: Float32Array): Promise<Verdict>;
}

export interface LossAndGradient {
  readonly loss: number;
  /** With respect to all weights, in their order. */
  readonly gradient: Float32Array;
  /** Parts of the loss, for the log. */
  readonly terms?: Readonly<Record<string, number>> | undefined;
}

/** All finite. */
export interface Verdict {
  /** More is better: by it the best weights are chosen. */
  readonly score: number;
  /** For the log and the curve, by names that people read; the same ones each time. */
  readonly figures: Readonly<Record<string, number>>;
}
