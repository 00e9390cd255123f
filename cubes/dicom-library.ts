import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';

type Daikon = typeof import('daikon');

const require = createRequire(import.meta.url);

/**
 * Runs `work` with daikon, which is loaded when the first DICOM file asks for it, and undoes its side effects: its JPEG-LS
 * decoder, when first used, prints a V8 warning about asm.js and installs an uncaughtException handler that would change how
 * every other error ends the process.
 */
export function withDaikon<T>(work: (daikon: Daikon) => T): T {
  const before = new Set(process.listeners('uncaughtException'));
  setFlagsFromString('--suppress-asm-messages');
  try {
    return work(require('daikon') as Daikon);
  } finally {
    setFlagsFromString('--no-suppress-asm-messages');
    for (const listener of process.listeners('uncaughtException')) {
      if (!before.has(listener)) process.off('uncaughtException', listener);
    }
  }
}
