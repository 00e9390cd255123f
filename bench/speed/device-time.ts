import type { Device } from '../../engine/device.js';
import type { Contender, Round } from './clock.js';

/**
 * A contender that also says how long the device was at its work: from each submission to its end, copies to and from the device
 * among it. What its wall times have besides is this process's: preparing, copying what was read back.
 */
export class DeviceTimed implements Contender {
  constructor(
    readonly device: Device,
    /** It waits for each of its submissions before the next. */
    readonly timed: Contender,
  ) {}

  get name(): string {
    return this.timed.name;
  }

  async round(number: number): Promise<Round> {
    const { queue } = this.device.gpu;
    const ends: Promise<number>[] = [];
    // An own property hides the prototype's method; no other work is submitted while a contender has its turn.
    queue.submit = (buffers) => {
      const begun = performance.now();
      Object.getPrototypeOf(queue).submit.call(queue, buffers);
      ends.push(this.device.race(queue.onSubmittedWorkDone()).then(() => performance.now() - begun));
    };
    try {
      const round = await this.timed.round(number);
      const times = await Promise.all(ends);
      return { ...round, device: times.reduce((sum, time) => sum + time, 0) };
    } finally {
      Reflect.deleteProperty(queue, 'submit');
      // Those of a round that failed have nobody else to hear of their end.
      await Promise.allSettled(ends);
    }
  }
}
