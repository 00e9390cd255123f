/** 128 + the signal's number, as shells have it. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Turns the first SIGINT or SIGTERM into an abort, so that the work under way ends at its next safe point; a second one ends
 * the process at once.
 */
export function onInterrupt() {
  const controller = new AbortController();
  const state: { signal: AbortSignal; exitCode: number | undefined; release(): void } = {
    signal: controller.signal,
    exitCode: undefined,
    release: () => {
      for (const name of Object.keys(SIGNALS)) process.off(name, handle);
    },
  };
  function handle(name: keyof typeof SIGNALS) {
    if (state.exitCode !== undefined) process.exit(SIGNALS[name]);
    state.exitCode = SIGNALS[name];
    console.error(`${name}: finishing this iteration; again to stop at once`);
    controller.abort();
  }
  for (const name of Object.keys(SIGNALS)) process.on(name, handle);
  return state;
}
