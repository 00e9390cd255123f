import { Presets, SingleBar } from 'cli-progress';
import type { IterationEvent, Level, RefineEvent } from '../refine/index.js';

/** A line for about every tenth of the run, where there is no terminal to draw on. */
const PLAIN_LINES = 10;

const seconds = (s: number) => (s < 90 ? `${Math.round(s)} s` : `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`);

const samplesOf = ({ width, height, steps }: Omit<Level, 'until'>) => width * height * steps;

/** Samples that are to come after an iteration, if no level ends early. */
function samplesLeft({ iteration, level }: IterationEvent, levels: readonly Level[]): number {
  let [samples, done] = [0, iteration + 1];
  for (const next of levels.slice(level)) {
    samples += Math.max(0, next.until - done) * samplesOf(next);
    done = Math.max(done, next.until);
  }
  return samples;
}

/** Shows a refinement's events to people: a bar with loss, iteration and time left on a terminal, plain lines when piped. */
export function progress(stream: NodeJS.WriteStream): (event: RefineEvent) => void {
  const bar = stream.isTTY
    ? new SingleBar(
        {
          stream,
          format: '{bar} {value}/{total}  loss {loss} at {size}  {left} left',
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
  let samples = 0;
  let levels: readonly Level[] = [];
  const say = (line: string) => {
    stream.write(`${line}\n`);
  };
  return (event) => {
    switch (event.type) {
      case 'start':
        ({ iterations: total, from, levels } = event);
        begun = performance.now();
        for (const note of event.notes) say(`note: ${note}`);
        say(
          `refining ${event.free.length} scalars by ${event.loss}: ` +
            levels.map(({ width, height, steps }) => `${width}×${height} pixels × ${steps} samples`).join(', then ') +
            (from > 0 ? `, resumed at iteration ${from}` : ''),
        );
        bar?.start(total, from, { loss: '…', size: '…', left: '…' });
        break;
      case 'iteration': {
        const done = event.iteration + 1;
        samples += samplesOf(event);
        const elapsed = (performance.now() - begun) / 1000;
        const left = seconds((elapsed * samplesLeft(event, levels)) / samples);
        const loss = event.loss.toPrecision(4);
        const size = `${event.width}×${event.height}`;
        if (bar) bar.update(done, { loss, size, left });
        else if (done % Math.max(1, Math.floor(total / PLAIN_LINES)) === 0 || done === total) {
          say(`iteration ${done}/${total}  loss ${loss} at ${size}  ${left} left`);
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
