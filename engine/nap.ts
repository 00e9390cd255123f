/** Milliseconds; what a wait may take longer than it must, at the most. */
const NAP = 0.5;

const never = new Int32Array(new SharedArrayBuffer(4));
let waiting = 0;
/** Whether the next turn has its nap already: a wait that follows another at once finds it there. */
let turning = false;

/**
 * Waits for a promise of a software driver's without taking its processor: Dawn looks at every turn of the event loop whether work
 * is done, so a process that waits turns it as fast as it can, on one of the cores that the driver computes on. Here each turn sleeps
 * a moment. Timers and signals are served between them.
 */
export async function napping<T>(promise: Promise<T>): Promise<T> {
  waiting++;
  if (!turning) setImmediate(nap);
  turning = true;
  return promise.finally(() => waiting--);
}

function nap(): void {
  turning = waiting > 0;
  if (!turning) return;
  Atomics.wait(never, 0, 0, NAP);
  setImmediate(nap);
}
