import { Presets, SingleBar } from 'cli-progress';
import type { IterationEvent, Level, RefineEvent, StartEvent } from '../refine/index.js';

/** A line for about every tenth of the run, where there is no terminal to draw on. */
const PLAIN_LINES = 10;

const seconds = (s: number) => (s < 90 ? `${Math.round(s)} s` : `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`);

const samplesOf = ({ width, height, steps }: Omit<Level, 'until'>) => width * height * steps;

/** Samples of a start's iterations from one on, which is at the first of the levels, if no level ends early. */
function samplesFrom(iteration: number, levels: readonly Level[]): number {
  let [samples, done] = [0, iteration];
  for (const next of levels) {
    samples += Math.max(0, next.until - done) * samplesOf(next);
    done = Math.max(done, next.until);
  }
  return samples;
}

type At = Pick<IterationEvent, 'start' | 'iteration' | 'level'>;

/** How far a run is, in iterations: of each start those before one is taken, and of that one all. */
function extent({ levels, iterations, starts }: StartEvent) {
  const before = levels.length > 1 ? levels.slice(0, -1) : levels;
  const share = before.at(-1)!.until;
  const others = starts.length - 1;
  const isAlone = ({ level }: At) => level === before.length;
  /** Starts whose part is done before this one's. */
  const ahead = (at: At) => (isAlone(at) ? others : starts.indexOf(at.start));
  return {
    total: others * share + iterations,
    done: (at: At) => ahead(at) * share + at.iteration + 1,
    samplesLeft: (at: At) =>
      samplesFrom(at.iteration + 1, levels.slice(at.level)) + (others - ahead(at)) * samplesFrom(0, before),
  };
}

/** 1st, 2nd, … of an index. */
function ordinal(index: number): string {
  const n = index + 1;
  const ending = Math.floor(n / 10) % 10 === 1 ? undefined : ['st', 'nd', 'rd'][(n % 10) - 1];
  return `${n}${ending ?? 'th'}`;
}

const brief = (loss: number | null) => loss?.toPrecision(3) ?? 'not finite';

function describeCandidates({ candidates, starts }: StartEvent): string {
  const losses = candidates.map(({ loss }) => brief(loss)).join(' ');
  const begins = starts.map((start) => `the ${ordinal(start)}`).join(', ');
  return `${candidates.length} candidates, losses ${losses}: begins from ${begins}`;
}

/** Shows a refinement's events to people: a bar with loss, iteration and time left on a terminal, plain lines when piped. */
export function progress(stream: NodeJS.WriteStream): (event: RefineEvent) => void {
  const bar = stream.isTTY
    ? new SingleBar(
        {
          stream,
          format: '{bar} {value}/{total}  {of}loss {loss} at {size}  {left} left',
          hideCursor: true,
          barsize: 30,
          // Drawn by events alone: a timer would keep the process alive.
          noTTYOutput: false,
          autopadding: true,
        },
        Presets.shades_classic,
      )
    : undefined;
  let run: { starts: readonly number[] } & ReturnType<typeof extent>;
  let begun = 0;
  let samples = 0;
  /** What is said only once the bar is done. */
  const later: string[] = [];
  const say = (line: string) => {
    stream.write(`${line}\n`);
  };
  /** Which start it is, where there are several. */
  const named = (start: number) =>
    run.starts.length > 1 ? `start ${run.starts.indexOf(start) + 1} of ${run.starts.length}` : '';
  return (event) => {
    switch (event.type) {
      case 'start': {
        const { from, start, starts, levels, candidates } = event;
        run = { starts, ...extent(event) };
        begun = performance.now();
        for (const note of event.notes) say(`note: ${note}`);
        if (candidates.length > 1) say(describeCandidates(event));
        say(
          `refining ${event.free.length} scalars by ${event.loss}: ` +
            levels.map(({ width, height, steps }) => `${width}×${height} pixels × ${steps} samples`).join(', then ') +
            (from > 0 ? `, resumed at iteration ${from}` : '') +
            (from > 0 && starts.length > 1 ? ` of ${named(start)}` : ''),
        );
        const level = levels.findIndex(({ until }) => from < until);
        const value = level < 0 ? run.total : run.done({ start, iteration: from - 1, level });
        bar?.start(run.total, value, { of: '', loss: '…', size: '…', left: '…' });
        break;
      }
      case 'iteration': {
        const done = run.done(event);
        samples += samplesOf(event);
        const elapsed = (performance.now() - begun) / 1000;
        const left = seconds((elapsed * run.samplesLeft(event)) / samples);
        const loss = event.loss.toPrecision(4);
        const size = `${event.width}×${event.height}`;
        const of = run.starts.length > 1 ? `${named(event.start)}  ` : '';
        if (bar) bar.update(done, { of, loss, size, left });
        else if (done % Math.max(1, Math.floor(run.total / PLAIN_LINES)) === 0 || done === run.total) {
          say(`iteration ${done}/${run.total}  ${of}loss ${loss} at ${size}  ${left} left`);
        }
        break;
      }
      case 'rejected': {
        const of = run.starts.length > 1 ? ` of ${named(event.start)}` : '';
        if (!bar) say(`iteration ${event.iteration + 1}${of}: step rejected, ${event.reason}`);
        break;
      }
      case 'chosen': {
        const line = `${named(event.start)} is taken, losses ${event.losses.map(brief).join(' ')}`;
        if (bar) later.push(line);
        else say(line);
        break;
      }
      case 'done':
        bar?.stop();
        for (const line of later) say(line);
        say(`${endings[event.reason]} after ${event.iterations} iterations, loss ${event.loss.toPrecision(4)}`);
    }
  };
}

const endings = { iterations: 'done', plateau: 'the loss has stopped falling', aborted: 'interrupted' } as const;
