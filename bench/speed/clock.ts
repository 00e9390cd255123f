import { VoxstyleError } from '../../errors.js';

/**
 * What is timed: a picture; a picture and its gradient; one iteration of a refinement; its own picture and gradient alone; what the
 * device takes for a picture and its gradient; the samples of a picture fetched and no more.
 */
export type Stage = 'forward' | 'both' | 'iteration' | 'passes' | 'device' | 'fetch';

/** Milliseconds of one round, by stage. */
export type Round = Partial<Record<Stage, number>>;

/** Wall times of one stage in milliseconds, in the order of the rounds, and their median. */
export interface Timing {
  median: number;
  times: readonly number[];
}
export type Timings = Partial<Record<Stage, Timing>>;

/** Something that is timed beside others. */
export interface Contender {
  readonly name: string;
  /** @param number 0 for the warm-up, then from 1. */
  round(number: number): Promise<Round>;
}

export interface Outcome {
  timings: Timings;
  /** The warm-up, with what is done only once: kernels compiled, samples kept. */
  first: Round;
  /** Why it could not be measured: beyond the device's limits, a program that isn't there. One line. */
  refused?: string;
}

/** A contender that isn't there, or can't do what it is asked; its message says why in one line. */
export class Unavailable extends Error {}

/** What a scene may ask too much of: limits, memory, another program. Anything else is a fault, and thrown on. */
export function refusal(error: unknown): string | undefined {
  if (error instanceof Unavailable) return error.message;
  const tooMuch = error instanceof VoxstyleError && ['usage', 'bad-input', 'no-device'].includes(error.code);
  return tooMuch ? error.message : undefined;
}

export function timing(times: readonly number[]): Timing {
  const sorted = [...times].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { median, times };
}

/**
 * Times contenders round by round, each once a round, so that whatever else the machine does in the meantime falls on all of
 * them. The first round is a warm-up and isn't counted. One that is refused takes no further part.
 *
 * @param signal ends it before the next measurement; what was counted until then is returned.
 */
export async function interleave(
  contenders: readonly Contender[],
  runs: number,
  signal?: AbortSignal,
): Promise<Map<Contender, Outcome>> {
  const rounds = new Map(contenders.map((one) => [one, [] as Round[]]));
  const refused = new Map<Contender, string>();
  for (let number = 0; number <= runs; number++) {
    for (const one of contenders) {
      if (signal?.aborted) break;
      if (refused.has(one)) continue;
      try {
        rounds.get(one)!.push(await one.round(number));
      } catch (error) {
        // A program that is stopped with this one has not failed.
        if (signal?.aborted) break;
        const reason = refusal(error);
        if (reason === undefined) throw error;
        refused.set(one, reason);
      }
    }
  }
  return new Map(
    contenders.map((one) => {
      const [first = {}, ...counted] = rounds.get(one)!;
      const reason = refused.get(one);
      const timings = reason === undefined ? timingsOf(counted) : {};
      return [one, { first, timings, ...(reason !== undefined && { refused: reason }) }];
    }),
  );
}

function timingsOf(rounds: readonly Round[]): Timings {
  const stages = new Set(rounds.flatMap((round) => Object.keys(round) as Stage[]));
  return Object.fromEntries([...stages].map((stage) => [stage, timing(rounds.map((round) => round[stage]!))]));
}
