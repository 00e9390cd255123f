import { AsyncLocalStorage } from 'node:async_hooks';

type ConsoleMethod = 'log' | 'info' | 'warn' | 'error';
const METHODS: readonly ConsoleMethod[] = ['log', 'info', 'warn', 'error'];

const listening = new AsyncLocalStorage<string[]>();
let running = 0;
let restore = () => {};

/** Sends what is printed inside `quietly` to its own list, and lets what others print at the same time through. */
function interceptConsole(): () => void {
  const originals = METHODS.map((method) => console[method]);
  METHODS.forEach((method, index) => {
    console[method] = (...args: unknown[]) => {
      const lines = listening.getStore();
      if (lines) lines.push(args.map(String).join(' '));
      else originals[index]!(...args);
    };
  });
  return () => {
    METHODS.forEach((method, index) => {
      console[method] = originals[index]!;
    });
  };
}

/**
 * Runs a library that reports trouble on the console, and hands its lines to `work` instead of printing them, so that
 * stdout stays ours and a complaint about data can become an error.
 */
export async function quietly<T>(work: (printed: readonly string[]) => Promise<T> | T): Promise<T> {
  if (running++ === 0) restore = interceptConsole();
  const printed: string[] = [];
  try {
    return await listening.run(printed, () => work(printed));
  } finally {
    if (--running === 0) restore();
  }
}
