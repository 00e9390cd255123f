import { Presets, SingleBar } from 'cli-progress';
import type { RefineEvent } from '../refine/index.js';

/** A line for about every tenth of the run, where there is no terminal to draw on. */
const PLAIN_LINES = 10;

const seconds = (s: number) => (s < 90 ? `${Math.round(s)} s` : `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`);

/** Shows a refinement's events to people: a bar with loss, iteration and time left on a terminal, plain lines when piped. */
export function progress(stream: NodeJS.WriteStream): (event: RefineEvent) => void {
  const bar = stream.isTTY
    ? new SingleBar(
        {
          stream,
          format: '{bar} {value}/{total}  loss {loss}  {left} left',
          hideCursor: true,
          barsize: 30,
          // Drawn by events alone: a timer would keep the process alive.
          noTTYOutput: false,
          autopadding: true,
        },
        Presets.shades_classic,
      )
    : undefined;
  let total = 0;
  let from = 0;
  let begun = 0;
  const say = (line: string) => {
    stream.write(`${line}\n`);
  };
  return (event) => {
    switch (event.type) {
      case 'start':
        ({ iterations: total, from } = event);
        begun = performance.now();
        for (const note of event.notes) say(`note: ${note}`);
        say(
          `refining ${event.free.length} scalars by ${event.loss}: ${event.width}×${event.height} pixels × ${event.steps} samples` +
            (from > 0 ? `, resumed at iteration ${from}` : ''),
        );
        bar?.start(total, from, { loss: '…', left: '…' });
        break;
      case 'iteration': {
        const done = event.iteration + 1;
        const left = seconds((((performance.now() - begun) / 1000) * (total - done)) / (done - from));
        const loss = event.loss.toPrecision(4);
        if (bar) bar.update(done, { loss, left });
        else if (done % Math.max(1, Math.floor(total / PLAIN_LINES)) === 0 || done === total) {
          say(`iteration ${done}/${total}  loss ${loss}  ${left} left`);
        }
        break;
      }
      case 'rejected':
        if (!bar) say(`iteration ${event.iteration + 1}: step rejected, ${event.reason}`);
        break;
      case 'done':
        bar?.stop();
        say(`${endings[event.reason]} after ${event.iterations} iterations, loss ${event.loss.toPrecision(4)}`);
    }
  };
}

const endings = { iterations: 'done', plateau: 'the loss has stopped falling', aborted: 'interrupted' } as const;
