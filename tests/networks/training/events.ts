import type { Checkpoint, DoneEvent, TrainEvent } from '../../../networks/training/index.js';

/* What tests read off the events of a training. */

export async function collect(events: AsyncIterable<TrainEvent>): Promise<TrainEvent[]> {
  const all: TrainEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

type Of<T extends TrainEvent['type']> = Extract<TrainEvent, { type: T }>;

export const only = <T extends TrainEvent['type']>(events: readonly TrainEvent[], type: T) =>
  events.filter((event): event is Of<T> => event.type === type);

export const types = (events: readonly TrainEvent[]): string => events.map(({ type }) => type).join(' ');

export const done = (events: readonly TrainEvent[]): DoneEvent => only(events, 'done')[0]!;

/** The checkpoint that a training ended with. */
export const last = (events: readonly TrainEvent[]): Checkpoint => only(events, 'checkpoint').at(-1)!.checkpoint;

/** Events up to an abort that is asked for at a step. */
export async function until(
  step: number,
  begin: (signal: AbortSignal) => AsyncIterable<TrainEvent>,
): Promise<TrainEvent[]> {
  const control = new AbortController();
  const all: TrainEvent[] = [];
  for await (const event of begin(control.signal)) {
    all.push(event);
    if (event.type === 'step' && event.step === step) control.abort();
  }
  return all;
}
